import { z } from 'zod'

export const retentionKinds = ['bytes', 'events', 'audit'] as const
export type RetentionKind = (typeof retentionKinds)[number]

/**
 * How long each kind of content may be kept, and how long it must be: what is charged for can be looked into for its period
 * and 90 days more, and who did what for a year. Bytes may go sooner, because a figure opens to their hash; what makes an event
 * count once is no content and is not among these.
 */
export const retentionRules = {
  bytes: { unit: 'days', least: 7, most: 3650 },
  events: { unit: 'months', least: 5, most: 120 },
  audit: { unit: 'months', least: 12, most: 120 },
} as const satisfies Record<RetentionKind, { unit: 'days' | 'months'; least: number; most: number }>

const amountOf = (kind: RetentionKind) => {
  const { least, most, unit } = retentionRules[kind]
  return z.number().int().min(least, `must be at least ${least} ${unit}`).max(most, `must be at most ${most} ${unit}`)
}

/** How long everything is kept: bytes in days, events and audit rows in months. */
export const retentionSchema = z.object({
  bytes: amountOf('bytes'),
  events: amountOf('events'),
  audit: amountOf('audit'),
})
export type Retention = z.infer<typeof retentionSchema>

/** What is older than this has had its time. */
export function horizonsOf(retention: Retention, now: Date): Record<RetentionKind, Date> {
  return {
    bytes: new Date(now.getTime() - retention.bytes * 86_400_000),
    events: monthsBefore(now, retention.events),
    audit: monthsBefore(now, retention.audit),
  }
}

/** The same day so many months before, or the last one of that month where it has no such day. */
function monthsBefore(now: Date, months: number): Date {
  const day = new Date(now)
  day.setUTCDate(1)
  day.setUTCMonth(day.getUTCMonth() - months)
  const last = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()
  day.setUTCDate(Math.min(now.getUTCDate(), last))
  return day
}
