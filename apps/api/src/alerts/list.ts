import type { Severity } from '@trunkline/core/alerts/severity'
import { toPage } from '@trunkline/core/platform/page'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { customers } from '@trunkline/db/schema/customers'
import { and, desc, eq, isNotNull, isNull, lt } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { toAlertRow } from './wire.ts'

type Input = {
  state?: 'open' | 'acknowledged' | undefined
  acknowledged?: 'true' | 'false' | undefined
  severity?: Severity | undefined
  type?: string | undefined
  customerId?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** Newest first. */
export async function listAlerts(ctx: Ctx, input: Input) {
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select({ alert: opsAlerts, businessName: customers.businessName })
    .from(opsAlerts)
    .leftJoin(customers, eq(customers.id, opsAlerts.customerId))
    .where(
      and(
        input.state === 'open' || input.acknowledged === 'false' ? isNull(opsAlerts.acknowledgedAt) : undefined,
        input.state === 'acknowledged' || input.acknowledged === 'true'
          ? isNotNull(opsAlerts.acknowledgedAt)
          : undefined,
        input.severity && eq(opsAlerts.severity, input.severity),
        input.type ? eq(opsAlerts.alertType, input.type) : undefined,
        input.customerId ? eq(opsAlerts.customerId, input.customerId) : undefined,
        after ? lt(opsAlerts.id, after) : undefined,
      ),
    )
    .orderBy(desc(opsAlerts.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ alert }) => cursorOfId(alert.id),
    toItem: ({ alert, businessName }) => toAlertRow(alert, businessName),
  })
}

/** One alert with every try to deliver it and the figures behind it. */
export async function findAlert(ctx: Ctx, input: { alertId: string }) {
  const [found] = await ctx.db
    .select({ alert: opsAlerts, businessName: customers.businessName })
    .from(opsAlerts)
    .leftJoin(customers, eq(customers.id, opsAlerts.customerId))
    .where(eq(opsAlerts.id, input.alertId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such alert')
  const logs = await ctx.db.select().from(alertLogs).where(eq(alertLogs.alertId, input.alertId)).orderBy(alertLogs.id)
  const { series: _series, rank: _rank, crossingId: _crossing, ...figures } = found.alert.metadata
  return {
    ...toAlertRow(found.alert, found.businessName),
    runbook: found.alert.runbook,
    deliveries: logs.map((log) => ({
      channel: log.channel,
      state: log.state,
      at: (log.deliveredAt ?? log.updatedAt).toISOString(),
      provider: log.provider,
      reason: log.reason,
      attempts: log.attempts,
    })),
    explanation: Object.entries(figures).map(([label, value]) => ({ label, value: String(value) })),
  }
}
