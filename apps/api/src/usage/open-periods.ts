import { rollAccount } from '@trunkline/core/usage/period'
import { customers } from '@trunkline/db/schema/customers'
import { usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { eq, inArray, lte } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

/**
 * Locks the counters of these customers, in one order, and opens the period that holds `ctx.now` where the last one is over:
 * under the lock, so that whoever comes first does it and nobody does it again. A period that is over keeps what was used in
 * it; a pause that staff set stays (K-13 concerned one that the limit itself had set: ours sets none).
 */
export async function openPeriods(ctx: Ctx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return
  const locked = await ctx.db
    .select({ limits: usageLimits, zone: customers.timezone })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(inArray(usageLimits.customerId, [...customerIds]))
    .orderBy(usageLimits.customerId)
    .for('update', { of: usageLimits })
  const due = locked.filter(({ limits }) => limits.periodEnd <= ctx.now)
  for (const { limits, zone } of due) {
    const { customerId, tierSnapshotId, periodStart, periodEnd } = limits
    const last = { start: periodStart, end: periodEnd }
    const { over, open } = rollAccount({ over: [], open: last }, { zone, now: ctx.now })
    await ctx.db.insert(usagePeriods).values(
      over.map((period) => ({
        customerId,
        periodStart: period.start,
        periodEnd: period.end,
        tierSnapshotId,
        callUsedSeconds: period === last ? limits.callUsedSeconds : 0,
        smsUsed: period === last ? limits.smsUsed : 0,
      })),
    )
    await ctx.db
      .update(usageLimits)
      .set({
        periodStart: open.start,
        periodEnd: open.end,
        callUsedSeconds: 0,
        smsUsed: 0,
        limitRevision: 1,
        updatedAt: ctx.now,
      })
      .where(eq(usageLimits.customerId, customerId))
  }
  if (due.length > 0) await announce(ctx, ['usage'])
}

/** Opens the present period of every customer whose last one is over and whom nobody has asked about since. */
export async function rollPeriods(ctx: Ctx): Promise<void> {
  const due = await ctx.db
    .select({ customerId: usageLimits.customerId })
    .from(usageLimits)
    .where(lte(usageLimits.periodEnd, ctx.now))
  for (const { customerId } of due) await inTransaction(ctx, (ctx) => openPeriods(ctx, [customerId]))
}
