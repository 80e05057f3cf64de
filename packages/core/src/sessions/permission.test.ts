import { expect, test } from 'vitest'
import { may, type Permission, permissions, roles } from './permission.ts'

test('who may what, in full', () => {
  const names = Object.keys(permissions) as Permission[]
  const matrix = Object.fromEntries(roles.map((role) => [role, names.filter((name) => may(role, name))]))

  expect(matrix).toEqual({
    admin: ['staff', 'operator', 'content', 'operatorOrOwner', 'signedIn'],
    operator: ['staff', 'operator', 'content', 'operatorOrOwner', 'signedIn'],
    sales: ['staff', 'signedIn'],
    viewer: ['staff', 'signedIn'],
    owner: ['operatorOrOwner', 'signedIn'],
  })
})
