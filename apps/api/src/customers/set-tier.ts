import type { TierKey } from '@trunkline/core/usage/tier'
import { customers } from '@trunkline/db/schema/customers'
import { and, eq, ne } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

/** Writes down which tier a customer has. What the tier contains is for `usage` to say. */
export async function setTier(ctx: Ctx, input: { customerId: string; tier: TierKey }): Promise<void> {
  const changed = await ctx.db
    .update(customers)
    .set({ tier: input.tier, updatedAt: ctx.now })
    .where(and(eq(customers.id, input.customerId), ne(customers.tier, input.tier)))
    .returning({ id: customers.id })
  if (changed.length > 0) await announce(ctx, ['customers'])
}
