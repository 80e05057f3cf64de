import { billingEvents, billingRequests } from '@trunkline/db/schema/billing'
import { and, eq, isNull, lt, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { announceNobodys } from './announce-money.ts'

/** Money that has been nobody's for ten minutes is told to staff; a request that nobody could carry out for a day is given up. */
export async function sweepBilling(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const nobodys = await ctx.db
      .select({ eventId: billingEvents.eventId, type: billingEvents.type })
      .from(billingEvents)
      .where(
        and(
          isNull(billingEvents.customerId),
          lt(billingEvents.createdAt, sql`now() - interval '10 minutes'`),
          sql`(${billingEvents.fact} #>> '{said,of}' = 'checkout' and ${billingEvents.fact} #>> '{said,isPaid}' = 'true'
            or ${billingEvents.fact} #>> '{said,of}' = 'invoice' and ${billingEvents.fact} #>> '{said,status}' = 'paid'
            or ${billingEvents.fact} #>> '{said,of}' = 'dispute')`,
          sql`not exists (select from ops_alerts where dedup_key = 'billing:nobody:' || ${billingEvents.eventId})`,
        ),
      )
      .limit(100)
    if (nobodys.length > 0) await announceNobodys(ctx, nobodys)
    const given = await ctx.db
      .update(billingRequests)
      .set({ state: 'failed', error: 'Stripe could not be asked for a day', endedAt: sql`now()` })
      .where(and(eq(billingRequests.state, 'pending'), lt(billingRequests.createdAt, sql`now() - interval '1 day'`)))
      .returning({ id: billingRequests.id })
    if (given.length > 0) await announce(ctx, ['billing'])
  })
}
