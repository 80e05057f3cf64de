import fc from 'fast-check'
import { expect, test } from 'vitest'
import { may, type Permission, permissions } from './permission.ts'
import { fitsOneCustomer, keyMay, scopeNames, scopes, stateOfKey } from './scope.ts'

const names = Object.keys(permissions) as Permission[]
const someScopes = fc.subarray([...scopeNames])

test('a key may what its scopes stand for, and nothing else', () => {
  fc.assert(
    fc.property(someScopes, (given) => {
      const open = names.filter((permission) => keyMay({ scopes: given, customerId: null }, permission))
      expect(new Set(open)).toEqual(new Set(given.map((scope) => scopes[scope].permission)))
    }),
  )
})

test('whatever scopes a key of one customer has, it may nothing that an owner may not', () => {
  fc.assert(
    fc.property(someScopes, (given) => {
      const open = names.filter((permission) => keyMay({ scopes: given, customerId: 'one' }, permission))
      expect(open.filter((permission) => !may('owner', permission))).toEqual([])
    }),
  )
  expect(scopeNames.filter(fitsOneCustomer)).toEqual(['usage:read', 'usage:ask'])
})

test('no scope opens what is for people: deciding who gets in, acting, reading what was said, an account', () => {
  const closed = ['admin', 'operator', 'content', 'signedIn', 'staffOrOwner', 'operatorOrOwner'] as const
  for (const permission of closed) expect(keyMay({ scopes: scopeNames, customerId: null }, permission)).toBe(false)
})

test('a key is revoked before it is expired, and replaced only while it is good', () => {
  const now = new Date('2026-03-01T00:00:00Z')
  const [past, future] = [new Date(now.getTime() - 1), new Date(now.getTime() + 1)]
  expect(stateOfKey({ expiresAt: past, revokedAt: past, isReplaced: true }, now)).toBe('revoked')
  expect(stateOfKey({ expiresAt: now, revokedAt: null, isReplaced: true }, now)).toBe('expired')
  expect(stateOfKey({ expiresAt: future, revokedAt: null, isReplaced: true }, now)).toBe('replaced')
  expect(stateOfKey({ expiresAt: future, revokedAt: null, isReplaced: false }, now)).toBe('active')
})
