import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, asc, eq, sql } from 'drizzle-orm'
import type { NetCtx } from '../platform/context.ts'
import { isUnattended } from '../platform/schedule.ts'
import { deliverAlert } from './deliver.ts'
import { alertSchedules } from './jobs.ts'

const atOnce = 20
const pauseSeconds = 30

/**
 * Tells of what waits while nobody works: the alert that says so would otherwise wait for the worker whose absence it tells of. The
 * delivery's own lease keeps a worker that comes back from telling it a second time.
 */
export async function deliverUnattended(ctx: NetCtx): Promise<void> {
  if (!(await isUnattended(ctx, alertSchedules))) return
  const waiting = await ctx.db
    .select({ alertId: opsAlerts.id })
    .from(opsAlerts)
    .where(
      and(
        eq(opsAlerts.delivery, 'pending'),
        // whom somebody tells just now, or has tried to tell just now, is left alone for a while
        sql`not exists (select from ${alertLogs} where alert_id = ${opsAlerts.id} and state = 'pending'
          and (lease_until > now() or updated_at > now() - make_interval(secs => ${pauseSeconds})))`,
      ),
    )
    .orderBy(
      sql`array_position(array['critical', 'high', 'medium', 'low', 'info'], ${opsAlerts.severity})`,
      asc(opsAlerts.id),
    )
    .limit(atOnce)
  if (waiting.length === 0) return
  ctx.log.warn({ alerts: waiting.length }, 'no worker lives: alerts are delivered from here')
  for (const { alertId } of waiting) {
    try {
      await deliverAlert({ ...ctx, now: new Date() }, { alertId })
    } catch (error) {
      // one that cannot be told keeps none of the others waiting
      ctx.log.error({ error, alertId }, 'an alert could not be delivered')
      ctx.faults.track({ error, source: 'worker', where: 'alerts.deliverUnattended' })
    }
  }
}
