import { staleAfterSeconds } from '@trunkline/core/reconciliation/run'
import { reconciliationListed, reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

/** Runs that have given no sign for too long, by the database's clock, are stale: they hold nobody up any more (K-26). */
export async function sweepRuns(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, markStale)
}

/** The same on the caller's transaction. */
export async function markStale(ctx: Ctx): Promise<void> {
  const stale = await ctx.db
    .update(reconciliationRuns)
    .set({ state: 'stale', finishedAt: sql`now()`, error: 'Nobody carried it on' })
    .where(
      and(
        eq(reconciliationRuns.state, 'running'),
        lt(reconciliationRuns.heartbeatAt, sql`now() - make_interval(secs => ${staleAfterSeconds})`),
      ),
    )
    .returning({ id: reconciliationRuns.id })
  if (stale.length === 0) return
  const ids = stale.map(({ id }) => id)
  await ctx.db.delete(reconciliationListed).where(inArray(reconciliationListed.runId, ids))
  ctx.log.warn({ runs: ids.length }, 'reconciliation gave no sign and is stale')
  await announce(ctx, ['reconciliation'])
}
