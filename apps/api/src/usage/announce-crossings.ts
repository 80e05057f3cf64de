import type { Meter } from '@trunkline/core/usage/meter'
import { hardStopLevel, type Level } from '@trunkline/core/usage/threshold'
import { customers } from '@trunkline/db/schema/customers'
import { usageLimits } from '@trunkline/db/schema/usage'
import { eq, inArray } from 'drizzle-orm'
import { type AlertDraft, raiseAlerts } from '../alerts/raise.ts'
import { type NoticeDraft, notifyOwners } from '../customers/notify-owner.ts'
import type { Ctx } from '../platform/context.ts'

export type Crossing = {
  customerId: string
  meter: Meter
  periodStart: string
  limitRevision: number
  level: Level
  before: number
  after: number
  base: number
  grace: number
  cause: 'usage' | 'base'
}
export type WrittenCrossing = Crossing & { id: string }

// making a formatter takes longer than all the rest of an alert
const grouped = new Intl.NumberFormat('en-US')
const thousands = (value: number) => grouped.format(value)
export const amount = {
  call_seconds: (seconds: number) => `${thousands(Math.floor(seconds / 60))} min`,
  sms_segments: (segments: number) => `${thousands(segments)} SMS`,
} as const
export const noun = { call_seconds: 'call minutes', sms_segments: 'texts' } as const

export const shownUse = (meter: Meter, used: number, base: number): string =>
  `${amount[meter](used)} of ${amount[meter](base)}`

/** What the alerts of one meter, period and limit revision have in common. */
export const seriesOf = (of: {
  customerId: string
  meter: Meter
  periodStart: string | Date
  limitRevision: number
}): string => `usage:${of.customerId}:${of.meter}:${new Date(of.periodStart).toISOString()}:${of.limitRevision}`

/** One alert a crossing, naming its customer. Of several levels passed at once, only the highest is sent. */
export async function announceCrossings(ctx: Ctx, crossings: readonly WrittenCrossing[]): Promise<void> {
  if (crossings.length === 0) return
  const ids = [...new Set(crossings.map(({ customerId }) => customerId))]
  const named = await ctx.db
    .select({ id: customers.id, name: customers.businessName, zone: customers.timezone, ends: usageLimits.periodEnd })
    .from(customers)
    .innerJoin(usageLimits, eq(usageLimits.customerId, customers.id))
    .where(inArray(customers.id, ids))
  const known = new Map(named.map((customer) => [customer.id, customer]))
  await raiseAlerts(
    ctx,
    crossings.map((crossing) => draftOf(crossing, known.get(crossing.customerId)?.name ?? 'A customer')),
  )
  await notifyOwners(
    ctx,
    highestOf(crossings).flatMap((crossing) => {
      const customer = known.get(crossing.customerId)
      return customer === undefined ? [] : [noticeOf(crossing, customer)]
    }),
  )
}

/** Of the levels that a meter passed at once, the highest. */
function highestOf(crossings: readonly WrittenCrossing[]): WrittenCrossing[] {
  const highest = new Map<string, WrittenCrossing>()
  for (const crossing of crossings) {
    const known = highest.get(seriesOf(crossing))
    if (known === undefined || known.level < crossing.level) highest.set(seriesOf(crossing), crossing)
  }
  return [...highest.values()]
}

type Named = { name: string; zone: string; ends: Date }

const days = new Map<string, Intl.DateTimeFormat>()

/** The day on which the period ends, as the customer's calendar has it. There are as many formatters as zones. */
export function dayIn(zone: string, at: Date): string {
  const format = days.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, dateStyle: 'long' })
  days.set(zone, format)
  return format.format(at)
}

function noticeOf(crossing: WrittenCrossing, customer: Named): NoticeDraft {
  const { customerId, meter, level, after, base, grace } = crossing
  const isStopped = level === hardStopLevel || (level === 100 && grace === 0)
  const kind = level === 80 ? 'usage_warning' : isStopped ? 'usage_blocked' : 'usage_limit'
  return {
    customerId,
    kind,
    noticeKey: `${seriesOf(crossing)}:${kind}`,
    facts: {
      business: customer.name,
      noun: noun[meter],
      used: amount[meter](after),
      base: amount[meter](base),
      after: isStopped || grace === 0 ? '' : `Another ${amount[meter](grace)} are let through.`,
      ends: dayIn(customer.zone, customer.ends),
    },
  }
}

const kinds = {
  80: { type: 'usage_warning', severity: 'medium', runbook: 'docs/runbooks/usage.md#warning' },
  100: { type: 'usage_limit_reached', severity: 'high', runbook: 'docs/runbooks/usage.md#limit-reached' },
  [hardStopLevel]: { type: 'usage_hard_stop', severity: 'high', runbook: 'docs/runbooks/usage.md#hard-stop' },
} as const

function draftOf(crossing: WrittenCrossing, name: string): AlertDraft {
  const { customerId, meter, level, after, base } = crossing
  const series = seriesOf(crossing)
  const { type, severity, runbook } = kinds[level]
  return {
    type,
    severity,
    customerId,
    dedupKey: `${series}:${level}`,
    series,
    rank: level,
    title:
      level === hardStopLevel
        ? `${name}: ${noun[meter]} are stopped`
        : `${name}: ${level} % of its ${noun[meter]} used`,
    message: `${name} has used ${shownUse(meter, after, base)} in this period. ${adviceOf(meter, level)}`,
    runbook,
    metadata: { level, meter, used: after, cap: base, crossingId: crossing.id },
  }
}

function adviceOf(meter: Meter, level: Level): string {
  if (level === 80) return 'Offer a top-up before the cap is reached.'
  const stop = meter === 'call_seconds' ? 'Calls stop' : 'Texts stop'
  if (level === hardStopLevel) return `${stop} now, the grace is used up. Offer a top-up or a higher tier.`
  return `${stop} ${meter === 'call_seconds' ? '10 min beyond the cap' : 'now'}. Offer a top-up or a higher tier.`
}
