import { unitsOfRefund } from '@trunkline/core/usage/credit'
import { billingPayments } from '@trunkline/db/schema/billing'
import { and, asc, eq, gt, isNotNull } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { withdrawCredit } from '../usage/withdraw-credit.ts'
import { creditKeyOf } from './credit-topups.ts'

/** Under which name the units of so much money are taken back. */
export const withdrawalKeyOf = (payment: { id: string; refundedCents: number }): string =>
  `refund:${payment.id}:${payment.refundedCents}`

/** Takes back the units that refunded money had bought, as far as they are not used: once for each sum that was given back. */
export async function takeBackTopups(ctx: Ctx, input: { customerId: string }): Promise<void> {
  const refunded = await ctx.db
    .select()
    .from(billingPayments)
    .where(
      and(
        eq(billingPayments.customerId, input.customerId),
        isNotNull(billingPayments.creditedAt),
        gt(billingPayments.refundedCents, 0),
      ),
    )
    .orderBy(asc(billingPayments.id))
  for (const { checkoutSessionId, quantity, amountCents, refundedCents } of refunded) {
    if (quantity === null) continue
    await withdrawCredit(ctx, {
      creditKey: creditKeyOf(checkoutSessionId),
      units: unitsOfRefund({ quantity, paidCents: amountCents, refundedCents }),
      sourceKey: withdrawalKeyOf({ id: checkoutSessionId, refundedCents }),
    })
  }
}
