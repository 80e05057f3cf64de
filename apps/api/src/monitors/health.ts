import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { inboxOldestSeconds, inboxWaiting } from '../platform/metrics.ts'

type HealthState = 'ok' | 'degraded' | 'down'
type Check = { status: HealthState; [figure: string]: string | number | boolean | null }
type Health = { status: HealthState; checks: Record<string, Check> }
export type SpoolState = { waiting: number; bytes: number; isRefusing: boolean }

/** An inbox older than this is behind: somebody should look. */
const lagDegradedSeconds = 60
/** However often somebody asks, the database is asked once in so long. */
const freshMs = 1_000
/** A database that takes longer than this over a few counts is of no use to anybody. */
const patienceMs = 2_000

/**
 * Says whether webhooks are taken and processed. While the database is away the doors still answer from the spool, so the
 * system is degraded, not down, until the spool takes no more.
 */
export function openHealth(options: { ctx: () => Ctx; spool: { state(): SpoolState } }) {
  let known: { at: number; checks: Record<string, Check> } | undefined
  let asking: { since: number; answer: Promise<Record<string, Check>> } | undefined

  async function ask(): Promise<Record<string, Check>> {
    try {
      const checks = await databaseChecks(options.ctx())
      known = { at: performance.now(), checks }
      return checks
    } finally {
      asking = undefined
    }
  }

  async function databaseNow(): Promise<Record<string, Check>> {
    if (known !== undefined && performance.now() < known.at + freshMs) return known.checks
    // a question that is not answered yet is not put again: it would pile up in a database that has enough to do
    asking ??= { since: performance.now(), answer: ask() }
    return await within(asking.answer, asking.since + patienceMs - performance.now())
  }

  return async function checkHealth(): Promise<Health> {
    const checks = { ...(await databaseNow()) }
    const { waiting, bytes, isRefusing } = options.spool.state()
    checks.spool = { status: isRefusing ? 'down' : waiting > 0 ? 'degraded' : 'ok', waiting, bytes }
    const states = Object.values(checks).map(({ status }) => status)
    const isDown = checks.database?.status === 'down' && checks.spool.status === 'down'
    return { status: isDown ? 'down' : states.every((state) => state === 'ok') ? 'ok' : 'degraded', checks }
  }
}

async function within(answer: Promise<Record<string, Check>>, ms: number): Promise<Record<string, Check>> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<Record<string, Check>>((resolve) => {
    timer = setTimeout(() => resolve({ database: { status: 'down', reachable: false } }), Math.max(0, ms))
  })
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

async function databaseChecks(ctx: Ctx): Promise<Record<string, Check>> {
  const began = performance.now()
  try {
    const [row] = await statement<{
      waiting: number
      paused: number
      unclaimed: number
      dead: number
      oldest: number | null
      fsync: string
      version: string
    }>(
      ctx.db,
      `select (select count(*)::int from webhook_queue where state in ('received', 'failed') and next_attempt_at is not null) as waiting,
         (select count(*)::int from webhook_queue where state in ('received', 'failed') and next_attempt_at is null) as paused,
         (select count(*)::int from webhook_queue where state in ('received', 'failed') and next_attempt_at < now() - make_interval(secs => ${lagDegradedSeconds})) as unclaimed,
         (select count(*)::int from webhook_queue where state = 'dead') as dead,
         (select extract(epoch from now() - min(received_at))::float from webhook_queue where state in ('received', 'failed') and next_attempt_at is not null) as oldest,
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
        status: oldest > lagDegradedSeconds || (row?.unclaimed ?? 0) > 0 ? 'degraded' : 'ok',
        waiting: row?.waiting ?? 0,
        paused: row?.paused ?? 0,
        unclaimed: row?.unclaimed ?? 0,
        dead: row?.dead ?? 0,
        oldestSeconds: Math.round(oldest),
      },
    }
  } catch (error) {
    ctx.log.warn({ error }, 'health: the database does not answer')
    return { database: { status: 'down', reachable: false } }
  }
}
