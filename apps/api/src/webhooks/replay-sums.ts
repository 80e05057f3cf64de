import { rateUsage } from '@trunkline/core/billing/rating'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { type FoundTerms, termsIn, toTerms } from '../billing/terms.ts'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { bookEntries, type Entry } from '../usage/book-entries.ts'
import { undone } from './undone.ts'

/** Units that moved in one period of a customer's. */
export type Move = { customerId: string; meter: Meter; periodStart: string; periodEnd: string; quantity: number }

type Booked = {
  webhook_id: string
  customer_id: string
  meter: Meter
  period_start: string
  period_end: string
  quantity: string
}

const movedBy = (what: string) => `
  select ${what}, entry.customer_id, entry.meter, entry.period_start, coalesce(open.period_end, over.period_end) as period_end,
    sum(entry.quantity) as quantity
  from usage_entries as entry
    left join usage_limits as open on open.customer_id = entry.customer_id and open.period_start = entry.period_start
    left join usage_periods as over on over.customer_id = entry.customer_id and over.period_start = entry.period_start
  where entry.id > $2::text::uuid and entry.webhook_id = any (($1::text[])::uuid[])
  group by 1, 2, 3, 4, 5 having sum(entry.quantity) <> 0`
const movedByAll = movedBy('null as webhook_id')
const movedByEach = movedBy('entry.webhook_id')

/** What the replay of these webhooks has written into the ledger, after the id that `since` was then. */
export async function movesOf(ctx: Ctx, webhookIds: readonly string[], since: string): Promise<Move[]> {
  return (await statement<Booked>(ctx.db, movedByAll, [webhookIds, since])).map(moveOf)
}

/** The same of each of them. */
export async function movesOfEach(
  ctx: Ctx,
  webhookIds: readonly string[],
  since: string,
): Promise<ReadonlyMap<string, Move[]>> {
  const rows = await statement<Booked>(ctx.db, movedByEach, [webhookIds, since])
  return new Map(
    webhookIds.map((webhookId) => [webhookId, rows.filter((row) => row.webhook_id === webhookId).map(moveOf)]),
  )
}

const moveOf = (row: Booked): Move => ({
  customerId: row.customer_id,
  meter: row.meter,
  periodStart: new Date(row.period_start).toISOString(),
  periodEnd: new Date(row.period_end).toISOString(),
  quantity: Number(row.quantity),
})

/** Adds moves to what a replay's plan or its run comes to. */
export async function addMoves(
  ctx: Ctx,
  replayId: string,
  moves: readonly Move[],
  to: 'planned' | 'booked',
): Promise<void> {
  if (moves.length === 0) return
  await statement(
    ctx.db,
    `insert into webhook_replay_sums as sums (replay_id, customer_id, meter, period_start, period_end, ${to})
     select $1::text::uuid, customer::uuid, meter, start::timestamptz, max("end"::timestamptz), sum(quantity::bigint)
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as move (customer, meter, start, "end", quantity)
     group by customer, meter, start
     on conflict (replay_id, customer_id, meter, period_start) do update set ${to} = sums.${to} + excluded.${to}`,
    [
      replayId,
      moves.map(({ customerId }) => customerId),
      moves.map(({ meter }) => meter),
      moves.map(({ periodStart }) => periodStart),
      moves.map(({ periodEnd }) => periodEnd),
      moves.map(({ quantity }) => String(quantity)),
    ],
  )
}

/** How many units of a meter are moved in all. */
export const sumOf = (moves: readonly Move[], meter: Meter): number =>
  moves.reduce((all, move) => (move.meter === meter ? all + move.quantity : all), 0)

/** The same lines for the same moves. */
export const linesOf = (moves: readonly Move[]): string[] =>
  moves
    .map(({ customerId, meter, periodStart, quantity }) => `${customerId} ${meter} ${periodStart} ${quantity}`)
    .sort()

type Planned = { customer_id: string; meter: Meter; period_start: string; planned: string }

/**
 * What the moves of these customers would cost or save: they are booked in one transaction that is rolled back, with the credits
 * that they burn, and the periods are rated before and after.
 */
export async function priceSums(ctx: Ctx, replayId: string, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return
  const sums = await statement<Planned>(
    ctx.db,
    `select customer_id, meter, period_start, planned from webhook_replay_sums
     where replay_id = $1::text::uuid and customer_id = any (($2::text[])::uuid[])`,
    [replayId, [...new Set(customerIds)]],
  )
  const before = await pricesOf(ctx, sums)
  const after = await undone(ctx, async (ctx) => {
    await bookEntries(ctx, sums.filter(({ planned }) => Number(planned) !== 0).map(entryOf))
    return await pricesOf(ctx, sums)
  })
  await statement(
    ctx.db,
    `update webhook_replay_sums as sums set cents = price.cents::bigint
     from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as price (customer, meter, start, cents)
     where sums.replay_id = $1::text::uuid and sums.customer_id = price.customer::uuid and sums.meter = price.meter
       and sums.period_start = price.start::timestamptz`,
    [
      replayId,
      sums.map((sum) => sum.customer_id),
      sums.map((sum) => sum.meter),
      sums.map((sum) => sum.period_start),
      sums.map((_, place) => String((after[place] ?? 0) - (before[place] ?? 0))),
    ],
  )
}

function entryOf({ customer_id: customerId, meter, period_start, planned }: Planned): Entry {
  const at = new Date(period_start).toISOString()
  const id = newId()
  return {
    id,
    customerId,
    meter,
    idemKey: `plan:${id}`,
    kind: 'usage',
    quantity: Number(planned),
    delta: Number(planned),
    at,
    occurredAt: at,
    period: at,
    eventId: id,
    webhookId: undefined,
    correctsId: null,
  }
}

const asked = { customerId: 'asked.customer::uuid', periodStart: 'asked.start::timestamptz', meter: 'asked.meter' }
const usedAndTerms = `
  select counter.used, terms.included, terms.unit_price_micros
  from unnest($1::text[], $2::text[], $3::text[]) with ordinality as asked (customer, start, meter, place)
    left join lateral (
      select case when ${asked.meter} = 'call_seconds' then call_used_seconds else sms_used end as used
      from usage_limits where customer_id = ${asked.customerId} and period_start = ${asked.periodStart}
      union all
      select case when ${asked.meter} = 'call_seconds' then call_used_seconds else sms_used end
      from usage_periods where customer_id = ${asked.customerId} and period_start = ${asked.periodStart}
    ) as counter on true
    left join lateral (${termsIn(asked)}) as terms on true
  order by asked.place`

/** What each of these periods comes to, in cents; nothing while it is not on record. */
async function pricesOf(ctx: Ctx, sums: readonly Planned[]): Promise<number[]> {
  const rows = await statement<Pick<FoundTerms, 'included' | 'unit_price_micros'> & { used: string | null }>(
    ctx.db,
    usedAndTerms,
    [sums.map((sum) => sum.customer_id), sums.map((sum) => sum.period_start), sums.map((sum) => sum.meter)],
  )
  return rows.map((row) => (row.used === null ? 0 : rateUsage(Number(row.used), toTerms(row))))
}

/** What is counted in a period; undefined while it is not on record. */
export async function usedIn(
  ctx: Ctx,
  { customer_id, meter, period_start }: Omit<Planned, 'planned'>,
): Promise<number | undefined> {
  const [counter] = await statement<{ calls: string; texts: string }>(
    ctx.db,
    `select call_used_seconds as calls, sms_used as texts from usage_limits
     where customer_id = $1::text::uuid and period_start = $2::text::timestamptz
     union all select call_used_seconds, sms_used from usage_periods
     where customer_id = $1::text::uuid and period_start = $2::text::timestamptz`,
    [customer_id, period_start],
  )
  if (counter === undefined) return undefined
  return Number(meter === 'call_seconds' ? counter.calls : counter.texts)
}
