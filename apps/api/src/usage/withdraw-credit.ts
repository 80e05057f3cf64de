import { toWireId } from '@trunkline/core/platform/wire-id'
import { usageCredits, usageWithdrawals } from '@trunkline/db/schema/usage-credits'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { endCredit, freeOf } from './burn-credits.ts'
import { openPeriods } from './open-periods.ts'
import { refreshLimits } from './refresh-limits.ts'

/**
 * Takes back units of a bought grant whose money was given back: `units` in all, once for ever by `sourceKey`, whatever is delivered
 * again. What is used, or promised to a call under way, stays: used and reserved stay within the limit. A grant that is given back
 * whole has ended, and nothing that a late correction frees comes back to it.
 */
export async function withdrawCredit(
  ctx: Ctx,
  input: { creditKey: string; units: number; sourceKey: string },
): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const find = () => ctx.db.select().from(usageCredits).where(eq(usageCredits.sourceKey, input.creditKey))
    const [seen] = await find()
    if (seen === undefined) return
    const { customerId } = seen
    const [limits] = await openPeriods(ctx, [customerId])
    const [credit] = await find()
    if (limits === undefined || credit === undefined) throw new Error('A grant has no counter to be taken from')
    const [known] = await ctx.db
      .select({ asked: sql<number>`coalesce(sum(${usageWithdrawals.asked}), 0)::float8` })
      .from(usageWithdrawals)
      .where(eq(usageWithdrawals.creditId, credit.id))
    const asked = input.units - (known?.asked ?? 0)
    if (asked <= 0) return
    const isWhole = input.units >= credit.quantity
    const isLiving = credit.endedAt === null
    const taken = !isLiving
      ? 0
      : isWhole
        ? await endCredit(ctx, limits, credit, 'refunded')
        : Math.min(asked, await freeOf(ctx, limits, credit))
    const written = { id: newId(), creditId: credit.id, customerId, sourceKey: input.sourceKey, asked, taken }
    await ctx.db.insert(usageWithdrawals).values({ ...written, createdAt: ctx.now })
    if (isLiving && !isWhole)
      await ctx.db
        .update(usageCredits)
        .set({ remaining: credit.remaining - taken })
        .where(eq(usageCredits.id, credit.id))
    await refreshLimits(ctx, limits)
    step('usage.credit_withdrawn')
    await audit(ctx, {
      action: 'usage.withdrawCredit',
      subject: toWireId('credit', credit.id),
      customerId,
      before: { meter: credit.meter, quantity: credit.quantity, source: credit.source },
      after: { asked, taken, reason: 'Its money was given back' },
    })
  })
}
