import { z } from 'zod'

export const roles = ['admin', 'operator', 'sales', 'viewer', 'owner'] as const
export type Role = (typeof roles)[number]
export const roleSchema = z.enum(roles)

/**
 * Who may: any person of ours, those who act, those who may read what was said (bytes, transcripts, summaries, texts), those
 * who act and an owner for his own customer, or whoever is signed in.
 */
export const permissions = {
  staff: ['admin', 'operator', 'sales', 'viewer'],
  operator: ['admin', 'operator'],
  content: ['admin', 'operator'],
  operatorOrOwner: ['admin', 'operator', 'owner'],
  signedIn: roles,
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof permissions

export function may(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role)
}
