import { usageHolds, usageLimits } from '@trunkline/db/schema/usage'
import { and, eq, lt, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { meterUsage } from './meter.ts'

type Hold = typeof usageHolds.$inferSelect

/**
 * Ends a hold and frees what it reserved. With a quantity the caller charges it, keyed by the hold: for calls and texts
 * that no provider will report. Without one the provider's own webhook charges. Settling twice changes nothing.
 */
export async function settleHold(
  ctx: Ctx,
  input: { holdId: string; quantity?: number | undefined; ownedBy: string | null },
) {
  return await inTransaction(ctx, async (ctx) => {
    const [hold] = await ctx.db.select().from(usageHolds).where(eq(usageHolds.id, input.holdId)).for('update')
    if (hold === undefined || (input.ownedBy !== null && hold.customerId !== input.ownedBy))
      throw new DomainError('not_found', 'There is no such hold')
    if (hold.state === 'settled') {
      const isSame = input.quantity === undefined || input.quantity === hold.settledQuantity
      if (!isSame) throw new DomainError('conflict', 'This hold was settled with another quantity')
      return { settled: false, overrun: 0 }
    }
    if (hold.state === 'open') await free(ctx, hold)
    await ctx.db
      .update(usageHolds)
      .set({ state: 'settled', settledQuantity: input.quantity ?? null, endedAt: sql`now()` })
      .where(eq(usageHolds.id, hold.id))
    if (input.quantity !== undefined) {
      await meterUsage(ctx, [
        {
          meter: hold.meter,
          idemKey: `hold:${hold.id}`,
          customerId: hold.customerId,
          quantity: input.quantity,
          occurredAt: ctx.now.toISOString(),
          eventId: hold.id,
          webhookId: undefined,
        },
      ])
    }
    return { settled: true, overrun: Math.max(0, (input.quantity ?? 0) - hold.quantity) }
  })
}

async function free(ctx: Ctx, hold: Hold): Promise<void> {
  const freed =
    hold.meter === 'call_seconds'
      ? { callReservedSeconds: sql`${usageLimits.callReservedSeconds} - ${hold.quantity}` }
      : { smsReserved: sql`${usageLimits.smsReserved} - ${hold.quantity}` }
  await ctx.db.update(usageLimits).set(freed).where(eq(usageLimits.customerId, hold.customerId))
}

/** Frees what was promised and never settled. */
export async function expireHolds(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const expired = await ctx.db
      .select()
      .from(usageHolds)
      .where(and(eq(usageHolds.state, 'open'), lt(usageHolds.expiresAt, sql`now()`)))
      .orderBy(usageHolds.customerId, usageHolds.id)
      .limit(500)
      .for('update', { skipLocked: true })
    for (const hold of expired) {
      await free(ctx, hold)
      await ctx.db.update(usageHolds).set({ state: 'expired', endedAt: sql`now()` }).where(eq(usageHolds.id, hold.id))
    }
  })
}
