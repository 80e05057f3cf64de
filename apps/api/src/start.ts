import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openDrizzle, openPool } from '@trunkline/db/connect'
import { migrate } from '@trunkline/db/migrate'
import { makeFirstPartitions } from '@trunkline/db/partitions'
import type { FastifyInstance } from 'fastify'
import { deliverUnattended } from './alerts/deliver-unattended.ts'
import { buildApp } from './app.ts'
import { openErrors } from './errors/track.ts'
import { jobs, schedules } from './jobs.ts'
import { seedDemo } from './onboarding/seed-demo.ts'
import { assertDatabase } from './platform/assert-database.ts'
import { whenDatabaseAnswers } from './platform/await-database.ts'
import { type Closing, openClosing } from './platform/closing.ts'
import type { Actor, NetCtx } from './platform/context.ts'
import { type Env, EnvironmentError, readEnv, secretsOf } from './platform/env.ts'
import type { Faults } from './platform/fault.ts'
import { openJobs } from './platform/job.ts'
import { openLive } from './platform/live.ts'
import { type Logger, openLog } from './platform/log.ts'
import { pause } from './platform/pause.ts'
import { leaveDueJobs, registerSchedules } from './platform/schedule.ts'
import { smtpMailer } from './providers/mail/smtp.ts'
import { createFirstAdmin } from './sessions/first-admin.ts'
import { openIntake } from './webhooks/intake.ts'
import { openSecrets } from './webhooks/open-secrets.ts'
import { quarantineBudget } from './webhooks/quarantine.ts'
import type { Inbox } from './webhooks/receive.ts'
import { bootstrapSources } from './webhooks/sources.ts'
import { openSpool } from './webhooks/spool.ts'
import { storeSpooled } from './webhooks/store.ts'
import { sweepInbox } from './webhooks/sweep.ts'
import { startWorker } from './webhooks/worker.ts'

const spoolBytes = 256 * 1024 * 1024

// how long a stop waits: for requests, of which the last may meet a silent database; for statements; for calls to providers
const doorsMs = 12_000
const workMs = 5_000
const jobsMs = 12_000
const connectionMs = 3_000

/** Starts what ROLE asks for, serves until it is told to stop, and answers the exit code. */
export async function startTrunkline(): Promise<number> {
  // ten frames are often libraries' alone, and the places of ours say which bug it is
  Error.stackTraceLimit = 30
  const closing = openClosing()
  const stop = new AbortController()
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort(signal))
  // the launcher that started this process is gone: nothing may be left running
  process.once('disconnect', () => stop.abort('the launcher ended'))
  let log: Logger | undefined
  try {
    const env = readEnv()
    log = openLog({ level: env.LOG_LEVEL, secrets: secretsOf(env) })
    await start({ env, log, closing, stopping: stop.signal })
    await stopped
    log.info({ reason: stop.signal.reason }, 'stopping')
    return 0
  } catch (error) {
    log?.debug({ error }, 'start failed')
    if (stop.signal.aborted) return 0
    process.stderr.write(`Trunkline cannot start: ${faultLine(error)}\n`)
    return 1
  } finally {
    await closing.closeAll(log)
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

type Starting = { env: Env; log: Logger; closing: Closing; stopping: AbortSignal }

async function start({ env, log, closing, stopping }: Starting): Promise<void> {
  const spoolFolder = join(env.TRUNKLINE_DATA_DIR, 'spool')
  await mkdir(spoolFolder, { recursive: true, mode: 0o700 })
  await whenDatabaseAnswers(() => prepareDatabase(env), {
    patienceMs: env.DATABASE_WAIT_SECONDS * 1000,
    signal: stopping,
    log,
  })
  const { db, pool } = openDrizzle(env.DATABASE_URL, { max: env.DATABASE_POOL, name: 'app', pooled: isPooled(env) })
  closing.add('connections', 'database', connectionMs, () => pool.end({ timeout: 2 }))
  await assertDatabase(pool)
  const isWorker = env.ROLE !== 'web'
  const errors = openErrors({ ctx: () => system('errors'), log })
  closing.add('notes', 'errors', workMs, () => errors.close())
  const resting =
    env.ROLE === 'worker' ? undefined : await openResting({ env, log, spoolFolder, faults: errors, closing })
  const jobQueue = await openJobs({ directUrl: env.DATABASE_DIRECT_URL, jobs, log, isWorker })
  closing.add('jobs', 'jobs', jobsMs, () => jobQueue.close())
  // what raises an alert still needs the queue
  closing.add('alarms', 'errors', workMs, () => errors.flush())
  const mail = env.SMTP_URL === undefined ? undefined : smtpMailer(env.SMTP_URL)
  const ctx = (actor: Actor, request: { id: string; address: string | null }): NetCtx => ({
    db,
    now: new Date(),
    actor,
    requestId: request.id,
    address: request.address,
    log: log.child({ requestId: request.id }),
    queue: jobQueue.queue,
    env,
    faults: errors,
    hasStopped: (phoneNumber) => resting?.spool.hasStopped(phoneNumber) ?? false,
    net: mail === undefined ? { fetch } : { fetch, mail },
  })
  const system = (name: string) => ctx({ kind: 'system', name }, { id: name, address: null })
  await prepareWorld(env, log, system('start'))
  const live = await openLive({ directUrl: env.DATABASE_DIRECT_URL, log })
  closing.add('connections', 'live', connectionMs, () => live.close())
  // before anything is sent: among what earlier processes left somebody may have said STOP
  await resting?.drain().catch((error: unknown) => log.warn({ error }, 'the spool was not drained at the start'))
  if (isWorker) {
    await jobQueue.work((name) => system(name))
    const worker = startWorker({ ctxFor: () => system('worker'), live, log })
    closing.add('work', 'worker', workMs, () => worker.close())
    every('scheduler', { ms: 1000, log, faults: errors, closing }, () => leaveDueJobs(system('scheduler'), schedules))
  }
  // who works delivers by jobs
  if (!isWorker) every('alarm', { ms: 5000, log, faults: errors, closing }, () => deliverUnattended(system('alarm')))
  every('sweep', { ms: 30_000, log, faults: errors, closing }, () => sweepInbox(system('sweep')))
  if (resting !== undefined) await serve({ env, log, live, resting, ctx, system, closing })
  else process.stdout.write('Trunkline is ready (worker)\n')
}

/** The newest schema, and on a new database the first months of what is partitioned. */
async function prepareDatabase(env: Env): Promise<void> {
  await migrate(env.DATABASE_DIRECT_URL)
  await makeFirstPartitions(env.DATABASE_DIRECT_URL, new Date())
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

type Resting = Awaited<ReturnType<typeof openResting>>

/** Where webhooks rest, and the spool's way there. */
async function openResting({
  env,
  log,
  spoolFolder,
  faults,
  closing,
}: Omit<Starting, 'stopping'> & { spoolFolder: string; faults: Faults }) {
  const intakePool = openPool(env.DATABASE_URL, {
    max: 2,
    name: 'intake',
    pooled: isPooled(env),
    statementTimeoutMs: 5000,
  })
  closing.add('connections', 'intake', connectionMs, () => intakePool.end({ timeout: 2 }))
  const onAside = (error: unknown, webhookId: string) =>
    faults.track({ error, source: 'worker', where: 'spool', webhookId })
  const spool = await openSpool({ folder: spoolFolder, maxBytes: spoolBytes, log, onAside })
  closing.add('connections', 'spool', connectionMs, () => spool.close())
  return { intakePool, spool, drain: () => spool.drain((arrivals) => storeSpooled(intakePool, arrivals)) }
}

type Serving = {
  env: Env
  log: Logger
  live: Awaited<ReturnType<typeof openLive>>
  resting: Resting
  ctx: (actor: Actor, request: { id: string; address: string | null }) => NetCtx
  system: (name: string) => NetCtx
  closing: Closing
}

async function serve({ env, log, live, resting, ctx, system, closing }: Serving): Promise<void> {
  const { faults } = system('serve')
  const { intakePool, spool } = resting
  const intake = openIntake({ sql: intakePool, spool, log, onStored: () => live.hint(['inbox', 'webhooks']) })
  const secrets = await openSecrets({ ctx: () => system('secrets'), live })
  every('webhook secrets', { ms: 15_000, log, faults, closing }, () => secrets.refresh())
  const drain = async () => {
    const drained = await resting.drain()
    if (drained === 0) return
    log.info({ drained }, 'spool drained')
    live.hint(['inbox', 'webhooks'])
  }
  every('spool', { ms: 1000, log, faults, closing }, drain)
  const inbox: Inbox = { intake, secrets, mayQuarantine: quarantineBudget(), log, faults }
  const { app } = await buildApp({ env, log, live, inbox, spool, faults, ctx })
  closing.add('work', 'doors', doorsMs, () => closeApp(app).then(() => intake.idle()))
  // a burst of connections waits its turn: the kernel drops what is beyond, and a provider counts that as a failure
  await app.listen({ port: env.PORT, host: env.HOST, backlog: 4096 })
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
function every(
  name: string,
  options: { ms: number; log: Logger; faults: Faults; closing: Closing },
  work: () => Promise<unknown>,
): void {
  const { ms, log, faults, closing } = options
  const stopping = new AbortController()
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await work()
      } catch (error) {
        log.warn({ error, name }, 'recurring work failed')
        faults.track({ error, source: 'worker', where: name })
      }
      await pause(ms, stopping.signal)
    }
  })()
  closing.add('work', name, workMs, async () => {
    stopping.abort()
    await running
  })
}
