import { jobRuns } from '@trunkline/db/schema/platform'
import { and, eq } from 'drizzle-orm'
import type { Ctx } from './context.ts'
import { newId } from './id.ts'

export type Run = { name: string; jobId: string; attempt: number }
/** How a run ended; the error is masked already. */
export type RunEnd = { outcome: 'succeeded' } | { outcome: 'failed'; error: string }

export async function startRun(ctx: Ctx, run: Run): Promise<string> {
  const id = newId()
  // an earlier attempt that never came to its end
  if (run.attempt > 1) {
    await ctx.db
      .update(jobRuns)
      .set({ outcome: 'failed', error: 'The process that ran it ended', finishedAt: new Date() })
      .where(and(eq(jobRuns.jobId, run.jobId), eq(jobRuns.outcome, 'running')))
  }
  await ctx.db.insert(jobRuns).values({ id, ...run, startedAt: new Date(), outcome: 'running' })
  return id
}

export async function finishRun(ctx: Ctx, runId: string, end: RunEnd): Promise<void> {
  await ctx.db
    .update(jobRuns)
    .set({
      outcome: end.outcome,
      error: end.outcome === 'failed' ? end.error : null,
      finishedAt: new Date(),
    })
    .where(eq(jobRuns.id, runId))
}
