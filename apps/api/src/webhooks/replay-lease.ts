import { webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'

export const leaseSeconds = 15
export const leased = sql`now() + make_interval(secs => ${leaseSeconds})`

export type Replay = typeof webhookReplays.$inferSelect
export const ofReplay = (replay: Replay) => eq(webhookReplayItems.replayId, replay.id)

/** The webhooks that come next, in the order of the run. */
export async function nextItems(ctx: Ctx, replay: Replay, limit: number) {
  const [at] = await ctx.db
    .select({ throughId: webhookReplays.throughId })
    .from(webhookReplays)
    .where(eq(webhookReplays.id, replay.id))
  const throughId = at?.throughId ?? null
  return await ctx.db
    .select({
      webhookId: webhookReplayItems.webhookId,
      asPlanned: webhookReplayItems.asPlanned,
      moves: webhookReplayItems.moves,
      problem: webhookReplayItems.problem,
    })
    .from(webhookReplayItems)
    .where(
      and(
        ofReplay(replay),
        throughId === null ? undefined : gt(webhookReplayItems.webhookId, throughId),
        replay.state === 'planning' ? sql`changes is null and problem is null` : isNull(webhookReplayItems.outcome),
      ),
    )
    .orderBy(webhookReplayItems.webhookId)
    .limit(limit)
}

/** That the replay is as it was when it was leased, and nobody has taken it over or ended it. */
export const isOurs = (replay: Replay) =>
  and(
    eq(webhookReplays.id, replay.id),
    eq(webhookReplays.state, replay.state),
    eq(webhookReplays.leaseGeneration, replay.leaseGeneration),
  )

const turnOf = (replayId: string) => sql`hashtextextended(${`webhooks.replay ${replayId}`}, 0)`

/**
 * Until this transaction ends nobody takes the replay over, however long it waits for others. Its own connection does for that: whoever
 * needed a second one could wait for those who wait for him.
 */
export async function stayOn(ctx: Ctx, replay: Replay): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(${turnOf(replay.id)})`)
}

/** Whether the replay is still ours. */
export async function isStillOurs(ctx: Ctx, replay: Replay): Promise<boolean> {
  const ours = await ctx.db.select({ id: webhookReplays.id }).from(webhookReplays).where(isOurs(replay))
  return ours.length > 0
}

/** Takes a plan or run over; `held` where somebody works on it, undefined where nothing is left to do. */
export async function leaseReplay(ctx: Ctx, replayId: string): Promise<Replay | 'held' | undefined> {
  const isLive = and(eq(webhookReplays.id, replayId), inArray(webhookReplays.state, ['planning', 'running']))
  const [taken] = await ctx.db
    .update(webhookReplays)
    .set({ leaseGeneration: sql`${webhookReplays.leaseGeneration} + 1`, leaseUntil: leased })
    .where(
      and(
        isLive,
        or(isNull(webhookReplays.leaseUntil), lt(webhookReplays.leaseUntil, sql`now()`)),
        sql`pg_try_advisory_xact_lock(${turnOf(replayId)})`,
      ),
    )
    .returning()
  if (taken !== undefined) return taken
  const [held] = await ctx.db.select({ id: webhookReplays.id }).from(webhookReplays).where(isLive)
  return held && 'held'
}

/** Whether the replay is still ours; renews a lease of which half is over. In no transaction that lasts: whoever cancels would wait for it. */
export async function holdOn(ctx: Ctx, replay: Replay): Promise<boolean> {
  const [held] = await ctx.db
    .select({
      isShort: sql<boolean>`${webhookReplays.leaseUntil} < now() + make_interval(secs => ${leaseSeconds / 2})`,
    })
    .from(webhookReplays)
    .where(isOurs(replay))
  if (held?.isShort !== true) return held !== undefined
  const kept = await ctx.db
    .update(webhookReplays)
    .set({ leaseUntil: leased })
    .where(isOurs(replay))
    .returning({ id: webhookReplays.id })
  return kept.length > 0
}

export async function letGo(ctx: Ctx, replay: Replay): Promise<void> {
  await ctx.db.update(webhookReplays).set({ leaseUntil: null }).where(isOurs(replay))
}
