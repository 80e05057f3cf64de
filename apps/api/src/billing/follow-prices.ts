import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { followCost, lockRating } from './rate.ts'

/** Brings the lines of calls or messages whose price has become known to what they cost. A closed line is corrected by another one. */
export async function followPrices(ctx: Ctx, input: { eventIds: readonly string[] }): Promise<void> {
  if (input.eventIds.length === 0) return
  await lockRating(ctx)
  const lines = await statement<{ customer_id: string; meter: Meter; period_start: string }>(
    ctx.db,
    `select distinct line.customer_id, line.meter, line.period_start
     from usage_entries as entry join billing_line_entries as rated on rated.entry_id = entry.id
       join billing_line_items as line on line.id = rated.line_id
     where entry.event_id = any (($1::text[])::uuid[]) order by 1, 2, 3`,
    [input.eventIds],
  )
  for (const { customer_id, meter, period_start } of lines)
    await followCost(ctx, { customerId: customer_id, meter, periodStart: period_start })
  if (lines.length > 0) await announce(ctx, ['billing'])
}
