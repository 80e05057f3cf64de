import { failsTooOften } from '@trunkline/core/webhooks/bulk-replay'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { reasonOf, recordFailure } from './record-failure.ts'
import { replayInTransaction } from './replay.ts'

export const carryOutReplaySpec = jobSpec({
  name: 'webhooks.carryOutReplay',
  input: z.object({ replayId: z.uuid() }),
  attempts: 12,
})

const leaseSeconds = 15
const chunk = 20
/** With more than so many waiting, what is fresh goes first. */
const backlogLimit = 200

/** What must be as it was when a webhook was planned. */
export const asPlanned = sql`${webhooks.state} || ' ' || ${webhooks.attempts} || ' ' || coalesce(extract(epoch from ${webhooks.processedAt})::text, '')`

type Replay = typeof webhookReplays.$inferSelect
type Item = { webhookId: string; asPlanned: string }
const ofReplay = (replay: Replay) => eq(webhookReplayItems.replayId, replay.id)

/** Carries a plan or its run on from where it stands; whoever dies leaves a lease that runs out and what it committed. */
export async function carryOutReplay(ctx: Ctx, input: { replayId: string }): Promise<void> {
  const replay = await lease(ctx, input.replayId)
  if (replay === undefined) return
  if (replay === 'held') return await enqueue(ctx, carryOutReplaySpec, input, { afterSeconds: leaseSeconds + 1 })
  while (true) {
    if (replay.state === 'running' && (await isBehind(ctx))) {
      await ctx.db.update(webhookReplays).set({ leaseUntil: null }).where(isOurs(replay))
      return await enqueue(ctx, carryOutReplaySpec, input, { afterSeconds: 5 })
    }
    const goesOn = replay.state === 'planning' ? await planChunk(ctx, replay) : await runChunk(ctx, replay)
    await announce(ctx, ['webhooks'])
    if (!goesOn) return
  }
}

const isOurs = (replay: Replay) =>
  and(
    eq(webhookReplays.id, replay.id),
    eq(webhookReplays.state, replay.state),
    eq(webhookReplays.leaseGeneration, replay.leaseGeneration),
  )
const leased = sql`now() + make_interval(secs => ${leaseSeconds})`

async function lease(ctx: Ctx, replayId: string): Promise<Replay | 'held' | undefined> {
  const isLive = and(eq(webhookReplays.id, replayId), inArray(webhookReplays.state, ['planning', 'running']))
  const [taken] = await ctx.db
    .update(webhookReplays)
    .set({ leaseGeneration: sql`${webhookReplays.leaseGeneration} + 1`, leaseUntil: leased })
    .where(and(isLive, or(isNull(webhookReplays.leaseUntil), lt(webhookReplays.leaseUntil, sql`now()`))))
    .returning()
  if (taken !== undefined) return taken
  const [held] = await ctx.db.select({ id: webhookReplays.id }).from(webhookReplays).where(isLive)
  return held && 'held'
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

class Undone extends Error {}
type Found = { webhookId: string; changes: string[]; seconds: number; segments: number; problem: string | null }

/** The same processor in a transaction that is rolled back, in the order of the run: what one brings, the next does not bring again. */
async function planChunk(ctx: Ctx, replay: Replay): Promise<boolean> {
  const items = await ctx.db
    .select({ webhookId: webhookReplayItems.webhookId })
    .from(webhookReplayItems)
    .where(and(ofReplay(replay), sql`changes is null and problem is null`))
    .orderBy(webhookReplayItems.webhookId)
    .limit(chunk)
  const found: Found[] = []
  try {
    await inTransaction(ctx, async (ctx) => {
      for (const { webhookId } of items) found.push(await tryOne(ctx, webhookId))
      throw new Undone()
    })
  } catch (error) {
    if (!(error instanceof Undone)) throw error
  }
  return await inTransaction(ctx, async (ctx) => {
    const [ours] = await ctx.db
      .update(webhookReplays)
      .set({
        planned: sql`${webhookReplays.planned} + ${found.length}`,
        leaseUntil: leased,
        ...(items.length < chunk ? { state: 'planned' as const, leaseUntil: null } : {}),
      })
      .where(isOurs(replay))
      .returning({ id: webhookReplays.id })
    if (ours === undefined) return false
    for (const { webhookId, ...effects } of found)
      await ctx.db
        .update(webhookReplayItems)
        .set(effects)
        .where(and(ofReplay(replay), eq(webhookReplayItems.webhookId, webhookId)))
    return items.length === chunk
  })
}

async function tryOne(ctx: Ctx, webhookId: string): Promise<Found> {
  const none = { webhookId, changes: [], seconds: 0, segments: 0 }
  try {
    const { effects, seconds, segments, fault } = await inTransaction(ctx, (ctx) => replayInTransaction(ctx, webhookId))
    // what was said in a call stays where retention finds it
    const changes = effects.text.map((line) => line.replace(/: summary .*$/s, ': summary'))
    return { webhookId, changes, seconds, segments, problem: fault ?? null }
  } catch (error) {
    return { ...none, problem: error instanceof DomainError ? error.message : reasonOf(error).text }
  }
}

async function runChunk(ctx: Ctx, replay: Replay): Promise<boolean> {
  const items = await ctx.db
    .select({ webhookId: webhookReplayItems.webhookId, asPlanned: webhookReplayItems.asPlanned })
    .from(webhookReplayItems)
    .where(and(ofReplay(replay), isNull(webhookReplayItems.outcome)))
    .orderBy(webhookReplayItems.webhookId)
    .limit(chunk)
  for (const item of items) if (!(await runOne(ctx, replay, item))) return false
  if (items.length === chunk) return true
  await end(ctx, replay, 'done')
  return false
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
      const isSame = now?.is === item.asPlanned
      const { goesOn } = await settle(ctx, replay, item, isSame ? 'replayed' : 'skipped')
      if (!goesOn) return false
      if (isSame) {
        const { fault } = await replayInTransaction(ctx, item.webhookId)
        if (fault !== undefined) throw new DomainError('conflict', fault)
      }
      step('replay.written')
      return true
    })
  } catch (error) {
    if (!(error instanceof DomainError)) await recordFailure(ctx, item.webhookId, error)
    return await inTransaction(ctx, async (ctx) => {
      const { goesOn, so } = await settle(ctx, replay, item, 'failed')
      if (so === undefined || !failsTooOften(so)) return goesOn
      await end(ctx, replay, 'stopped')
      return false
    })
  }
}

async function settle(ctx: Ctx, replay: Replay, item: Item, outcome: 'replayed' | 'skipped' | 'failed') {
  const add = (one: boolean) => (one ? 1 : 0)
  const [so] = await ctx.db
    .update(webhookReplays)
    .set({
      done: sql`${webhookReplays.done} + 1`,
      skipped: sql`${webhookReplays.skipped} + ${add(outcome === 'skipped')}`,
      failed: sql`${webhookReplays.failed} + ${add(outcome === 'failed')}`,
      leaseUntil: leased,
    })
    .where(isOurs(replay))
    .returning()
  if (so === undefined) return { goesOn: false, so }
  await ctx.db
    .update(webhookReplayItems)
    .set({ outcome })
    .where(and(ofReplay(replay), eq(webhookReplayItems.webhookId, item.webhookId), isNull(webhookReplayItems.outcome)))
  return { goesOn: true, so }
}

async function end(ctx: Ctx, replay: Replay, state: 'done' | 'stopped'): Promise<void> {
  await ctx.db.update(webhookReplays).set({ state, leaseUntil: null, finishedAt: sql`now()` }).where(isOurs(replay))
  step('replay.finished')
}
