import { monthPeriod } from '@trunkline/core/usage/period'
import { customers } from '@trunkline/db/schema/customers'
import { usageLimits } from '@trunkline/db/schema/usage'
import { and, eq, lte } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

/**
 * Opens the next period of every customer whose month has ended in its own time zone. The conditional UPDATE makes it
 * happen once; what the closed period used stays in the ledger. A pause that staff set stays (K-13 concerned one that
 * the limit itself had set: ours sets none).
 */
export async function rollPeriods(ctx: Ctx): Promise<void> {
  const due = await ctx.db
    .select({ customerId: usageLimits.customerId, periodEnd: usageLimits.periodEnd, timezone: customers.timezone })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(lte(usageLimits.periodEnd, ctx.now))
  for (const { customerId, periodEnd, timezone } of due) {
    const { start, end } = monthPeriod(timezone, ctx.now)
    await inTransaction(ctx, async (ctx) => {
      const [rolled] = await ctx.db
        .update(usageLimits)
        .set({
          periodStart: start,
          periodEnd: end,
          callUsedSeconds: 0,
          smsUsed: 0,
          limitRevision: 1,
          updatedAt: ctx.now,
        })
        .where(and(eq(usageLimits.customerId, customerId), eq(usageLimits.periodEnd, periodEnd)))
        .returning({ customerId: usageLimits.customerId })
      if (rolled !== undefined) await announce(ctx, ['usage'])
    })
  }
}
