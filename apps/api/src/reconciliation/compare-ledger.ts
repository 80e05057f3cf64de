import type { DifferenceUnit, LevelSums } from '@trunkline/core/reconciliation/run'
import { type Meter, meters } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

type Sums = { ledger: string; counter: string; rated: string; lined: string }
/** The sums of all, or one customer's in one period where they differ; each side of both meters. */
type Row = { [Side in `${'calls' | 'sms'}_${keyof Sums}`]: string } & { checked: string } & (
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
  const [known] = await statement<{ through_id: string }>(ctx.db, `select ${mark} as through_id`, [])
  const rows = await statement<Row>(ctx.db, comparison, [known?.through_id ?? null])
  const found = rows.flatMap(differencesIn)
  for (let from = 0; from < found.length; from += atOnce) await write(ctx, run, found.slice(from, from + atOnce))
  const all = rows.find(({ customer_id }) => customer_id === null)
  return {
    level: 0,
    checked: Number(all?.checked ?? 0) * meters.length,
    differences: found.length,
    flagged: found.length,
    sums: meters.map((meter) => {
      const { ledger, counter } = sumsOf(meter, all)
      return { unit: unitOf[meter], ours: Number(ledger), theirs: Number(counter) }
    }),
  }
}

function sumsOf(meter: Meter, row: Row | undefined): Sums {
  if (row === undefined) return { ledger: '0', counter: '0', rated: '0', lined: '0' }
  return meter === 'call_seconds'
    ? { ledger: row.calls_ledger, counter: row.calls_counter, rated: row.calls_rated, lined: row.calls_lined }
    : { ledger: row.sms_ledger, counter: row.sms_counter, rated: row.sms_rated, lined: row.sms_lined }
}

function differencesIn(row: Row): Found[] {
  if (row.customer_id === null) return []
  const { customer_id: customerId, period_start: periodStart } = row
  return meters.flatMap((meter) => {
    const { ledger, counter, rated, lined } = sumsOf(meter, row)
    const of = { customerId, periodStart, meter }
    return [
      ...(ledger === counter ? [] : [{ class: 'counter_differs' as const, ...of, ours: ledger, theirs: counter }]),
      ...(rated === lined ? [] : [{ class: 'lines_differ' as const, ...of, ours: rated, theirs: lined }]),
    ]
  })
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

const sides = ['calls', 'sms'].flatMap((meter) =>
  ['ledger', 'counter', 'rated', 'lined'].map((side) => `${meter}_${side}`),
)
const place = `customer_id, period_start`
const ofBoth = `sum(quantity) filter (where meter = 'call_seconds') as calls, sum(quantity) filter (where meter = 'sms_segments') as sms`
const mark = `(select coalesce((select through_id from billing_marks where name = 'ledger'), '00000000-0000-0000-0000-000000000000'::uuid))`
// both meters in one row: a shorter key and half as many groups to join. $1 is the mark as it was a moment before and it only ever
// grows, so the condition leaves nothing out; a plan that knows it reads the few entries behind it by index. It writes nothing
// itself: what writes is not read in parallel
const comparison = `
with ledger as (
  select ${place}, ${ofBoth} from usage_entries group by ${place}
), unrated as (
  select ${place}, ${ofBoth} from usage_entries as entry
  where id > $1::text::uuid and id > ${mark}
    and not exists (select from billing_line_entries as rated where rated.entry_id = entry.id) group by ${place}
), counter as (
  select ${place}, call_used_seconds as calls, sms_used as sms from usage_limits
  union all
  select ${place}, call_used_seconds, sms_used from usage_periods
), line as (
  select ${place}, ${ofBoth} from billing_line_items where kind = 'usage' group by ${place}
), compared as materialized (
  select ${place},
    ${['calls', 'sms']
      .map(
        (
          meter,
        ) => `coalesce(ledger.${meter}, 0)::bigint as ${meter}_ledger, coalesce(counter.${meter}, 0)::bigint as ${meter}_counter,
    (coalesce(ledger.${meter}, 0) - coalesce(unrated.${meter}, 0))::bigint as ${meter}_rated, coalesce(line.${meter}, 0)::bigint as ${meter}_lined`,
      )
      .join(',\n    ')}
  from ledger full join counter using (${place}) full join line using (${place}) left join unrated using (${place})
)
select null::uuid as customer_id, null as period_start, count(*) as checked, ${sides.map((side) => `coalesce(sum(${side}), 0)::bigint as ${side}`).join(', ')}
from compared
union all
select customer_id, to_char(period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 1, ${sides.join(', ')}
from compared where calls_ledger <> calls_counter or calls_rated <> calls_lined or sms_ledger <> sms_counter or sms_rated <> sms_lined
order by customer_id nulls first, period_start`
