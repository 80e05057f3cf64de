import { isDeepStrictEqual } from 'node:util'
import { maskText } from '@trunkline/core/platform/mask'
import { DrizzleQueryError, sql } from 'drizzle-orm'
import { fromDrizzle, type JobResult, PgBoss, type Job as QueuedJob } from 'pg-boss'
import type { z } from 'zod'
import type { Ctx, NetCtx } from './context.ts'
import { DomainError } from './domain-error.ts'
import { secretsOf } from './env.ts'
import { finishRun, type Run, type RunEnd, startRun } from './job-run.ts'
import type { Logger } from './log.ts'
import { jobsRun } from './metrics.ts'
import { wakeForDue } from './wake-jobs.ts'

/** A job's name (`domain.verb`), what it carries (ids, never rows) and how often it is tried. */
export type JobSpec<Input> = { name: string; input: z.ZodType<Input>; attempts: number }
export type Job<Input> = JobSpec<Input> & { run(ctx: NetCtx, input: Input): Promise<void> }

/** Declares a job that another domain carries out: how a domain speaks to those on its left. */
export function jobSpec<Input>(spec: JobSpec<Input>): JobSpec<Input> {
  return spec
}

export function job<Input>(spec: JobSpec<Input>, run: Job<Input>['run']): Job<Input> {
  return { ...spec, run }
}

export type JobQueue = {
  send(ctx: Ctx, name: string, input: object, options: SendOptions): Promise<void>
  /** In one statement, however many. */
  sendAll(ctx: Ctx, name: string, inputs: readonly object[], options: { attempts: number }): Promise<void>
}
type SendOptions = { afterSeconds?: number; attempts: number }

/** Leaves a job on the caller's transaction: roll it back and the job was never there. */
export async function enqueue<Input extends object>(
  ctx: Ctx,
  spec: JobSpec<Input>,
  input: Input,
  options: { afterSeconds?: number } = {},
): Promise<void> {
  await ctx.queue.send(ctx, spec.name, spec.input.parse(input), { ...options, attempts: spec.attempts })
}

// biome-ignore lint/suspicious/noExplicitAny: a list of jobs with different inputs
export type AnyJob = Job<any>

/** The same for many at once, in one statement. */
export async function enqueueAll<Input extends object>(
  ctx: Ctx,
  spec: JobSpec<Input>,
  inputs: readonly Input[],
): Promise<void> {
  if (inputs.length === 0) return
  const parsed = inputs.map((input) => spec.input.parse(input))
  await ctx.queue.sendAll(ctx, spec.name, parsed, { attempts: spec.attempts })
}

const deadAfterSeconds = 20
// no statement of the queue takes so long: the network has swallowed it or its answer
const usualSilenceMs = 60_000

export type Jobs = Awaited<ReturnType<typeof openJobs>>

/** Opens the queue on the owner's connection. `work` begins taking jobs; without it this process only leaves them. */
export async function openJobs(options: {
  directUrl: string
  jobs: readonly AnyJob[]
  log: Logger
  isWorker: boolean
  silenceMs?: number
}) {
  // settings of the driver below the queue
  const silence = { query_timeout: options.silenceMs ?? usualSilenceMs, keepAlive: true }
  const boss = new PgBoss({
    connectionString: options.directUrl,
    max: 4,
    ...silence,
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: options.isWorker,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    useListenNotify: true,
  })
  boss.on('error', (error) => options.log.error({ error }, 'job queue'))
  await boss.start()
  await agreeOnQueues(boss, options.jobs)
  const closing = new AbortController()
  let waking: Promise<void> | undefined
  const queue: JobQueue = {
    async send(ctx, name, input, { afterSeconds, attempts }) {
      await boss.send(name, input, {
        db: fromDrizzle(ctx.db, sql),
        retryLimit: attempts - 1,
        ...(afterSeconds === undefined ? {} : { startAfter: afterSeconds }),
      })
    },
    async sendAll(ctx, name, inputs, { attempts }) {
      const queued = inputs.map((data) => ({ data, retryLimit: attempts - 1 }))
      await boss.insert(name, queued, { db: fromDrizzle(ctx.db, sql) })
    },
  }
  return {
    queue,
    async work(ctxFor: (name: string) => NetCtx): Promise<void> {
      const workers = new Map<string, string[]>()
      for (const one of options.jobs) {
        const start = () =>
          boss.work<object>(
            one.name,
            workOptions,
            async (batch): Promise<JobResult[]> =>
              Promise.all(batch.map((queued) => runOne(one, ctxFor(one.name), queued))),
          )
        workers.set(one.name, [await start(), await start()])
      }
      const names = [...workers.keys()]
      waking = wakeForDue({
        find: () => findDue(ctxFor('jobs'), names),
        wake(name) {
          for (const worker of workers.get(name) ?? []) boss.notifyWorker(worker)
        },
        signal: closing.signal,
        log: options.log,
      })
    },
    /** Takes no more jobs and waits for those that run. */
    async close(): Promise<void> {
      closing.abort()
      await boss.stop({ graceful: true, timeout: 15_000, close: true })
      await waking
    },
  }
}

const workOptions = {
  batchSize: 20,
  perJobResults: true,
  burstWhenBatchFull: true,
  includeMetadata: true,
  // where the queue can send no notices
  pollingIntervalSeconds: 2,
  // what no notice tells of is looked for in all queues at once
  notifyPollingIntervalSeconds: 30,
} as const

/** Makes the queues that are new and changes those whose code changed: one question, however many they are. */
async function agreeOnQueues(boss: PgBoss, jobs: readonly AnyJob[]): Promise<void> {
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  for (const { name, attempts } of jobs) {
    const policy = {
      retryLimit: attempts - 1,
      retryDelay: 2,
      retryBackoff: true,
      retryDelayMax: 300,
      // a worker that died stops sending these, and its job goes to another
      heartbeatSeconds: deadAfterSeconds,
      expireInSeconds: 3600,
    }
    const queue = known.get(name)
    if (queue === undefined) await boss.createQueue(name, { ...policy, notify: true })
    else if (!isDeepStrictEqual({ ...queue, ...policy }, { ...queue })) await boss.updateQueue(name, policy)
  }
}

type Queued = QueuedJob<object> & { retryCount?: number }

async function runOne(one: AnyJob, ctx: NetCtx, queued: Queued): Promise<JobResult> {
  const began = performance.now()
  const attempt = (queued.retryCount ?? 0) + 1
  const log = ctx.log.child({ job: one.name, jobId: queued.id, attempt })
  const run = { name: one.name, jobId: queued.id, attempt }
  const ms = () => Math.round(performance.now() - began)
  let runId: string | undefined
  try {
    runId = await startRun(ctx, run)
    await one.run({ ...ctx, log, requestId: queued.id }, one.input.parse(queued.data))
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error
    const message = maskText(cause instanceof Error ? cause.message : String(cause), secretsOf(ctx.env)).slice(0, 2000)
    jobsRun.inc({ job: one.name, outcome: 'failed' })
    log.error({ error: cause, ms: ms() }, `${one.name} failed`)
    if (!(error instanceof DomainError))
      ctx.faults.track({ error, source: 'job', where: one.name, requestId: queued.id, input: queued.data })
    await note({ ...ctx, log }, run, runId, { outcome: 'failed', error: message })
    return { id: queued.id, status: 'failed', output: { message } }
  }
  jobsRun.inc({ job: one.name, outcome: 'succeeded' })
  log.info({ ms: ms() }, one.name)
  await note({ ...ctx, log }, run, runId, { outcome: 'succeeded' })
  return { id: queued.id, status: 'completed' }
}

/** What was done is done, whether or not that can be written down: a row that never hears of its end is closed later. */
async function note(ctx: Ctx, run: Run, runId: string | undefined, end: RunEnd): Promise<void> {
  try {
    await finishRun(ctx, runId ?? (await startRun(ctx, run)), end)
  } catch (error) {
    jobsRun.inc({ job: run.name, outcome: 'unrecorded' })
    ctx.log.error({ error, outcome: end.outcome }, 'job run not recorded')
  }
}

/** Of these queues, those in which a job waits whose time has come. */
async function findDue(ctx: Ctx, names: readonly string[]): Promise<string[]> {
  const due = await ctx.db.execute<{ name: string }>(
    sql`select queue.name from jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb) as queue (name)
      where exists (select from pgboss.job as job where job.name = queue.name and job.state < 'active'
        and not job.blocked and job.start_after <= now())`,
  )
  return due.map(({ name }) => name)
}

/** Of these inputs, those for which a job waits or runs. */
export async function findLive<Input extends object>(
  ctx: Ctx,
  spec: JobSpec<Input>,
  inputs: readonly Input[],
): Promise<Input[]> {
  if (inputs.length === 0) return []
  const live = await ctx.db.execute<{ data: unknown }>(
    sql`select data from pgboss.job where name = ${spec.name} and state in ('created', 'retry', 'active')
      and data in (select jsonb_array_elements(${JSON.stringify(inputs)}::text::jsonb))`,
  )
  return live.map(({ data }) => spec.input.parse(data))
}

/** Closes the rows of runs that never came to their end: their process died, or could not write it down. */
export async function closeDeadRuns(ctx: Ctx): Promise<void> {
  const closed = await ctx.db.execute(
    sql`update job_runs as run set finished_at = now(),
        outcome = case when ended.succeeded then 'succeeded' else 'failed' end,
        error = case when ended.succeeded then null else 'The process that ran it ended' end
      from (
        select open.id, coalesce(job.state = 'completed' and job.retry_count + 1 = open.attempt, false) as succeeded
        from job_runs as open left join pgboss.job on job.name = open.name and job.id::text = open.job_id
        where open.outcome = 'running' and open.started_at < now() - interval '1 minute'
          and (job.state = 'active' and job.retry_count + 1 = open.attempt) is not true
      ) as ended
      where run.id = ended.id and run.outcome = 'running'`,
  )
  if (closed.count > 0) ctx.log.warn({ runs: closed.count }, 'job runs without an end were closed')
}
