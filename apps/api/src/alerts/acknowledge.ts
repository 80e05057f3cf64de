import { toWireId } from '@trunkline/core/platform/wire-id'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { customers } from '@trunkline/db/schema/customers'
import { and, eq, isNull } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import { toAlertRow } from './wire.ts'

/** Somebody has taken it. The second to say so is told that it is taken. */
export async function acknowledgeAlert(ctx: Ctx, input: { alertId: string; by: string }) {
  return await inTransaction(ctx, async (ctx) => {
    const [acknowledged] = await ctx.db
      .update(opsAlerts)
      .set({ acknowledgedAt: ctx.now, acknowledgedBy: input.by })
      .where(and(eq(opsAlerts.id, input.alertId), isNull(opsAlerts.acknowledgedAt)))
      .returning()
    if (acknowledged === undefined) {
      const [known] = await ctx.db.select({ id: opsAlerts.id }).from(opsAlerts).where(eq(opsAlerts.id, input.alertId))
      throw known === undefined
        ? new DomainError('not_found', 'There is no such alert')
        : new DomainError('conflict', 'Somebody has already acknowledged this alert')
    }
    const { customerId } = acknowledged
    const [customer] =
      customerId === null ? [] : await ctx.db.select().from(customers).where(eq(customers.id, customerId))
    await audit(ctx, { action: 'alerts.acknowledge', subject: toWireId('alert', acknowledged.id), customerId })
    await announce(ctx, ['alerts'])
    return toAlertRow(acknowledged, customer?.businessName ?? null)
  })
}
