import type { LevelSums } from '@trunkline/core/reconciliation/run'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { differenceId } from './compare-ledger.ts'

/**
 * What stands on the closed lines of a period against the price of their quantity under the terms of that period: exact. Open
 * lines follow what is bought meanwhile within a minute. Prices of single calls were compared with their lists.
 */
export async function compareMoney(ctx: Ctx, run: { id: string; levels: readonly LevelSums[] }): Promise<LevelSums> {
  const [row] = await statement<{ checked: string; differ: string; rated: string; lined: string }>(ctx.db, comparison, [
    run.id,
  ])
  const prices = run.levels.find(({ level }) => level === 2)
  const differ = Number(row?.differ ?? 0)
  return {
    level: 2,
    checked: (prices?.checked ?? 0) + Number(row?.checked ?? 0),
    differences: (prices?.differences ?? 0) + differ,
    flagged: (prices?.flagged ?? 0) + differ,
    sums: [
      ...(prices?.sums ?? []).filter(({ unit }) => unit !== 'cents'),
      { unit: 'cents', ours: Number(row?.lined ?? 0), theirs: Number(row?.rated ?? 0) },
    ],
  }
}

const comparison = `
with line as (
  select customer_id, period_start, meter, sum(quantity)::bigint as quantity, sum(amount_cents)::bigint as cents
  from billing_line_items where kind = 'usage' group by customer_id, period_start, meter having bool_and(state = 'closed')
), burnt as (
  select burn.customer_id, burn.period_start, credit.meter, sum(burn.quantity)::bigint as quantity
  from usage_burns as burn join usage_credits as credit on credit.id = burn.credit_id group by 1, 2, 3
), rated as (
  select line.*, floor((greatest(0, line.quantity - case line.meter when 'call_seconds' then call_cap_seconds else sms_cap end
    - coalesce(burnt.quantity, 0)) * coalesce(rate.unit_price_micros, 0) + 5000) / 10000)::bigint as price
  from line join usage_periods as period using (customer_id, period_start)
    left join burnt using (customer_id, period_start, meter)
    left join billing_rates as rate on rate.tier_snapshot_id = period.tier_snapshot_id and rate.meter = line.meter
), written as (
  insert into reconciliation_differences (id, run_id, level, class, customer_id, unit, ours, theirs, delta, flagged, period_start)
  select ${differenceId('$1::text', "concat_ws(' ', 'rating_differs', customer_id, period_start, meter)")}, $1::text::uuid, 2,
    'rating_differs', customer_id, 'cents', cents, price, cents - price, true, period_start
  from rated where cents <> price on conflict do nothing
)
select count(*) as checked, count(*) filter (where cents <> price) as differ, coalesce(sum(price), 0) as rated,
  coalesce(sum(cents), 0) as lined from rated`
