import { type ListedKind, longestWindowSeconds } from '@trunkline/core/reconciliation/run'
import { statement } from '@trunkline/db/connect'
import { followPrices } from '../billing/follow-prices.ts'
import { notePrices } from '../events/note-prices.ts'
import type { Ctx } from '../platform/context.ts'
import type { Run } from './lease.ts'
import type { Compared } from './load-compared.ts'

/**
 * Keeps what a provider asks for what is over, the first time that it says so: its webhooks name no price, so a price that is another
 * one in a later list is found. Retell names its price with the call. What is asked goes beside the calls and messages, and to their
 * lines.
 */
export async function learnPrices(
  ctx: Ctx,
  run: Run,
  list: { provider: string; kind: ListedKind; compared: readonly Compared[] },
): Promise<void> {
  const { provider, kind, compared } = list
  const priced = compared.flatMap(({ providerId, listed }) => {
    const isOver = listed?.endedAt !== undefined && listed.endedAt < run.windowTo
    return isOver && listed?.price !== undefined ? [{ providerId, price: listed.price }] : []
  })
  if (priced.length === 0) return
  const prices = priced.map(({ providerId, price }) => ({ providerId, micros: price }))
  await followPrices(ctx, { eventIds: await notePrices(ctx, { provider, kind, prices }) })
  if (provider === 'retell') return
  await statement(
    ctx.db,
    `insert into reconciliation_prices (provider, kind, provider_id, price_micros, learned_at)
     select $1, $2, id, price::bigint, now() from unnest($3::text[], $4::text[]) as priced (id, price)
     order by id on conflict do nothing`,
    [provider, kind, priced.map(({ providerId }) => providerId), priced.map(({ price }) => String(price))],
  )
}

/** What no window reaches any more is not compared again. */
export async function forgetPrices(ctx: Ctx): Promise<void> {
  await statement(
    ctx.db,
    `delete from reconciliation_prices where learned_at < now() - make_interval(secs => ${2 * longestWindowSeconds})`,
    [],
  )
}
