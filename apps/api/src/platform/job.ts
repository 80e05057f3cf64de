import { DrizzleQueryError, sql } from 'drizzle-orm'
import { fromDrizzle, type JobResult, PgBoss, type Job as QueuedJob } from 'pg-boss'
import type { z } from 'zod'
import type { Ctx, NetCtx } from './context.ts'
import { finishRun, startRun } from './job-run.ts'
import type { Logger } from './log.ts'
import { jobsRun } from './metrics.ts'

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

export type JobQueue = { send(ctx: Ctx, name: string, input: object, options: SendOptions): Promise<void> }
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

const deadAfterSeconds = 20

export type Jobs = Awaited<ReturnType<typeof openJobs>>

/** Opens the queue on the owner's connection. `work` begins taking jobs; without it this process only leaves them. */
export async function openJobs(options: {
  directUrl: string
  jobs: readonly AnyJob[]
  log: Logger
  isWorker: boolean
}) {
  const boss = new PgBoss({
    connectionString: options.directUrl,
    max: 4,
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
  for (const { name, attempts } of options.jobs) {
    const policy = {
      retryLimit: attempts - 1,
      retryDelay: 2,
      retryBackoff: true,
      retryDelayMax: 300,
      // a worker that died stops sending these, and its job goes to another
      heartbeatSeconds: deadAfterSeconds,
      expireInSeconds: 3600,
    }
    await boss.createQueue(name, { ...policy, notify: true })
    await boss.updateQueue(name, policy)
  }
  const queue: JobQueue = {
    async send(ctx, name, input, { afterSeconds, attempts }) {
      await boss.send(name, input, {
        db: fromDrizzle(ctx.db, sql),
        retryLimit: attempts - 1,
        ...(afterSeconds === undefined ? {} : { startAfter: afterSeconds }),
      })
    },
  }
  return {
    queue,
    async work(ctxFor: (name: string) => NetCtx): Promise<void> {
      for (const one of options.jobs) {
        await boss.work<object>(
          one.name,
          {
            batchSize: 20,
            localConcurrency: 2,
            perJobResults: true,
            burstWhenBatchFull: true,
            includeMetadata: true,
            pollingIntervalSeconds: 2,
            // a notice tells of new jobs only: those that wait for their next try are found by looking
            notifyPollingIntervalSeconds: 2,
          },
          async (batch): Promise<JobResult[]> =>
            Promise.all(batch.map((queued) => runOne(one, ctxFor(one.name), queued))),
        )
      }
    },
    /** Takes no more jobs and waits for those that run. */
    async close(): Promise<void> {
      await boss.stop({ graceful: true, timeout: 15_000, close: true })
    },
  }
}

async function runOne(
  one: AnyJob,
  ctx: NetCtx,
  queued: QueuedJob<object> & { retryCount?: number },
): Promise<JobResult> {
  const began = performance.now()
  const attempt = (queued.retryCount ?? 0) + 1
  const log = ctx.log.child({ job: one.name, jobId: queued.id, attempt })
  const runId = await startRun(ctx, { name: one.name, jobId: queued.id, attempt })
  const ms = () => Math.round(performance.now() - began)
  try {
    await one.run({ ...ctx, log, requestId: queued.id }, one.input.parse(queued.data))
    await finishRun(ctx, runId, { outcome: 'succeeded' })
    jobsRun.inc({ job: one.name, outcome: 'succeeded' })
    log.info({ ms: ms() }, one.name)
    return { id: queued.id, status: 'completed' }
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error
    const message = cause instanceof Error ? cause.message : String(cause)
    await finishRun(ctx, runId, { outcome: 'failed', error: message })
    jobsRun.inc({ job: one.name, outcome: 'failed' })
    log.error({ error: cause, ms: ms() }, `${one.name} failed`)
    return { id: queued.id, status: 'failed', output: { message } }
  }
}
