import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { inboxOldestSeconds, inboxWaiting } from '../platform/metrics.ts'

export type HealthState = 'ok' | 'degraded' | 'down'
type Check = { status: HealthState; [figure: string]: string | number | boolean | null }
export type Health = { status: HealthState; checks: Record<string, Check> }

/** An inbox older than this is behind: somebody should look. */
const lagDegradedSeconds = 60

const worst = (states: readonly HealthState[]): HealthState =>
  states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok'

/**
 * Whether webhooks are taken and processed. While the database is away the doors still answer from the spool, so the
 * system is degraded, not down, until the spool is full.
 */
export async function checkHealth(ctx: Ctx, spool: { waiting(): number }): Promise<Health> {
  const checks: Record<string, Check> = { ...(await databaseChecks(ctx)) }
  const spooled = spool.waiting()
  checks.spool = { status: spooled > 0 ? 'degraded' : 'ok', waiting: spooled }
  return { status: worst(Object.values(checks).map(({ status }) => status)), checks }
}

async function databaseChecks(ctx: Ctx): Promise<Record<string, Check>> {
  const began = performance.now()
  try {
    const [row] = await statement<{
      waiting: number
      dead: number
      oldest: number | null
      fsync: string
      version: string
    }>(
      ctx.db,
      `select (select count(*)::int from webhook_queue where state in ('received', 'failed')) as waiting,
         (select count(*)::int from webhook_queue where state = 'dead') as dead,
         (select extract(epoch from now() - min(received_at))::float from webhook_queue where state in ('received', 'failed')) as oldest,
         current_setting('fsync') as fsync, current_setting('server_version') as version`,
      [],
    )
    const oldest = Math.max(0, row?.oldest ?? 0)
    inboxWaiting.set(row?.waiting ?? 0)
    inboxOldestSeconds.set(oldest)
    return {
      database: {
        status: 'ok',
        ms: Math.round(performance.now() - began),
        version: row?.version ?? null,
        fsync: row?.fsync === 'on',
      },
      inbox: {
        status: oldest > lagDegradedSeconds ? 'degraded' : 'ok',
        waiting: row?.waiting ?? 0,
        dead: row?.dead ?? 0,
        oldestSeconds: Math.round(oldest),
      },
    }
  } catch (error) {
    ctx.log.warn({ error }, 'health: the database does not answer')
    return { database: { status: 'degraded', reachable: false } }
  }
}
