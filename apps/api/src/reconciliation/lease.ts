import { reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

export type Run = typeof reconciliationRuns.$inferSelect

/** Longer than any one step takes; who renews it lives. */
const leaseSeconds = 30
const until = sql`now() + make_interval(secs => ${leaseSeconds})`

/** Takes the run over, unless somebody holds it: then for how long at most. Undefined where it has ended. */
export async function leaseRun(ctx: Ctx, runId: string): Promise<Run | { heldSeconds: number } | undefined> {
  const isLive = and(eq(reconciliationRuns.id, runId), eq(reconciliationRuns.state, 'running'))
  const [taken] = await ctx.db
    .update(reconciliationRuns)
    .set({
      leaseGeneration: sql`${reconciliationRuns.leaseGeneration} + 1`,
      leaseUntil: until,
      heartbeatAt: sql`now()`,
    })
    .where(and(isLive, or(isNull(reconciliationRuns.leaseUntil), lt(reconciliationRuns.leaseUntil, sql`now()`))))
    .returning()
  if (taken !== undefined) return taken
  const [held] = await ctx.db
    .select({
      seconds: sql<number>`greatest(1, ceil(extract(epoch from ${reconciliationRuns.leaseUntil} - now())))::int`,
    })
    .from(reconciliationRuns)
    .where(isLive)
  return held && { heldSeconds: held.seconds }
}

const isHeldBy = (run: Run) =>
  and(
    eq(reconciliationRuns.id, run.id),
    eq(reconciliationRuns.state, 'running'),
    eq(reconciliationRuns.leaseGeneration, run.leaseGeneration),
  )

/** Moves the run on and its lease with it; undefined where somebody else has taken it over, or it is stale. */
export async function moveOn(
  ctx: Ctx,
  run: Run,
  change: Partial<typeof reconciliationRuns.$inferInsert>,
): Promise<Run | undefined> {
  const [moved] = await ctx.db
    .update(reconciliationRuns)
    .set({ ...change, heartbeatAt: sql`now()`, leaseUntil: until })
    .where(isHeldBy(run))
    .returning()
  if (moved !== undefined) await announce(ctx, ['reconciliation'])
  return moved
}

/** Lets go of a run that could not be carried on just now, with the reason. */
export async function letGo(ctx: Ctx, run: Run, error: string): Promise<void> {
  await ctx.db.update(reconciliationRuns).set({ leaseUntil: null, error }).where(isHeldBy(run))
  await announce(ctx, ['reconciliation'])
}
