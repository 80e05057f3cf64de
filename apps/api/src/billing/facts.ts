import type { BillingFact } from '@trunkline/core/billing/event'
import { billingEvents } from '@trunkline/db/schema/billing'
import { eq } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'

/** Everything that Stripe has said about a customer. */
export async function factsOf(ctx: Ctx, customerId: string): Promise<BillingFact[]> {
  const rows = await ctx.db
    .select({ fact: billingEvents.fact })
    .from(billingEvents)
    .where(eq(billingEvents.customerId, customerId))
  return rows.map(({ fact }) => fact)
}
