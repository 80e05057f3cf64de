import { z } from 'zod'

export const staffRoles = ['admin', 'operator', 'sales', 'viewer'] as const
export type StaffRole = (typeof staffRoles)[number]
export const roles = [...staffRoles, 'owner'] as const
export type Role = (typeof roles)[number]
export const roleSchema = z.enum(roles)

/**
 * Who may: any person of ours, those who act, those who read what was said (bytes, transcripts, summaries, texts), those who
 * see callers' numbers in lists, those who see one when they ask for it, those who
 * decide who gets in. Two are for customers too, and then of one's own customer alone: whoever is signed in reads, and those
 * who act and an owner act. `signedIn` is about one's own account. The last six are for programs as well: each has its scope
 * (`scopes`), and a procedure under one of them is open to the keys that have it.
 */
export const permissions = {
  staff: staffRoles,
  operator: ['admin', 'operator'],
  content: ['admin', 'operator'],
  numbers: ['admin', 'operator'],
  reveal: ['admin', 'operator', 'sales'],
  admin: ['admin'],
  staffOrOwner: roles,
  operatorOrOwner: ['admin', 'operator', 'owner'],
  signedIn: roles,
  readUsage: roles,
  askUsage: ['admin', 'operator', 'owner'],
  raiseAlerts: ['admin', 'operator'],
  auditCompliance: [],
  readInbox: ['admin', 'operator'],
  replayInbox: ['admin', 'operator'],
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof permissions

export function may(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role)
}
