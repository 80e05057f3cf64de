import { statement } from '@trunkline/db/connect'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { endOverduePauses } from './pause.ts'
import { releaseForgotten } from './release-paused.ts'

/** Whoever is due for longer has no worker. */
const patienceSeconds = 60
const countedTo = 10_000
const type = 'webhooks_unclaimed'

/**
 * Gives back what was laid aside and is paused no more, and looks for webhooks that are due and that nobody claims: the worker
 * is dead, or far behind. One alert speaks for them until somebody acknowledges it, and for an hour. Each process looks, for the
 * dead one cannot.
 */
export async function sweepInbox(ctx: Ctx): Promise<{ unclaimed: number }> {
  await endOverduePauses(ctx)
  await releaseForgotten(ctx)
  const [found] = await statement<{ unclaimed: number; first: string | null; due: string | null }>(
    ctx.db,
    `select count(*)::int as unclaimed, (array_agg(id order by due, id))[1]::text as first, min(due) as due from (
       select id, next_attempt_at as due from webhook_queue
       where state in ('received', 'failed') and verdict = 'verified' and next_attempt_at <= now() - make_interval(secs => ${patienceSeconds})
       order by next_attempt_at, id limit ${countedTo + 1}
     ) as waiting`,
    [],
  )
  if (found === undefined || found.first === null || found.due === null) return { unclaimed: 0 }
  const { unclaimed, first, due } = found
  await inTransaction(ctx, async (ctx) => {
    const [speaking] = await ctx.db
      .select({ id: opsAlerts.id })
      .from(opsAlerts)
      .where(
        and(
          eq(opsAlerts.alertType, type),
          or(isNull(opsAlerts.acknowledgedAt), gt(opsAlerts.createdAt, sql`now() - interval '1 hour'`)),
        ),
      )
      .limit(1)
    if (speaking !== undefined) return
    const since = new Date(due).toISOString()
    const many = unclaimed > countedTo ? `more than ${countedTo.toLocaleString('en-US')}` : String(unclaimed)
    await raiseAlerts(ctx, [
      {
        type,
        severity: 'critical',
        customerId: null,
        dedupKey: `webhooks:unclaimed:${first}`,
        series: 'webhooks:unclaimed',
        rank: 1,
        title: `${many} ${unclaimed === 1 ? 'webhook waits' : 'webhooks wait'} and no worker takes them`,
        message: `The oldest is due since ${since}. Nothing is lost, and nothing is counted, before a worker runs. See whether a process with ROLE=worker or all is alive.`,
        runbook: 'docs/runbooks/webhooks.md#lag',
        metadata: { unclaimed, since },
      },
    ])
  })
  return { unclaimed }
}
