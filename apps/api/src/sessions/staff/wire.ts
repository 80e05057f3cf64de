import { staffRoles } from '@trunkline/core/sessions/permission'
import { z } from 'zod'

export const staffStates = ['active', 'invited', 'disabled'] as const
export type StaffState = (typeof staffStates)[number]

export const staffRow = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: z.enum(staffRoles),
  state: z.enum(staffStates),
  hasSecondFactor: z.boolean(),
  /** Open sessions, and API keys of his making that are good: what ends when he is disabled. */
  sessions: z.number(),
  keys: z.number(),
  createdAt: z.string(),
  lastSignInAt: z.string().nullable(),
  you: z.boolean(),
})
export type StaffRow = z.infer<typeof staffRow>
