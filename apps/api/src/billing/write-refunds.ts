import { billingPayments } from '@trunkline/db/schema/billing'
import { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { usageLimits } from '@trunkline/db/schema/usage'
import { and, eq, like, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'

/**
 * A line for what of each charge was given back, or taken by a bank, and stands on no line yet; it names the line of the top-up that it
 * takes back. What a bank gives back after all is a line that names the one it takes back.
 */
export async function writeRefunds(
  ctx: Ctx,
  input: {
    customerId: string
    refunds: readonly { id: string; refundedCents: number; paymentId: string | undefined }[]
  },
): Promise<void> {
  const { customerId, refunds } = input
  for (const refund of refunds) {
    const key = `refund:${refund.id}:`
    const [known] = await ctx.db
      .select({
        cents: sql<number>`coalesce(-sum(${billingLineItems.amountCents}), 0)::int`,
        lastId: sql<string | null>`max(${billingLineItems.id}::text)`,
      })
      .from(billingLineItems)
      .where(and(eq(billingLineItems.customerId, customerId), like(billingLineItems.sourceKey, `${escaped(key)}%`)))
    const cents = refund.refundedCents - (known?.cents ?? 0)
    if (cents === 0) continue
    const [limits] = await ctx.db.select().from(usageLimits).where(eq(usageLimits.customerId, customerId))
    if (limits === undefined) throw new Error('A customer has no usage limits to read its period from')
    const [bought] =
      refund.paymentId === undefined
        ? []
        : await ctx.db
            .select({ lineId: billingLineItems.id, paymentId: billingPayments.id })
            .from(billingPayments)
            .innerJoin(
              billingLineItems,
              and(eq(billingLineItems.paymentId, billingPayments.id), eq(billingLineItems.kind, 'topup')),
            )
            .where(eq(billingPayments.checkoutSessionId, refund.paymentId))
    await ctx.db.insert(billingLineItems).values({
      id: newId(),
      customerId,
      periodStart: limits.periodStart,
      periodEnd: limits.periodEnd,
      kind: 'refund',
      sourceKey: `${key}${refund.refundedCents}`,
      tierSnapshotId: limits.tierSnapshotId,
      quantity: 1,
      unitPriceMicros: -cents * 10_000,
      amountCents: -cents,
      state: 'closed',
      correctsLineId: (cents > 0 ? bought?.lineId : known?.lastId) ?? null,
      paymentId: bought?.paymentId ?? null,
      createdAt: ctx.now,
      updatedAt: ctx.now,
      closedAt: ctx.now,
    })
  }
}

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
