import { maskText } from '@trunkline/core/platform/mask'
import { jobRuns } from '@trunkline/db/schema/platform'
import { eq } from 'drizzle-orm'
import type { Ctx } from './context.ts'
import { newId } from './id.ts'

export async function startRun(ctx: Ctx, run: { name: string; jobId: string; attempt: number }): Promise<string> {
  const id = newId()
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
