import { z } from 'zod'

export const roles = ['admin', 'operator', 'sales', 'viewer', 'owner'] as const
export type Role = (typeof roles)[number]
export const roleSchema = z.enum(roles)

/** Who may: any person of ours, those who act, or whoever is signed in. */
export const permissions = {
  staff: ['admin', 'operator', 'sales', 'viewer'],
  operator: ['admin', 'operator'],
  signedIn: roles,
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof permissions

export function may(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role)
}
