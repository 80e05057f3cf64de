import { maskText } from '@trunkline/core/platform/mask'
import { jobRuns } from '@trunkline/db/schema/platform'
import { and, eq } from 'drizzle-orm'
import type { Ctx } from './context.ts'
import { newId } from './id.ts'

export async function startRun(ctx: Ctx, run: { name: string; jobId: string; attempt: number }): Promise<string> {
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

export async function finishRun(
  ctx: Ctx,
  runId: string,
  end: { outcome: 'succeeded' } | { outcome: 'failed'; error: string },
): Promise<void> {
  await ctx.db
    .update(jobRuns)
    .set({
      outcome: end.outcome,
      error: end.outcome === 'failed' ? maskText(end.error).slice(0, 2000) : null,
      finishedAt: new Date(),
    })
    .where(eq(jobRuns.id, runId))
}
