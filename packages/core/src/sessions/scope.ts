import { z } from 'zod'
import type { Permission } from './permission.ts'

/**
 * What an API key may be good for. Each word stands for one permission, so a procedure is open to a key exactly where its
 * permission is one of the key's. Only some words fit a key of one customer: the others reach across customers.
 */
export const scopes = {
  'operations:read': { permission: 'staff', fitsOneCustomer: false },
  'usage:read': { permission: 'readUsage', fitsOneCustomer: true },
  'usage:ask': { permission: 'askUsage', fitsOneCustomer: true },
  'webhooks:read': { permission: 'readInbox', fitsOneCustomer: false },
  'webhooks:replay': { permission: 'replayInbox', fitsOneCustomer: false },
  'alerts:raise': { permission: 'raiseAlerts', fitsOneCustomer: false },
  'compliance:audit': { permission: 'auditCompliance', fitsOneCustomer: false },
} as const satisfies Record<string, { permission: Permission; fitsOneCustomer: boolean }>
export type Scope = keyof typeof scopes
export const scopeNames = Object.keys(scopes) as [Scope, ...Scope[]]
export const scopeSchema = z.enum(scopeNames)

export const fitsOneCustomer = (scope: Scope): boolean => scopes[scope].fitsOneCustomer

/** Whether a key may: one of its scopes stands for the permission, and reaches no further than the key. */
export function keyMay(key: { scopes: readonly Scope[]; customerId: string | null }, permission: Permission): boolean {
  return key.scopes.some(
    (scope) => scopes[scope].permission === permission && (key.customerId === null || fitsOneCustomer(scope)),
  )
}

/** A key lives a year at the longest; the one it replaces stays good for a week at the longest. */
export const keyRule = { longestDays: 365, usualDays: 90, overlapHours: 24, longestOverlapHours: 7 * 24 } as const

/** `tk_<prefix>_<secret>`: the prefix is shown, so that a key that was found can be told and revoked. */
export const keyPattern = /^tk_([0-9a-z]{8})_([\w-]{43})$/

export const keyStates = ['active', 'replaced', 'expired', 'revoked'] as const
export type KeyState = (typeof keyStates)[number]

/** How a key stands. `replacedBy` is good until `expiresAt` all the same: that is the overlap. */
export function stateOfKey(key: { expiresAt: Date; revokedAt: Date | null; isReplaced: boolean }, now: Date): KeyState {
  if (key.revokedAt !== null) return 'revoked'
  if (key.expiresAt <= now) return 'expired'
  return key.isReplaced ? 'replaced' : 'active'
}
