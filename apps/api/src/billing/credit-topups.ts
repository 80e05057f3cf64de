import { billingPayments } from '@trunkline/db/schema/billing'
import { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { usageLimits } from '@trunkline/db/schema/usage'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { and, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { grantCredit } from '../usage/grant-credit.ts'

/** Bought units are spent after what was given and what rolled over. */
const boughtPriority = 100

/** Under which name what a checkout session bought is credited. */
export const creditKeyOf = (checkoutSessionId: string): string => `stripe:${checkoutSessionId}`

/**
 * Credits the top-ups that are paid and were not credited yet, with their lines. The payment's row says so in the same commit, and
 * the credit stands under the session's name for ever. What was given back or taken by a bank whole before it was credited is not credited.
 */
export async function creditTopups(ctx: Ctx, input: { customerId: string }): Promise<void> {
  const { customerId } = input
  const due = await ctx.db
    .select({ payment: billingPayments, topup: usageTopups })
    .from(billingPayments)
    .innerJoin(usageTopups, eq(usageTopups.key, billingPayments.topupKey))
    .where(
      and(
        eq(billingPayments.customerId, customerId),
        isNotNull(billingPayments.paidAt),
        isNull(billingPayments.creditedAt),
        lt(sql`${billingPayments.refundedCents} + ${billingPayments.lostCents}`, billingPayments.amountCents),
      ),
    )
    .orderBy(billingPayments.id)
  for (const { payment, topup } of due) {
    const { meter, quantity, lastsDays } = topup
    await grantCredit(ctx, {
      customerId,
      meter,
      quantity,
      source: 'topup',
      sourceKey: creditKeyOf(payment.checkoutSessionId),
      priority: boughtPriority,
      expiresAt: lastsDays === null ? null : new Date(ctx.now.getTime() + lastsDays * 86_400_000),
      reason: `Bought: ${topup.key}`,
    })
    await ctx.db
      .update(billingPayments)
      .set({ meter, quantity, creditedAt: ctx.now })
      .where(eq(billingPayments.id, payment.id))
    const [limits] = await ctx.db.select().from(usageLimits).where(eq(usageLimits.customerId, customerId))
    if (limits === undefined) throw new Error('A customer has no usage limits to credit')
    await ctx.db
      .insert(billingLineItems)
      .values({
        id: newId(),
        customerId,
        periodStart: limits.periodStart,
        periodEnd: limits.periodEnd,
        kind: 'topup',
        meter,
        sourceKey: `topup:${payment.checkoutSessionId}`,
        tierSnapshotId: limits.tierSnapshotId,
        quantity,
        unitPriceMicros: Math.round((payment.amountCents * 10_000) / quantity),
        amountCents: payment.amountCents,
        state: 'closed',
        paymentId: payment.id,
        createdAt: ctx.now,
        updatedAt: ctx.now,
        closedAt: ctx.now,
      })
      .onConflictDoNothing({ target: billingLineItems.sourceKey })
  }
}
