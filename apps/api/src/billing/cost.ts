import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** What providers take, and for how many calls or messages none has said it: those are unknown, and not free. */
export type Cost = { costMicros: number; unpriced: number }

const known = {
  call_seconds: { table: 'call_events', cost: 'coalesce(known.cost_micros, known.listed_cost_micros)' },
  sms_segments: { table: 'sms_events', cost: 'known.listed_cost_micros' },
} as const

/**
 * What the providers take for the calls or messages on these lines that are still the customer's; each once. What a service settled
 * and no provider reported has no price; what a person adjusted needs none.
 */
export async function costOf(
  ctx: Ctx,
  of: { lineIds: readonly string[]; customerId: string; meter: keyof typeof known },
): Promise<Cost> {
  const { table, cost } = known[of.meter]
  const [found] = await statement<{ micros: string; unpriced: string }>(
    ctx.db,
    `select coalesce(sum(priced.cost), 0) as micros, count(*) filter (where priced.cost is null) as unpriced
     from (
       select ${cost} as cost
       from (
         select distinct entry.event_id from billing_line_entries as rated join usage_entries as entry on entry.id = rated.entry_id
         where rated.line_id = any (($1::text[])::uuid[]) and entry.kind <> 'adjustment'
       ) as one left join ${table} as known on known.id = one.event_id
       where known.id is null or known.customer_id = $2::text::uuid
     ) as priced`,
    [of.lineIds, of.customerId],
  )
  return { costMicros: Number(found?.micros ?? 0), unpriced: Number(found?.unpriced ?? 0) }
}

/** What providers take and what is left of an amount, as far as it is known: nothing is left to say of what has no price. */
export function marginOf(line: { amountCents: number; providerCostMicros: number; unpriced: number }): {
  providerCostMicros: number | null
  marginCents: number | null
  unpriced: number
} {
  const { amountCents, providerCostMicros, unpriced } = line
  return {
    providerCostMicros: unpriced > 0 && providerCostMicros === 0 ? null : providerCostMicros,
    marginCents: unpriced <= 0 ? amountCents - Math.round(providerCostMicros / 10_000) : null,
    unpriced,
  }
}
