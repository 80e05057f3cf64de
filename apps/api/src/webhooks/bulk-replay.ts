import { failsTooOften } from '@trunkline/core/webhooks/bulk-replay'
import { isTransient } from '@trunkline/core/webhooks/retry'
import { inWaves } from '@trunkline/core/webhooks/waves'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { chunk, planChunk } from './plan-replay-chunk.ts'
import { reasonOf, recordFailure } from './record-failure.ts'
import { isOurs, leased, leaseReplay, leaseSeconds, letGo, nextItems, ofReplay, type Replay } from './replay-lease.ts'
import { saidBy } from './replay-subjects.ts'
import { addMoves } from './replay-sums.ts'
import { impatiently, replayAlone, replayTogether } from './replay-together.ts'

export const carryOutReplaySpec = jobSpec({
  name: 'webhooks.carryOutReplay',
  input: z.object({ replayId: z.uuid() }),
  attempts: 12,
})

/** With more than so many waiting, what is fresh goes first. */
const backlogLimit = 200
/** A job of the queue does not last for hours: after this long the next one goes on. */
const longestTurnMs = 300_000

/** What must be as it was when a webhook was planned. */
export const asPlanned = sql`${webhooks.state} || ' ' || ${webhooks.attempts} || ' ' || coalesce(extract(epoch from ${webhooks.processedAt})::text, '')`

type Item = { webhookId: string; asPlanned: string }

/** Carries a plan or its run on from where it stands; whoever dies leaves a lease that runs out and what it committed. */
export async function carryOutReplay(ctx: Ctx, input: { replayId: string }): Promise<void> {
  const replay = await leaseReplay(ctx, input.replayId)
  if (replay === undefined) return
  if (replay === 'held') return await enqueue(ctx, carryOutReplaySpec, input, { afterSeconds: leaseSeconds + 1 })
  const began = performance.now()
  const goOnLater = async (afterSeconds: number) => {
    await letGo(ctx, replay)
    await enqueue(ctx, carryOutReplaySpec, input, { afterSeconds })
  }
  while (true) {
    if (replay.state === 'running' && (await isBehind(ctx))) return await goOnLater(5)
    if (performance.now() - began > longestTurnMs) return await goOnLater(0)
    const goesOn = replay.state === 'planning' ? await planOn(ctx, replay) : await runChunk(ctx, replay)
    await announce(ctx, ['webhooks'])
    if (goesOn === 'later') return await goOnLater(1)
    if (!goesOn) return
  }
}

/** The next chunk of a plan; `later` where others were in its way. */
async function planOn(ctx: Ctx, replay: Replay): Promise<boolean | 'later'> {
  try {
    return await planChunk(ctx, replay)
  } catch (error) {
    if (!isTransient(reasonOf(error).sqlState)) throw error
    ctx.log.warn({ error, replayId: replay.id }, 'chunk of a plan could not be tried now; it is tried again')
    return 'later'
  }
}

async function isBehind(ctx: Ctx): Promise<boolean> {
  const waiting = await ctx.db
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(
      and(
        inArray(webhooks.state, ['received', 'failed']),
        eq(webhooks.verdict, 'verified'),
        lt(webhooks.nextAttemptAt, sql`now()`),
      ),
    )
    .limit(backlogLimit + 1)
  return waiting.length > backlogLimit
}

async function runChunk(ctx: Ctx, replay: Replay): Promise<boolean> {
  const items = await nextItems(ctx, replay, chunk)
  const said = await saidBy(
    ctx,
    items.map(({ webhookId }) => webhookId),
  )
  const able = items.filter(({ problem }) => problem === null)
  const waves = inWaves(able.map(({ webhookId }) => ({ webhookId, said: said.get(webhookId) ?? [] })))
  const unable = items.filter(({ problem }) => problem !== null).map(({ webhookId }) => [webhookId])
  for (const wave of [...waves, ...unable]) {
    const those = items.filter(({ webhookId }) => wave.includes(webhookId))
    const ran = those.length > 1 ? await runTogether(ctx, replay, those) : 'apart'
    if (ran === 'over') return false
    for (const item of ran === 'apart' ? those : []) if (!(await runOne(ctx, replay, item))) return false
  }
  if (items.length < chunk) {
    await end(ctx, replay, 'done')
    return false
  }
  // not before: of what stands in it none may be passed over
  await ctx.db
    .update(webhookReplays)
    .set({ throughId: items.at(-1)?.webhookId ?? null })
    .where(isOurs(replay))
  return true
}

class Apart extends Error {}

/**
 * Several that speak of nothing in common, their outcomes and the count of them in one commit; `over` where the run does not go on.
 * Where one of them fails, or somebody works on what they speak of, nothing has happened and each is run `apart`.
 */
async function runTogether(ctx: Ctx, replay: Replay, items: readonly Item[]): Promise<'done' | 'over' | 'apart'> {
  try {
    return await inTransaction(ctx, (ctx) =>
      impatiently(ctx, async () => {
        const ids = items.map(({ webhookId }) => webhookId)
        const rows = await ctx.db
          .select({ id: webhooks.id, is: sql<string>`${asPlanned}` })
          .from(webhooks)
          .where(inArray(webhooks.id, ids))
          .orderBy(webhooks.id)
          .for('update')
        if (!(await isStillOurs(ctx, replay))) return 'over'
        const now = new Map(rows.map(({ id, is }) => [id, is]))
        const same = items.filter(({ webhookId, asPlanned }) => now.get(webhookId) === asPlanned)
        const outcomes = await replayTogether(
          ctx,
          same.map(({ webhookId }) => webhookId),
        )
        if (outcomes.some(({ fault }) => fault !== undefined)) throw new Apart('One of them fails')
        await addMoves(
          ctx,
          replay.id,
          outcomes.flatMap(({ moves }) => moves),
          'booked',
        )
        await settle(ctx, replay, same, 'replayed')
        await settle(
          ctx,
          replay,
          items.filter((item) => !same.includes(item)),
          'skipped',
        )
        step('replay.written')
        return 'done'
      }),
    )
  } catch (error) {
    const { sqlState } = reasonOf(error)
    // it may have been committed: what became of it is read again
    if (isTransient(sqlState) && !isUndone(sqlState)) throw error
    if (!(error instanceof Apart || error instanceof DomainError))
      ctx.log.info({ error, webhooks: items.length }, 'webhooks not replayed together; replaying one by one')
    return 'apart'
  }
}

/** A statement was ended by a deadlock, a lock or its own time: nothing of its transaction stands. */
const isUndone = (sqlState: string | undefined) => sqlState !== undefined && /^(40|55|57014)/.test(sqlState)

async function isStillOurs(ctx: Ctx, replay: Replay): Promise<boolean> {
  const [ours] = await ctx.db.select({ id: webhookReplays.id }).from(webhookReplays).where(isOurs(replay)).for('update')
  return ours !== undefined
}

/** One webhook, its outcome and the count of it in one commit. Answers whether the run goes on. */
async function runOne(ctx: Ctx, replay: Replay, item: Item): Promise<boolean> {
  try {
    return await inTransaction(ctx, async (ctx) => {
      const [now] = await ctx.db
        .select({ is: sql<string>`${asPlanned}` })
        .from(webhooks)
        .where(eq(webhooks.id, item.webhookId))
        .for('update')
      if (!(await isStillOurs(ctx, replay))) return false
      if (now?.is !== item.asPlanned) return await settle(ctx, replay, [item], 'skipped')
      const { fault, moves } = await replayAlone(ctx, item.webhookId)
      await addMoves(ctx, replay.id, moves, 'booked')
      const goesOn = await settle(ctx, replay, [item], fault === undefined ? 'replayed' : 'failed', fault)
      step('replay.written')
      return goesOn
    })
  } catch (error) {
    if (!(error instanceof DomainError)) await recordFailure(ctx, item.webhookId, error)
    const problem = error instanceof DomainError ? error.message : reasonOf(error).text
    return await inTransaction(ctx, async (ctx) => await settle(ctx, replay, [item], 'failed', problem))
  }
}

/** Counts an outcome, and ends a run in which too many fail. Answers whether the run goes on. */
async function settle(
  ctx: Ctx,
  replay: Replay,
  items: readonly Item[],
  outcome: 'replayed' | 'skipped' | 'failed',
  problem?: string,
): Promise<boolean> {
  if (items.length === 0) return true
  const add = (counts: boolean) => (counts ? items.length : 0)
  const [so] = await ctx.db
    .update(webhookReplays)
    .set({
      done: sql`${webhookReplays.done} + ${items.length}`,
      skipped: sql`${webhookReplays.skipped} + ${add(outcome === 'skipped')}`,
      failed: sql`${webhookReplays.failed} + ${add(outcome === 'failed')}`,
      leaseUntil: leased,
    })
    .where(isOurs(replay))
    .returning()
  if (so === undefined) return false
  const ids = items.map(({ webhookId }) => webhookId)
  await ctx.db
    .update(webhookReplayItems)
    .set({ outcome, ...(problem === undefined ? {} : { problem }) })
    .where(and(ofReplay(replay), inArray(webhookReplayItems.webhookId, ids), isNull(webhookReplayItems.outcome)))
  if (outcome !== 'failed' || !failsTooOften(so)) return true
  await end(ctx, replay, 'stopped')
  return false
}

async function end(ctx: Ctx, replay: Replay, state: 'done' | 'stopped'): Promise<void> {
  await ctx.db.update(webhookReplays).set({ state, leaseUntil: null, finishedAt: sql`now()` }).where(isOurs(replay))
  step('replay.finished')
}
