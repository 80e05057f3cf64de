import { toWireId } from '@trunkline/core/platform/wire-id'
import { usageEntries, usageKeys } from '@trunkline/db/schema/usage'
import { and, eq, isNull } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { meterUsage } from './meter.ts'

/**
 * A call or text is not chargeable: everything that is booked under it is voided, and what its provider states from now on charges
 * nothing. Any of its entries names it.
 */
export async function waiveUsage(ctx: Ctx, input: { entryId: string; reason: string }): Promise<{ voided: number }> {
  return await inTransaction(ctx, async (ctx) => {
    const [entry] = await ctx.db.select().from(usageEntries).where(eq(usageEntries.id, input.entryId))
    if (entry === undefined) throw new DomainError('not_found', 'There is no such entry')
    const { meter, idemKey, customerId, eventId, occurredAt } = entry
    const [waived] = await ctx.db
      .update(usageKeys)
      .set({ waivedAt: ctx.now })
      .where(and(eq(usageKeys.meter, meter), eq(usageKeys.idemKey, idemKey), isNull(usageKeys.waivedAt)))
      .returning({ booked: usageKeys.booked, customerId: usageKeys.customerId })
    if (waived === undefined) throw new DomainError('conflict', 'This call or text is waived already')
    const charge = { meter, idemKey, customerId: waived.customerId, quantity: 0, eventId, webhookId: undefined }
    await meterUsage(ctx, [{ ...charge, occurredAt: occurredAt.toISOString() }])
    await audit(ctx, {
      action: 'usage.waive',
      subject: toWireId('usageEntry', entry.id),
      customerId,
      before: { meter, booked: waived.booked },
      after: { booked: 0, reason: input.reason },
    })
    return { voided: waived.booked }
  })
}
