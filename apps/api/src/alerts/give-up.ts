import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { alertsUndelivered } from '../platform/metrics.ts'

/**
 * The last channel: nobody could be told, so the alert stands as failed for all to see, each try says why, and the log has
 * it. Does nothing where somebody was told meanwhile.
 */
export async function giveUpAlert(
  ctx: Ctx,
  end: { alertId: string; cause: 'refused' | 'lost' | 'expired'; reason: string },
): Promise<void> {
  const { alertId, cause, reason } = end
  const alert = await inTransaction(ctx, async (ctx) => {
    const [failed] = await ctx.db
      .update(opsAlerts)
      .set({ delivery: 'failed' })
      .where(and(eq(opsAlerts.id, alertId), eq(opsAlerts.delivery, 'pending')))
      .returning()
    if (failed === undefined) return undefined
    await ctx.db
      .update(alertLogs)
      .set({
        state: 'failed',
        reason: sql`concat_ws('. ', ${reason}::text, ${alertLogs.reason})`,
        leaseUntil: null,
        updatedAt: ctx.now,
      })
      .where(and(eq(alertLogs.alertId, alertId), eq(alertLogs.state, 'pending')))
    await ctx.db.insert(alertLogs).values({
      id: newId(),
      alertId,
      channel: 'log',
      state: 'logged',
      attempts: 1,
      reason,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    await announce(ctx, ['alerts'])
    return failed
  })
  if (alert === undefined) return
  alertsUndelivered.inc({ cause })
  ctx.log.error({ alertId, severity: alert.severity, title: alert.title, cause, reason }, 'alert not delivered')
}
