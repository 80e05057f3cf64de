import type { DifferenceUnit, LevelSums } from '@trunkline/core/reconciliation/run'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

type Row = {
  meter: Meter
  checked: string
  differ: string
  ledger: string
  counter: string
  rated: string
  lined: string
}

export const unitOf = { call_seconds: 'seconds', sms_segments: 'segments' } as const satisfies Record<
  Meter,
  DifferenceUnit
>

/** The id of a difference: it belongs to the run and to what differs, sorts by the run's time, and is the same however often it is found. */
export const differenceId = (run: string, name: string): string =>
  `(left(${run}, 15) || left(md5(${name}), 3) || '-8' || substr(md5(${name}), 4, 3) || '-' || substr(md5(${name}), 7, 12))::uuid`

/**
 * Where the ledger's sum is not the counter, over open and closed periods, or not what stands on lines: exactly none, ever. One
 * statement, so that all sides are of the same moment; what has no counter, line or entry counts as 0. An entry newer than the
 * raters' mark has a line or will get one; an older one without a line is missing in its sum.
 */
export async function compareLedger(ctx: Pick<Ctx, 'db'>, run: { id: string }): Promise<LevelSums> {
  const rows = await statement<Row>(ctx.db, comparison, [run.id])
  const sum = (pick: (row: Row) => string) => rows.reduce((all, row) => all + Number(pick(row)), 0)
  const differ = sum(({ differ }) => differ)
  return {
    level: 0,
    checked: sum(({ checked }) => checked),
    differences: differ,
    flagged: differ,
    sums: rows.map(({ meter, ledger, counter }) => ({
      unit: unitOf[meter],
      ours: Number(ledger),
      theirs: Number(counter),
    })),
  }
}

const place = `customer_id, period_start, meter`
const comparison = `
with mark as materialized (
  select coalesce((select through_id from billing_marks where name = 'ledger'), '00000000-0000-0000-0000-000000000000'::uuid) as id
), ledger as materialized (
  select ${place}, sum(quantity)::bigint as quantity,
    coalesce(sum(quantity) filter (where id <= (select id from mark)), 0)::bigint as rated
  from usage_entries group by ${place}
), recent as materialized (
  select entry.customer_id, entry.period_start, entry.meter, sum(entry.quantity)::bigint as quantity
  from usage_entries as entry join billing_line_entries as rated on rated.entry_id = entry.id
  where entry.id > (select id from mark) group by entry.customer_id, entry.period_start, entry.meter
), counters as (
  select customer_id, period_start, call_used_seconds, sms_used from usage_limits
  union all
  select customer_id, period_start, call_used_seconds, sms_used from usage_periods
), counter as (
  select customer_id, period_start, 'call_seconds' as meter, call_used_seconds as quantity from counters
  union all
  select customer_id, period_start, 'sms_segments', sms_used from counters
), line as (
  select ${place}, sum(quantity)::bigint as quantity from billing_line_items where kind = 'usage' group by ${place}
), compared as materialized (
  select ${place}, coalesce(ledger.quantity, 0) as ledger, coalesce(counter.quantity, 0) as counter,
    coalesce(ledger.rated, 0) + coalesce(recent.quantity, 0) as rated, coalesce(line.quantity, 0) as lined
  from ledger full join counter using (${place}) full join line using (${place}) left join recent using (${place})
), found as (
  select ${place}, 'counter_differs' as class, ledger as ours, counter as theirs from compared where ledger <> counter
  union all
  select ${place}, 'lines_differ', rated, lined from compared where rated <> lined
), written as (
  insert into reconciliation_differences (id, run_id, level, class, customer_id, unit, ours, theirs, delta, flagged, period_start)
  select ${differenceId('$1::text', "concat_ws(' ', class, customer_id, period_start, meter)")}, $1::text::uuid, 0, class, customer_id,
    case meter when 'call_seconds' then 'seconds' else 'segments' end, ours, theirs, ours - theirs, true, period_start
  from found on conflict do nothing
)
select meter, count(*) as checked, sum((ledger <> counter)::int + (rated <> lined)::int) as differ,
  sum(ledger) as ledger, sum(counter) as counter, sum(rated) as rated, sum(lined) as lined
from compared group by meter order by meter`
