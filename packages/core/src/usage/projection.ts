import { z } from 'zod'
import type { Standing } from './threshold.ts'

export const projection = z.object({
  /** Whole units a day, as of late. */
  perDay: z.number(),
  /** How many days that rests on. */
  days: z.number(),
  projectedAtPeriodEnd: z.number(),
  base: z.number(),
  /** When the base, and when the stop beyond it, is reached within the period; null where it is not. */
  limitAt: z.string().nullable(),
  stopAt: z.string().nullable(),
})
export type Projection = z.infer<typeof projection>

const dayMs = 86_400_000

/** When a meter will be used up if it goes on as of late. What is reached already is reached now. */
export function projectExhaustion(facts: {
  standing: Standing
  recent: { quantity: number; since: Date }
  periodEnd: Date
  now: Date
}): Projection {
  const { standing, recent, periodEnd, now } = facts
  const { used, base, grace } = standing
  // of less than a day no day's pace can be told
  const days = Math.max(1, (now.getTime() - recent.since.getTime()) / dayMs)
  const perMs = Math.max(0, recent.quantity) / (days * dayMs)
  const leftMs = Math.max(0, periodEnd.getTime() - now.getTime())
  const reachedAt = (figure: number): string | null => {
    if (used >= figure) return now.toISOString()
    const waitMs = perMs === 0 ? Number.POSITIVE_INFINITY : (figure - used) / perMs
    return waitMs < leftMs ? new Date(now.getTime() + Math.ceil(waitMs)).toISOString() : null
  }
  return {
    perDay: Math.round(perMs * dayMs),
    days: Math.round(days * 10) / 10,
    projectedAtPeriodEnd: Math.round(used + perMs * leftMs),
    base,
    limitAt: reachedAt(base),
    stopAt: reachedAt(base + grace),
  }
}
