import type { DifferenceUnit, LevelSums } from '@trunkline/core/reconciliation/run'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

type Sums = { ledger: string; counter: string; rated: string; lined: string }
/** The sums of a meter, or one customer's in one period where they differ. */
type Row = Sums & { meter: Meter; checked: string } & (
    | { customer_id: null; period_start: null }
    | { customer_id: string; period_start: string }
  )
type Found = { class: 'counter_differs' | 'lines_differ'; customerId: string; periodStart: string } & {
  meter: Meter
  ours: string
  theirs: string
}

const unitOf = { call_seconds: 'seconds', sms_segments: 'segments' } as const satisfies Record<Meter, DifferenceUnit>
const atOnce = 5000

/** The id of a difference: it belongs to the run and to what differs, sorts by the run's time, and is the same however often it is found. */
export const differenceId = (run: string, name: string): string =>
  `(left(${run}, 15) || left(md5(${name}), 3) || '-8' || substr(md5(${name}), 4, 3) || '-' || substr(md5(${name}), 7, 12))::uuid`

/**
 * Where the ledger's sum is not the counter, over open and closed periods, or not what stands on lines: exactly none, ever. One
 * statement, so that all sides are of the same moment; what has no counter, line or entry counts as 0. An entry newer than the
 * raters' mark has a line or will get one; an older one without a line is missing in its sum.
 */
export async function compareLedger(ctx: Pick<Ctx, 'db'>, run: { id: string }): Promise<LevelSums> {
  const rows = await statement<Row>(ctx.db, comparison, [])
  const found = rows.flatMap(differencesIn)
  for (let from = 0; from < found.length; from += atOnce) await write(ctx, run, found.slice(from, from + atOnce))
  const meters = rows.filter(({ customer_id }) => customer_id === null)
  return {
    level: 0,
    checked: meters.reduce((sum, { checked }) => sum + Number(checked), 0),
    differences: found.length,
    flagged: found.length,
    sums: meters.map(({ meter, ledger, counter }) => ({
      unit: unitOf[meter],
      ours: Number(ledger),
      theirs: Number(counter),
    })),
  }
}

function differencesIn(row: Row): Found[] {
  if (row.customer_id === null) return []
  const { customer_id: customerId, period_start: periodStart, meter, ledger, counter, rated, lined } = row
  const of = { customerId, periodStart, meter }
  return [
    ...(ledger === counter ? [] : [{ class: 'counter_differs' as const, ...of, ours: ledger, theirs: counter }]),
    ...(rated === lined ? [] : [{ class: 'lines_differ' as const, ...of, ours: rated, theirs: lined }]),
  ]
}

async function write(ctx: Pick<Ctx, 'db'>, run: { id: string }, found: readonly Found[]): Promise<void> {
  await statement(
    ctx.db,
    `insert into reconciliation_differences (id, run_id, level, class, customer_id, unit, ours, theirs, delta, flagged, period_start)
     select ${differenceId('$1::text', "concat_ws(' ', class, customer, unit, period)")}, $1::text::uuid, 0, class, customer::uuid, unit,
       ours::bigint, theirs::bigint, ours::bigint - theirs::bigint, true, period::timestamptz
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) as found (class, customer, period, unit, ours, theirs)
     on conflict do nothing`,
    [
      run.id,
      found.map((one) => one.class),
      found.map(({ customerId }) => customerId),
      found.map(({ periodStart }) => periodStart),
      found.map(({ meter }) => unitOf[meter]),
      found.map(({ ours }) => ours),
      found.map(({ theirs }) => theirs),
    ],
  )
}

const place = `customer_id, period_start, meter`
const mark = `(select coalesce((select through_id from billing_marks where name = 'ledger'), '00000000-0000-0000-0000-000000000000'::uuid))`
// it writes nothing itself: what writes is not read in parallel
const comparison = `
with ledger as materialized (
  select ${place}, sum(quantity) as quantity from usage_entries group by ${place}
), unrated as materialized (
  select ${place}, sum(quantity) as quantity from usage_entries as entry
  where id > ${mark} and not exists (select from billing_line_entries as rated where rated.entry_id = entry.id) group by ${place}
), counters as (
  select customer_id, period_start, call_used_seconds, sms_used from usage_limits
  union all
  select customer_id, period_start, call_used_seconds, sms_used from usage_periods
), counter as (
  select customer_id, period_start, 'call_seconds' as meter, call_used_seconds as quantity from counters
  union all
  select customer_id, period_start, 'sms_segments', sms_used from counters
), line as (
  select ${place}, sum(quantity) as quantity from billing_line_items where kind = 'usage' group by ${place}
), compared as materialized (
  select ${place}, coalesce(ledger.quantity, 0)::bigint as ledger, coalesce(counter.quantity, 0)::bigint as counter,
    (coalesce(ledger.quantity, 0) - coalesce(unrated.quantity, 0))::bigint as rated,
    coalesce(line.quantity, 0)::bigint as lined
  from ledger full join counter using (${place}) full join line using (${place}) left join unrated using (${place})
)
select meter, null::uuid as customer_id, null as period_start, count(*) as checked, sum(ledger)::bigint as ledger,
  sum(counter)::bigint as counter, sum(rated)::bigint as rated, sum(lined)::bigint as lined
from compared group by meter
union all
select meter, customer_id, to_char(period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 1, ledger, counter, rated, lined
from compared where ledger <> counter or rated <> lined
order by meter, customer_id nulls first, period_start`
