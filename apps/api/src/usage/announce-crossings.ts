import type { Meter } from '@trunkline/core/usage/meter'
import type { Threshold } from '@trunkline/core/usage/threshold'
import { customers } from '@trunkline/db/schema/customers'
import { inArray } from 'drizzle-orm'
import { type AlertDraft, raiseAlerts } from '../alerts/raise.ts'
import type { Ctx } from '../platform/context.ts'

export type Crossing = {
  id: string
  customerId: string
  meter: Meter
  periodStart: string
  limitRevision: number
  level: Threshold
  before: number
  after: number
  base: number
}

const thousands = (value: number) => value.toLocaleString('en-US')
const amount = {
  call_seconds: (seconds: number) => `${thousands(Math.floor(seconds / 60))} min`,
  sms_segments: (segments: number) => `${thousands(segments)} SMS`,
} as const
const noun = { call_seconds: 'call minutes', sms_segments: 'texts' } as const

/** One alert a crossing, naming its customer. Of several levels passed at once, only the highest is sent. */
export async function announceCrossings(ctx: Ctx, crossings: readonly Crossing[]): Promise<void> {
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

function draftOf(crossing: Crossing, name: string): AlertDraft {
  const { customerId, meter, periodStart, limitRevision, level, after, base } = crossing
  const series = `usage:${customerId}:${meter}:${new Date(periodStart).toISOString()}:${limitRevision}`
  const used = `${amount[meter](after)} of ${amount[meter](base)}`
  return {
    type: level === 100 ? 'usage_limit_reached' : 'usage_warning',
    severity: level === 100 ? 'high' : 'medium',
    customerId,
    dedupKey: `${series}:${level}`,
    series,
    rank: level,
    title: `${name}: ${level} % of its ${noun[meter]} used`,
    message:
      level === 100
        ? `${name} has used ${used} in this period. ${meter === 'call_seconds' ? 'Calls stop 10 min beyond the cap' : 'Texts stop now'}. Offer a top-up or a higher tier.`
        : `${name} has used ${used} in this period. Offer a top-up before the cap is reached.`,
    runbook: `docs/runbooks/usage.md#${level === 100 ? 'limit-reached' : 'warning'}`,
    metadata: { level, meter, used: after, cap: base, crossingId: crossing.id },
  }
}
