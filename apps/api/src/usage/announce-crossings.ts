import type { Meter } from '@trunkline/core/usage/meter'
import { hardStopLevel, type Level } from '@trunkline/core/usage/threshold'
import { customers } from '@trunkline/db/schema/customers'
import { inArray } from 'drizzle-orm'
import { type AlertDraft, raiseAlerts } from '../alerts/raise.ts'
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
  cause: 'usage' | 'base'
}
export type WrittenCrossing = Crossing & { id: string }

const thousands = (value: number) => value.toLocaleString('en-US')
const amount = {
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
    .select({ id: customers.id, name: customers.businessName })
    .from(customers)
    .where(inArray(customers.id, ids))
  const nameOf = new Map(named.map(({ id, name }) => [id, name]))
  await raiseAlerts(
    ctx,
    crossings.map((crossing) => draftOf(crossing, nameOf.get(crossing.customerId) ?? 'A customer')),
  )
}

const kinds = {
  80: { type: 'usage_warning', severity: 'medium', anchor: 'warning' },
  100: { type: 'usage_limit_reached', severity: 'high', anchor: 'limit-reached' },
  [hardStopLevel]: { type: 'usage_hard_stop', severity: 'high', anchor: 'hard-stop' },
} as const

function draftOf(crossing: WrittenCrossing, name: string): AlertDraft {
  const { customerId, meter, level, after, base } = crossing
  const series = seriesOf(crossing)
  const { type, severity, anchor } = kinds[level]
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
    runbook: `docs/runbooks/usage.md#${anchor}`,
    metadata: { level, meter, used: after, cap: base, crossingId: crossing.id },
  }
}

function adviceOf(meter: Meter, level: Level): string {
  if (level === 80) return 'Offer a top-up before the cap is reached.'
  const stop = meter === 'call_seconds' ? 'Calls stop' : 'Texts stop'
  if (level === hardStopLevel) return `${stop} now, the grace is used up. Offer a top-up or a higher tier.`
  return `${stop} ${meter === 'call_seconds' ? '10 min beyond the cap' : 'now'}. Offer a top-up or a higher tier.`
}
