import { expect, test } from 'vitest'
import { may, type Permission, permissions, roles } from './permission.ts'

test('who may what, in full', () => {
  const names = Object.keys(permissions) as Permission[]
  const matrix = Object.fromEntries(roles.map((role) => [role, names.filter((name) => may(role, name))]))

  expect(matrix).toEqual({
    admin: [
      'staff',
      'operator',
      'content',
      'numbers',
      'reveal',
      'admin',
      'staffOrOwner',
      'operatorOrOwner',
      'signedIn',
      'readUsage',
      'askUsage',
      'raiseAlerts',
      'readInbox',
      'replayInbox',
    ],
    operator: [
      'staff',
      'operator',
      'content',
      'numbers',
      'reveal',
      'staffOrOwner',
      'operatorOrOwner',
      'signedIn',
      'readUsage',
      'askUsage',
      'raiseAlerts',
      'readInbox',
      'replayInbox',
    ],
    sales: ['staff', 'reveal', 'staffOrOwner', 'signedIn', 'readUsage'],
    viewer: ['staff', 'staffOrOwner', 'signedIn', 'readUsage'],
    owner: ['staffOrOwner', 'operatorOrOwner', 'signedIn', 'readUsage', 'askUsage'],
  })
})
