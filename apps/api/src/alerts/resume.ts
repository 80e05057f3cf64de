import { giveUpAfterHours } from '@trunkline/core/alerts/delivery'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, asc, count, eq, lt, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { enqueue, findLive } from '../platform/job.ts'
import { alertsWithoutReceipt } from '../platform/metrics.ts'
import { giveUpAlert } from './give-up.ts'
import { deliverAlertSpec } from './raise.ts'

const atOnce = 500

/**
 * Looks after what no job looks after any more: an alert that waits and whose job is gone gets another; one of which nobody
 * could be told for a day is given up; texts without a receipt are counted.
 */
export async function resumeAlerts(ctx: Ctx): Promise<void> {
  await giveUpExpired(ctx)
  const resumed = await leaveLostJobs(ctx)
  if (resumed > 0) ctx.log.warn({ resumed }, 'alerts had lost their delivery job')
  const [undecided] = await ctx.db
    .select({ texts: count() })
    .from(alertLogs)
    .innerJoin(opsAlerts, eq(opsAlerts.id, alertLogs.alertId))
    .where(
      and(
        eq(opsAlerts.delivery, 'sent'),
        eq(alertLogs.state, 'sent'),
        // of a mail or a post none ever comes
        eq(alertLogs.channel, 'sms'),
        lt(alertLogs.updatedAt, sql`now() - interval '15 minutes'`),
      ),
    )
  alertsWithoutReceipt.set(undecided?.texts ?? 0)
}

async function giveUpExpired(ctx: Ctx): Promise<void> {
  const expired = await ctx.db
    .select({ id: opsAlerts.id })
    .from(opsAlerts)
    .where(
      and(
        eq(opsAlerts.delivery, 'pending'),
        lt(opsAlerts.createdAt, sql`now() - make_interval(hours => ${giveUpAfterHours})`),
        // somebody who is just telling it may yet succeed
        sql`not exists (select from ${alertLogs} where alert_id = ${opsAlerts.id} and state = 'pending' and lease_until > now())`,
      ),
    )
    .orderBy(asc(opsAlerts.id))
    .limit(atOnce)
  for (const { id } of expired) {
    await giveUpAlert(ctx, {
      alertId: id,
      cause: 'expired',
      reason: `Nobody could be told for ${giveUpAfterHours} hours`,
    })
  }
}

/** The rows stay locked until the jobs are left, so that however many look, each alert gets one. */
async function leaveLostJobs(ctx: Ctx): Promise<number> {
  return await inTransaction(ctx, async (ctx) => {
    const waiting = await ctx.db
      .select({ alertId: opsAlerts.id })
      .from(opsAlerts)
      .where(and(eq(opsAlerts.delivery, 'pending'), lt(opsAlerts.createdAt, sql`now() - interval '2 minutes'`)))
      .orderBy(asc(opsAlerts.id))
      .limit(atOnce)
      .for('update', { skipLocked: true })
    const live = await findLive(ctx, deliverAlertSpec, waiting)
    const lives = new Set(live.map(({ alertId }) => alertId))
    const lost = waiting.filter(({ alertId }) => !lives.has(alertId))
    for (const input of lost) await enqueue(ctx, deliverAlertSpec, input)
    return lost.length
  })
}
