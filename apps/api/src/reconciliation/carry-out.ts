import { maskText } from '@trunkline/core/platform/mask'
import type { LevelSums } from '@trunkline/core/reconciliation/run'
import { reconciliationDifferences, reconciliationListed } from '@trunkline/db/schema/reconciliation'
import { count, eq, ne, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { secretsOf } from '../platform/env.ts'
import { enqueue } from '../platform/job.ts'
import { step } from '../platform/step.ts'
import { announceRun, notConfigured } from './announce-run.ts'
import { compareLedger } from './compare-ledger.ts'
import { compareListed } from './compare-listed.ts'
import { compareMoney } from './compare-money.ts'
import { forgetPrices } from './learn-prices.ts'
import { leaseRun, letGo, moveOn, type Run } from './lease.ts'
import { firstSources, readNextPage } from './read-lists.ts'
import { carryOutRunSpec } from './start-run.ts'

/**
 * Carries a run on from where it stands. Whoever dies leaves a lease that runs out, and what it wrote: each step commits with
 * the place of the next one. A provider that does not answer is asked again by the job's next try.
 */
export async function carryOutRun(ctx: NetCtx, input: { runId: string }): Promise<void> {
  const leased = await leaseRun(ctx, input.runId)
  if (leased === undefined) return
  if ('heldSeconds' in leased) {
    await enqueue(ctx, carryOutRunSpec, input, { afterSeconds: leased.heldSeconds + 1 })
    return
  }
  let run: Run | undefined = leased
  try {
    while (run !== undefined && run.phase !== 'done') {
      const { phase }: Run = run
      run = await carryOn(ctx, run)
      step(`reconciliation.${phase}_committed`)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    await letGo(ctx, run ?? leased, maskText(reason, secretsOf(ctx.env)).slice(0, 500))
    throw error
  }
}

async function carryOn(ctx: NetCtx, run: Run): Promise<Run | undefined> {
  switch (run.phase) {
    case 'ledger':
      return await inTransaction(ctx, async (ctx) => {
        const level = await compareLedger(ctx, run)
        step('reconciliation.ledger_compared')
        return await moveOn(ctx, run, {
          phase: 'listing',
          levels: withLevel(run, level),
          sources: firstSources(ctx),
          error: null,
        })
      })
    case 'listing':
      return await readNextPage(ctx, run)
    case 'comparing':
      return await compareListed(ctx, run)
    case 'money':
      return await inTransaction(ctx, async (ctx) => {
        const level = await compareMoney(ctx, run)
        await forgetPrices(ctx)
        return await finish(ctx, { ...run, levels: withLevel(run, level) })
      })
    case 'done':
      return undefined
  }
}

const withLevel = (run: Run, level: LevelSums): LevelSums[] =>
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
  const [clock] = await ctx.db.execute<{ at: string }>(sql`select now()::text as at`)
  const ended = await moveOn(ctx, run, {
    phase: 'done',
    state: isUnread ? 'failed' : real > 0 ? 'differences' : 'matched',
    error: isUnread ? 'A provider could not be read' : null,
    levels: run.levels,
    checked: run.levels.reduce((sum, { checked }) => sum + checked, 0),
    differences,
    flagged,
    missingHere,
    finishedAt: new Date(clock?.at ?? ctx.now),
  })
  if (ended === undefined) return undefined
  await announceRun(ctx, ended)
  step('reconciliation.finished')
  return ended
}
