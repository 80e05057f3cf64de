import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDrizzle, openPool } from '@trunkline/db/connect'
import { migrate } from '@trunkline/db/migrate'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { jobs, schedules } from './jobs.ts'
import { seedDemo } from './onboarding/seed-demo.ts'
import { assertDatabase } from './platform/assert-database.ts'
import type { Actor, NetCtx } from './platform/context.ts'
import { type Env, EnvironmentError, readEnv, secretsOf } from './platform/env.ts'
import { openJobs } from './platform/job.ts'
import { openLive } from './platform/live.ts'
import { type Logger, openLog } from './platform/log.ts'
import { pause } from './platform/pause.ts'
import { leaveDueJobs, registerSchedules } from './platform/schedule.ts'
import { createFirstAdmin } from './sessions/first-admin.ts'
import { openIntake } from './webhooks/intake.ts'
import { quarantineBudget } from './webhooks/quarantine.ts'
import type { Inbox } from './webhooks/receive.ts'
import { bootstrapSources, loadSecrets } from './webhooks/sources.ts'
import { openSpool } from './webhooks/spool.ts'
import { storeSpooled } from './webhooks/store.ts'
import { startWorker } from './webhooks/worker.ts'

const spoolBytes = 256 * 1024 * 1024

/** Starts what ROLE asks for, serves until it is told to stop, and answers the exit code. */
export async function startTrunkline(): Promise<number> {
  const closing: (() => Promise<void>)[] = []
  const stop = Promise.withResolvers<string>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.resolve(signal))
  // the launcher that started this process is gone: nothing may be left running
  process.once('disconnect', () => stop.resolve('the launcher ended'))
  let log: Logger | undefined
  try {
    const env = readEnv()
    log = openLog({ level: env.LOG_LEVEL, secrets: secretsOf(env) })
    await start(env, log, closing)
    log.info({ reason: await stop.promise }, 'stopping')
    return 0
  } catch (error) {
    process.stderr.write(`Trunkline cannot start: ${faultLine(error)}\n`)
    log?.debug({ error }, 'start failed')
    return 1
  } finally {
    for (const close of closing.reverse()) await close()
    if (process.connected) process.disconnect()
  }
}

/** One line that a person can act on. */
function faultLine(error: unknown): string {
  if (error instanceof EnvironmentError) return error.message
  const { code, message, cause } = error as { code?: string; message?: string; cause?: unknown }
  if (code === 'EADDRINUSE') return `the port is already taken (${message ?? ''})`
  if (code === 'EACCES' || code === 'EROFS') return `a folder cannot be written (${message ?? ''})`
  if (cause instanceof Error) return faultLine(cause)
  return (message || code || String(error)).split('\n')[0] ?? 'unknown fault'
}

async function start(env: Env, log: Logger, closing: (() => Promise<void>)[]): Promise<void> {
  const spoolFolder = join(env.TRUNKLINE_DATA_DIR, 'spool')
  await mkdir(spoolFolder, { recursive: true, mode: 0o700 })
  await migrate(env.DATABASE_DIRECT_URL)
  const { db, pool } = openDrizzle(env.DATABASE_URL, { max: env.DATABASE_POOL, name: 'app', pooled: isPooled(env) })
  closing.push(() => pool.end({ timeout: 5 }))
  await assertDatabase(pool)
  const isWorker = env.ROLE !== 'web'
  const jobQueue = await openJobs({ directUrl: env.DATABASE_DIRECT_URL, jobs, log, isWorker })
  closing.push(() => jobQueue.close())
  const ctx = (actor: Actor, request: { id: string; address: string | null }): NetCtx => ({
    db,
    now: new Date(),
    actor,
    requestId: request.id,
    address: request.address,
    log: log.child({ requestId: request.id }),
    queue: jobQueue.queue,
    env,
    net: { fetch },
  })
  const system = (name: string) => ctx({ kind: 'system', name }, { id: name, address: null })
  await prepareWorld(env, log, system('start'))
  const live = await openLive({ directUrl: env.DATABASE_DIRECT_URL, log })
  closing.push(() => live.close())
  if (isWorker) {
    await jobQueue.work((name) => system(name))
    const worker = startWorker({ ctxFor: () => system('worker'), live, log })
    closing.push(() => worker.close())
    closing.push(every(1000, () => leaveDueJobs(system('scheduler'), schedules), log, 'scheduler'))
  }
  if (env.ROLE !== 'worker') await serve({ env, log, live, spoolFolder, ctx, system, closing })
  else process.stdout.write('Trunkline is ready (worker)\n')
}

async function prepareWorld(env: Env, log: Logger, ctx: NetCtx): Promise<void> {
  await bootstrapSources(ctx)
  await registerSchedules(ctx, schedules)
  const admin = await createFirstAdmin(ctx, { email: env.ADMIN_EMAIL, password: env.ADMIN_PASSWORD })
  if (admin !== undefined) {
    const password = admin.generatedPassword ?? 'the one in ADMIN_PASSWORD'
    process.stdout.write(
      `\n  First admin:  ${admin.email}\n  Password:     ${password}\n  (shown once; change it after signing in)\n\n`,
    )
  }
  if (env.TRUNKLINE_DEMO === 'on') await seedDemo(ctx, log)
}

/** Two addresses mean that the first one leads through a pooler. */
const isPooled = (env: Env) => env.DATABASE_DIRECT_URL !== env.DATABASE_URL

type Serving = {
  env: Env
  log: Logger
  live: Awaited<ReturnType<typeof openLive>>
  spoolFolder: string
  ctx: (actor: Actor, request: { id: string; address: string | null }) => NetCtx
  system: (name: string) => NetCtx
  closing: (() => Promise<void>)[]
}

async function serve({ env, log, live, spoolFolder, ctx, system, closing }: Serving): Promise<void> {
  const intakePool = openPool(env.DATABASE_URL, {
    max: 2,
    name: 'intake',
    pooled: isPooled(env),
    statementTimeoutMs: 5000,
  })
  closing.push(() => intakePool.end({ timeout: 5 }))
  const spool = await openSpool({ folder: spoolFolder, maxBytes: spoolBytes, log })
  closing.push(() => spool.close())
  const intake = openIntake({ sql: intakePool, spool, log, onStored: () => live.hint(['inbox', 'webhooks']) })
  let secrets = await loadSecrets(system('secrets'))
  closing.push(
    every(
      15_000,
      async () => {
        secrets = await loadSecrets(system('secrets'))
      },
      log,
      'webhook secrets',
    ),
  )
  const drain = async () => {
    const drained = await spool.drain((arrivals) => storeSpooled(intakePool, arrivals))
    if (drained === 0) return
    log.info({ drained }, 'spool drained')
    live.hint(['inbox', 'webhooks'])
  }
  closing.push(every(1000, drain, log, 'spool'))
  const inbox: Inbox = { intake, secrets: () => secrets, mayQuarantine: quarantineBudget(), log }
  const { app } = await buildApp({ env, log, live, inbox, spool, ctx })
  closing.push(() => intake.idle())
  closing.push(() => closeApp(app))
  await app.listen({ port: env.PORT, host: env.HOST })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : env.PORT
  process.stdout.write(
    `Trunkline is ready at http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${port}/admin\n`,
  )
}

/** Finishes requests that are under way; streams that never end are cut. */
async function closeApp(app: FastifyInstance): Promise<void> {
  const closed = app.close()
  const grace = setTimeout(() => app.server.closeAllConnections(), 3000)
  await closed
  clearTimeout(grace)
}

/** Does something again and again, one after the other, until it is closed; closing waits for the one under way. */
function every(ms: number, work: () => Promise<unknown>, log: Logger, name: string): () => Promise<void> {
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await work()
      } catch (error) {
        log.warn({ error, name }, 'recurring work failed')
      }
      await pause(ms, stopping.signal)
    }
  })()
  return async () => {
    stopping.abort()
    await running
  }
}
