import { z } from 'zod'

/** Why a customer may stand still. Each stands by itself: that one is lifted lifts no other. */
export const pauseCauses = ['force', 'payment', 'compliance', 'provider'] as const
export type PauseCause = (typeof pauseCauses)[number]
export const pauseCauseSchema = z.enum(pauseCauses)

/** When the next of these pauses ends by itself; null where none does. */
export function pausedUntil(pauses: readonly { expiresAt: Date | null }[]): Date | null {
  const ends = pauses.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt.getTime()]))
  return ends.length === 0 ? null : new Date(Math.min(...ends))
}
