import { feeOf } from '@trunkline/core/usage/proration'
import { statement } from '@trunkline/db/connect'
import { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'

type Due = {
  customer_id: string
  period_start: string
  period_end: string
  tier_snapshot_id: string
  source_key: string
  cents: string
  tier_change_id: string | null
  /** Since when it is a customer, where the cents are those of a whole month. */
  since: string | null
}

/** Of each period of a customer that has no fee yet: the price of the tier that it began with, for a whole month. */
const fees = `
  select period.customer_id, period.period_start, period.period_end, tier.id as tier_snapshot_id,
    'fee:' || period.customer_id || ':' || to_char(period.period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') as source_key,
    tier.monthly_price_cents as cents, null as tier_change_id, customers.created_at as since
  from (
    select customer_id, period_start, period_end, tier_snapshot_id from usage_limits
    union all
    select customer_id, period_start, period_end, tier_snapshot_id from usage_periods
  ) as period
  join customers on customers.id = period.customer_id
  join tier_snapshots as tier on tier.id = coalesce((
    select from_snapshot_id from usage_tier_changes as change
    where change.customer_id = period.customer_id and change.state = 'applied' and change.moment = 'now'
      and change.due_at >= period.period_start and change.due_at < period.period_end order by change.id limit 1
  ), period.tier_snapshot_id)
  where period.period_end > customers.created_at and period.period_start <= $1::text::timestamptz
    and (customers.closed_at is null or customers.closed_at > period.period_start)
    and not exists (select from billing_line_items as line
      where line.customer_id = period.customer_id and line.period_start = period.period_start and line.kind = 'fee')
  limit 500`

/** Changes of tier in the midst of a period: what of the old price was given back and what of the new one is due. */
const prorations = `
  select change.customer_id, period.period_start, period.period_end, change.to_snapshot_id as tier_snapshot_id,
    'proration:' || change.id as source_key, change.charge_cents - change.credit_cents as cents, change.id as tier_change_id,
    null as since
  from usage_tier_changes as change
  join lateral (
    select period_start, period_end from usage_limits where customer_id = change.customer_id
    union all
    select period_start, period_end from usage_periods where customer_id = change.customer_id
  ) as period on change.due_at >= period.period_start and change.due_at < period.period_end
  where change.state = 'applied' and change.moment = 'now' and change.charge_cents <> change.credit_cents
    and not exists (select from billing_line_items as line where line.source_key = 'proration:' || change.id)
  limit 500`

/** Writes the lines of fees and prorations that are due and not written yet. */
export async function openFees(ctx: Ctx): Promise<void> {
  for (const [kind, text] of [
    ['fee', fees],
    ['proration', prorations],
  ] as const) {
    for (;;) {
      const written = await inTransaction(ctx, async (ctx) => {
        const due = await statement<Due>(ctx.db, text, kind === 'fee' ? [ctx.now.toISOString()] : [])
        if (due.length === 0) return 0
        const lines = await ctx.db
          .insert(billingLineItems)
          .values(due.map((one) => lineOf(ctx, kind, one)))
          .onConflictDoNothing({ target: billingLineItems.sourceKey })
          .returning({ id: billingLineItems.id })
        await announce(ctx, ['billing'])
        return lines.length
      })
      if (written === 0) break
    }
  }
}

function centsOf(due: Due): number {
  const cents = Number(due.cents)
  if (due.since === null) return cents
  const [start, end, since] = [new Date(due.period_start), new Date(due.period_end), new Date(due.since)]
  return feeOf({ monthlyCents: cents, start, end, since })
}

const lineOf = (ctx: Ctx, kind: 'fee' | 'proration', due: Due) => ({
  id: newId(),
  customerId: due.customer_id,
  periodStart: new Date(due.period_start),
  periodEnd: new Date(due.period_end),
  kind,
  sourceKey: due.source_key,
  tierSnapshotId: due.tier_snapshot_id,
  quantity: 1,
  unitPriceMicros: centsOf(due) * 10_000,
  amountCents: centsOf(due),
  state: 'closed' as const,
  tierChangeId: due.tier_change_id,
  createdAt: ctx.now,
  updatedAt: ctx.now,
  closedAt: ctx.now,
})
