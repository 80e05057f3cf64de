import type { LevelSums, RunPhase } from '@trunkline/core/reconciliation/run'
import {
  reconciliationDifferences,
  reconciliationListed,
  reconciliationRuns,
} from '@trunkline/db/schema/reconciliation'
import { and, count, eq, isNull, lt, ne, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { announceRun, notConfigured } from './announce-run.ts'
import { compareLedger } from './compare-ledger.ts'
import { carryOutRunSpec } from './start-run.ts'

export type Run = typeof reconciliationRuns.$inferSelect

const leaseSeconds = 30

/**
 * Carries a run on from where it stands. Whoever dies leaves a lease that runs out, and what it wrote: each step commits with
 * the place of the next one.
 */
export async function carryOutRun(ctx: NetCtx, input: { runId: string }): Promise<void> {
  const leased = await lease(ctx, input.runId)
  if (leased === undefined) return
  if ('heldSeconds' in leased) {
    await enqueue(ctx, carryOutRunSpec, input, { afterSeconds: leased.heldSeconds + 1 })
    return
  }
  let run: Run | undefined = leased
  while (run !== undefined && run.phase !== 'done') run = await carryOn(ctx, run)
}

async function lease(ctx: Ctx, runId: string): Promise<Run | { heldSeconds: number } | undefined> {
  const isLive = and(eq(reconciliationRuns.id, runId), eq(reconciliationRuns.state, 'running'))
  const [taken] = await ctx.db
    .update(reconciliationRuns)
    .set({
      leaseGeneration: sql`${reconciliationRuns.leaseGeneration} + 1`,
      leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
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

/** Moves the run on and its lease with it; undefined where somebody else has taken it over, or it is stale. */
export async function moveOn(
  ctx: Ctx,
  run: Run,
  change: Partial<typeof reconciliationRuns.$inferInsert>,
): Promise<Run | undefined> {
  const [moved] = await ctx.db
    .update(reconciliationRuns)
    .set({
      ...change,
      heartbeatAt: sql`now()`,
      leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
    })
    .where(
      and(
        eq(reconciliationRuns.id, run.id),
        eq(reconciliationRuns.state, 'running'),
        eq(reconciliationRuns.leaseGeneration, run.leaseGeneration),
      ),
    )
    .returning()
  if (moved !== undefined) await announce(ctx, ['reconciliation'])
  return moved
}

async function carryOn(ctx: NetCtx, run: Run): Promise<Run | undefined> {
  switch (run.phase) {
    case 'ledger':
      return await inTransaction(ctx, async (ctx) => {
        const level = await compareLedger(ctx, run)
        step('reconciliation.ledger_compared')
        return await moveOn(ctx, run, { phase: 'listing', levels: withLevel(run, level) })
      })
    case 'listing':
      return await moveOn(ctx, run, { phase: 'comparing' })
    case 'comparing':
      return await moveOn(ctx, run, { phase: 'money' })
    case 'money':
      return await inTransaction(ctx, (ctx) => finish(ctx, run))
    case 'done':
      return undefined
  }
}

export const withLevel = (run: Run, level: LevelSums): LevelSums[] =>
  [...run.levels.filter((one) => one.level !== level.level), level].sort((a, b) => a.level - b.level)

async function finish(ctx: Ctx, run: Run): Promise<Run | undefined> {
  const of = reconciliationDifferences
  const [found] = await ctx.db
    .select({
      differences: count(),
      flagged: sql<number>`count(*) filter (where ${of.flagged})`.mapWith(Number),
      missingHere: sql<number>`count(*) filter (where ${of.class} = 'missing_here')`.mapWith(Number),
      real: sql<number>`count(*) filter (where ${ne(of.class, 'late')})`.mapWith(Number),
    })
    .from(of)
    .where(eq(of.runId, run.id))
  const { differences = 0, flagged = 0, missingHere = 0, real = 0 } = found ?? {}
  const isUnread = run.sources.some(({ state, reason }) => state === 'skipped' && reason !== notConfigured)
  await ctx.db.delete(reconciliationListed).where(eq(reconciliationListed.runId, run.id))
  const ended = await moveOn(ctx, run, {
    phase: 'done' satisfies RunPhase,
    state: isUnread ? 'failed' : real > 0 ? 'differences' : 'matched',
    error: isUnread ? 'A provider could not be read' : null,
    checked: run.levels.reduce((sum, { checked }) => sum + checked, 0),
    differences,
    flagged,
    missingHere,
    finishedAt: sql`now()` as unknown as Date,
  })
  if (ended === undefined) return undefined
  await announceRun(ctx, ended)
  step('reconciliation.finished')
  return ended
}
