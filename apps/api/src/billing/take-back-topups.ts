import { unitsOfRefund } from '@trunkline/core/usage/credit'
import { billingPayments } from '@trunkline/db/schema/billing'
import { and, asc, eq, gt, isNotNull, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { withdrawCredit } from '../usage/withdraw-credit.ts'
import { creditKeyOf } from './credit-topups.ts'

type Payment = { id: string; amountCents: number; refundedCents: number; lostCents: number }

/** What of a payment is gone again: refunded, or lost to a bank in a dispute; never more than was paid. */
const goneOf = ({ amountCents, refundedCents, lostCents }: Omit<Payment, 'id'>): number =>
  Math.min(amountCents, refundedCents + lostCents)

/** Under which name the units of so much money are taken back: the same for each order in which it went. */
export const withdrawalKeyOf = (payment: Payment): string => `refund:${payment.id}:${goneOf(payment)}`

/** Takes back the units that money had bought which is gone again, as far as they are not used: once for each sum. */
export async function takeBackTopups(ctx: Ctx, input: { customerId: string }): Promise<void> {
  const gone = await ctx.db
    .select()
    .from(billingPayments)
    .where(
      and(
        eq(billingPayments.customerId, input.customerId),
        isNotNull(billingPayments.creditedAt),
        gt(sql`${billingPayments.refundedCents} + ${billingPayments.lostCents}`, 0),
      ),
    )
    .orderBy(asc(billingPayments.id))
  for (const payment of gone) {
    const { checkoutSessionId, quantity, amountCents } = payment
    if (quantity === null) continue
    await withdrawCredit(ctx, {
      creditKey: creditKeyOf(checkoutSessionId),
      units: unitsOfRefund({ quantity, paidCents: amountCents, refundedCents: goneOf(payment) }),
      sourceKey: withdrawalKeyOf({ ...payment, id: checkoutSessionId }),
    })
  }
}
