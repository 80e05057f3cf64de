import { rateUsage } from '@trunkline/core/billing/rating'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { type PeriodTerms, termsOf } from '../billing/terms.ts'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { bookEntries, type Entry } from '../usage/book-entries.ts'
import { undone } from './undone.ts'

/** Units that moved in one period of a customer's. */
export type Move = { customerId: string; meter: Meter; periodStart: string; periodEnd: string; quantity: number }

/** What the replay of these webhooks has written into the ledger, after the id that `since` was then. */
export async function movesOf(ctx: Ctx, webhookIds: readonly string[], since: string): Promise<Move[]> {
  const rows = await statement<{
    customer_id: string
    meter: Meter
    period_start: string
    period_end: string
    quantity: string
  }>(
    ctx.db,
    `select entry.customer_id, entry.meter, entry.period_start, coalesce(open.period_end, over.period_end) as period_end,
       sum(entry.quantity) as quantity
     from usage_entries as entry
       left join usage_limits as open on open.customer_id = entry.customer_id and open.period_start = entry.period_start
       left join usage_periods as over on over.customer_id = entry.customer_id and over.period_start = entry.period_start
     where entry.id > $2::text::uuid and entry.webhook_id = any (($1::text[])::uuid[]) group by 1, 2, 3, 4 having sum(entry.quantity) <> 0`,
    [webhookIds, since],
  )
  return rows.map((row) => ({
    customerId: row.customer_id,
    meter: row.meter,
    periodStart: new Date(row.period_start).toISOString(),
    periodEnd: new Date(row.period_end).toISOString(),
    quantity: Number(row.quantity),
  }))
}

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

async function pricesOf(ctx: Ctx, sums: readonly Planned[]): Promise<number[]> {
  const prices: number[] = []
  for (const sum of sums) {
    const used = await usedIn(ctx, sum)
    prices.push(used === undefined ? 0 : rateUsage(used, await termsIn(ctx, sum)))
  }
  return prices
}

const termsIn = async (ctx: Ctx, { customer_id: customerId, meter, period_start }: Planned): Promise<PeriodTerms> =>
  await termsOf(ctx, { customerId, meter, periodStart: period_start })

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
