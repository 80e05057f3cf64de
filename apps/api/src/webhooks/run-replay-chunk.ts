import { failsTooOften } from '@trunkline/core/webhooks/bulk-replay'
import { isTransient } from '@trunkline/core/webhooks/retry'
import { inWaves } from '@trunkline/core/webhooks/waves'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { step } from '../platform/step.ts'
import { chunk } from './plan-replay-chunk.ts'
import { reasonOf, recordFailure } from './record-failure.ts'
import { holdOn, isOurs, leased, nextItems, ofReplay, type Replay } from './replay-lease.ts'
import { saidBy } from './replay-subjects.ts'
import { addMoves, linesOf } from './replay-sums.ts'
import { impatiently, type Outcome, replayAlone, replayTogether } from './replay-together.ts'

/** What must be as it was when a webhook was planned. */
export const asPlanned = sql`${webhooks.state} || ' ' || ${webhooks.attempts} || ' ' || coalesce(extract(epoch from ${webhooks.processedAt})::text, '')`

type Item = { webhookId: string; asPlanned: string; moves: string[] | null }

/** The next of a run, each committed with what came of it. Answers whether more is left. */
export async function runChunk(ctx: Ctx, replay: Replay): Promise<boolean> {
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
/** Somebody has ended the run, or taken it over: what was under way does not happen. */
class Over extends Error {}
class Unplanned extends Error {}

/**
 * Several that speak of nothing in common, their outcomes and the count of them in one commit; `over` where the run does not go on.
 * Where one of them fails or moves what the plan has not said, or somebody works on what they speak of, nothing has happened and
 * each is run `apart`.
 */
async function runTogether(ctx: Ctx, replay: Replay, items: readonly Item[]): Promise<'done' | 'over' | 'apart'> {
  if (!(await holdOn(ctx, replay))) return 'over'
  try {
    await inTransaction(ctx, (ctx) =>
      impatiently(ctx, async () => {
        const ids = items.map(({ webhookId }) => webhookId)
        const rows = await ctx.db
          .select({ id: webhooks.id, is: sql<string>`${asPlanned}` })
          .from(webhooks)
          .where(inArray(webhooks.id, ids))
          .orderBy(webhooks.id)
          .for('update')
        const now = new Map(rows.map(({ id, is }) => [id, is]))
        const same = items.filter(({ webhookId, asPlanned }) => now.get(webhookId) === asPlanned)
        const outcomes = await replayTogether(
          ctx,
          same.map(({ webhookId }) => webhookId),
        )
        if (outcomes.some(({ fault }) => fault !== undefined)) throw new Apart('One of them fails')
        await book(ctx, replay, same, outcomes)
        await settle(ctx, replay, same, 'replayed')
        await settle(
          ctx,
          replay,
          items.filter((item) => !same.includes(item)),
          'skipped',
        )
        step('replay.written')
      }),
    )
    return 'done'
  } catch (error) {
    if (error instanceof Over) return 'over'
    const { sqlState } = reasonOf(error)
    // it may have been committed: what became of it is read again
    if (isTransient(sqlState) && !isUndone(sqlState)) throw error
    if (!(error instanceof Apart || error instanceof Unplanned || error instanceof DomainError))
      ctx.log.info({ error, webhooks: items.length }, 'webhooks not replayed together; replaying one by one')
    return 'apart'
  }
}

/** A statement was ended by a deadlock, a lock or its own time: nothing of its transaction stands. */
const isUndone = (sqlState: string | undefined) => sqlState !== undefined && /^(40|55|57014)/.test(sqlState)

/**
 * Adds what they have moved to what the run has booked. What somebody else has booked since the plan moves no more; whatever else
 * the plan has not said is undone.
 */
async function book(ctx: Ctx, replay: Replay, items: readonly Item[], outcomes: readonly Outcome[]): Promise<void> {
  for (const [place, { moves }] of outcomes.entries())
    if (moves.length > 0 && linesOf(moves).join() !== (items[place]?.moves ?? []).join())
      throw new Unplanned('What it moves now is not what the plan has said')
  await addMoves(
    ctx,
    replay.id,
    outcomes.flatMap(({ moves }) => moves),
    'booked',
  )
}

/** A deadlock or a lock says nothing of the webhook that met it, unless it always does. */
const mostTries = 3

/** One webhook, its outcome and the count of it in one commit. Answers whether the run goes on. */
async function runOne(ctx: Ctx, replay: Replay, item: Item): Promise<boolean> {
  for (let nth = 1; await holdOn(ctx, replay); nth++) {
    try {
      return await inTransaction(ctx, (ctx) => replayItem(ctx, replay, item))
    } catch (error) {
      if (error instanceof Over) return false
      const { text, sqlState } = reasonOf(error)
      if (isUndone(sqlState) && nth < mostTries) continue
      // it may have been committed: what became of it is read again
      if (isTransient(sqlState) && !isUndone(sqlState)) throw error
      if (error instanceof Unplanned) return await settleAlone(ctx, replay, item, { outcome: 'skipped', problem: text })
      if (!(await holdOn(ctx, replay))) return false
      if (!(error instanceof DomainError)) await recordFailure(ctx, item.webhookId, error)
      const problem = error instanceof DomainError ? error.message : text
      return await settleAlone(ctx, replay, item, { outcome: 'failed', problem })
    }
  }
  return false
}

async function replayItem(ctx: Ctx, replay: Replay, item: Item): Promise<boolean> {
  const [now] = await ctx.db
    .select({ is: sql<string>`${asPlanned}` })
    .from(webhooks)
    .where(eq(webhooks.id, item.webhookId))
    .for('update')
  if (now?.is !== item.asPlanned) return await settle(ctx, replay, [item], 'skipped')
  const outcome = await replayAlone(ctx, item.webhookId)
  await book(ctx, replay, [item], [outcome])
  const { fault } = outcome
  const goesOn = await settle(ctx, replay, [item], fault === undefined ? 'replayed' : 'failed', fault)
  step('replay.written')
  return goesOn
}

/** What came of one of which nothing stands. */
async function settleAlone(
  ctx: Ctx,
  replay: Replay,
  item: Item,
  { outcome, problem }: { outcome: 'skipped' | 'failed'; problem: string },
): Promise<boolean> {
  try {
    return await inTransaction(ctx, (ctx) => settle(ctx, replay, [item], outcome, problem))
  } catch (error) {
    if (error instanceof Over) return false
    throw error
  }
}

/**
 * Counts an outcome, and ends a run in which too many fail. Answers whether the run goes on. It comes last and throws where the run
 * is over: whoever cancels waits for nobody on whom the run waits, and what was under way is rolled back.
 */
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
  if (so === undefined) throw new Over('The run is over')
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
