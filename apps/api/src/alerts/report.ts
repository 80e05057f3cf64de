import { reportedRule, type Silence, silenceOf } from '@trunkline/core/alerts/reported'
import type { Severity } from '@trunkline/core/alerts/severity'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { and, desc, eq, gte, or, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { raiseAlerts } from './raise.ts'

export type ReportedAlert = {
  type: string
  severity: Severity
  resourceId?: string | undefined
  title: string
  message: string
  metadata: Record<string, string | number>
}

/**
 * Raises what another program reports. The same type and resource is said once, however many report it at the same moment,
 * and again when its silence is over.
 */
export async function reportAlert(
  ctx: Ctx,
  input: ReportedAlert,
): Promise<{ alertId: string; suppressed: boolean; reason?: Silence }> {
  const { type, resourceId, ...facts } = input
  const series = `reported:${JSON.stringify([type, resourceId ?? null])}`
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${series}, 0))`)
    const last = await findLast(ctx, { type, series })
    const reason = last === undefined ? undefined : silenceOf(last, ctx.now)
    if (last !== undefined && reason !== undefined)
      return { alertId: toWireId('alert', last.id), suppressed: true, reason }
    const [alertId = ''] = await raiseAlerts(ctx, [
      {
        ...facts,
        type,
        customerId: null,
        dedupKey: `${series}:${newId()}`,
        series,
        rank: 0,
        runbook: 'docs/runbooks/alerts.md#reported',
      },
    ])
    await audit(ctx, {
      action: 'alerts.report',
      subject: toWireId('alert', alertId),
      after: { type, title: facts.title },
    })
    return { alertId: toWireId('alert', alertId), suppressed: false }
  })
}

async function findLast(ctx: Ctx, { type, series }: { type: string; series: string }) {
  const since = new Date(ctx.now.getTime() - reportedRule.silentAfterTakenSeconds * 1000)
  const [last] = await ctx.db
    .select({ id: opsAlerts.id, createdAt: opsAlerts.createdAt, acknowledgedAt: opsAlerts.acknowledgedAt })
    .from(opsAlerts)
    .where(
      and(
        eq(opsAlerts.alertType, type),
        eq(sql`${opsAlerts.metadata} ->> 'series'`, series),
        or(gte(opsAlerts.createdAt, since), gte(opsAlerts.acknowledgedAt, since)),
      ),
    )
    .orderBy(desc(opsAlerts.id))
    .limit(1)
  return last
}
