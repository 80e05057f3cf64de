import { isTransient } from '@trunkline/core/webhooks/retry'
import { stillNeeded, type Tried } from '@trunkline/core/webhooks/still-needed'
import { inWaves } from '@trunkline/core/webhooks/waves'
import { statement } from '@trunkline/db/connect'
import { webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { step } from '../platform/step.ts'
import { withoutWords } from './describe-change.ts'
import { reasonOf } from './record-failure.ts'
import { isOurs, isStillOurs, leased, nextItems, type Replay, stayOn } from './replay-lease.ts'
import { keepNeeded, saidBy, subjectsIn, triedWith } from './replay-subjects.ts'
import { addMoves, linesOf, type Move, priceSums, sumOf } from './replay-sums.ts'
import { impatiently, type Outcome, replayAlone, replayTogether } from './replay-together.ts'
import { undone } from './undone.ts'

/** So many are tried in one transaction, or as many as this time allows: the counters of their customers are locked for as long. */
export const chunk = 50
const longestMs = 5000

type Found = { webhookId: string; changes: string[]; moves: Move[]; problem: string | null; isFirst: boolean }

/**
 * The same processor in a transaction that is rolled back. What of earlier chunks speaks of the same calls or messages and is
 * still needed goes first, in the order of the run: what it brings is not brought again. Answers whether more is left.
 */
export async function planChunk(ctx: Ctx, replay: Replay): Promise<boolean> {
  const items = await nextItems(ctx, replay, chunk)
  const ids = items.map(({ webhookId }) => webhookId)
  const said = await saidBy(ctx, ids)
  const earlier = await triedWith(ctx, replay.id, subjectsIn(said))
  const saidBefore = await saidBy(ctx, earlier)
  const saidOf = (webhookId: string) => said.get(webhookId) ?? saidBefore.get(webhookId) ?? []
  const order = [...earlier, ...ids]
  const waves = inWaves(order.map((webhookId) => ({ webhookId, said: saidOf(webhookId) })))
  const tried = await tryInOrder(ctx, replay, { order, earlier: earlier.length, waves })
  if (tried === undefined) return false
  const found = tried.slice(earlier.length)
  const known = tried.flatMap(({ webhookId, problem, isFirst }): Tried[] =>
    problem === null ? [{ webhookId, isFirst, said: saidOf(webhookId) }] : [],
  )
  return await inTransaction(ctx, async (ctx) => {
    const isOver = found.length < chunk && found.length === ids.length
    const [ours] = await ctx.db
      .update(webhookReplays)
      .set({
        planned: sql`${webhookReplays.planned} + ${found.length}`,
        changed: sql`${webhookReplays.changed} + ${found.filter(({ changes }) => changes.length > 0).length}`,
        refused: sql`${webhookReplays.refused} + ${found.filter(({ problem }) => problem !== null).length}`,
        leaseUntil: leased,
        ...(isOver
          ? { state: 'planned' as const, leaseUntil: null, throughId: null }
          : { throughId: found.at(-1)?.webhookId ?? null }),
      })
      .where(isOurs(replay))
      .returning({ id: webhookReplays.id })
    if (ours === undefined) return false
    await keepFound(ctx, replay, found)
    await keepNeeded(ctx, replay.id, { tried: known, needed: stillNeeded(known) })
    const moves = found.flatMap(({ moves }) => moves)
    await addMoves(ctx, replay.id, moves, 'planned')
    await priceSums(
      ctx,
      replay.id,
      moves.map(({ customerId }) => customerId),
    )
    if (isOver) await forgetSubjects(ctx, replay)
    step('replay.planned')
    return !isOver
  })
}

/**
 * What became of each, as far as the time went, or until the database itself was in trouble; undefined where the plan is no longer
 * ours. Whoever comes next in order begins with nobody else's counters locked.
 */
async function tryInOrder(
  ctx: Ctx,
  replay: Replay,
  { order, earlier, waves }: { order: readonly string[]; earlier: number; waves: readonly (readonly string[])[] },
): Promise<Found[] | undefined> {
  return await undone(ctx, async (ctx) => {
    await stayOn(ctx, replay)
    const tried = new Map<string, Found>()
    let until = Number.POSITIVE_INFINITY
    /** In their order, as far as none is missing. */
    const found = () => {
      const missing = order.findIndex((webhookId) => !tried.has(webhookId))
      return order.slice(0, missing === -1 ? order.length : missing).flatMap((webhookId) => tried.get(webhookId) ?? [])
    }
    const note = (one: Found) => {
      tried.set(one.webhookId, one)
      if (found().length > earlier) until = Math.min(until, performance.now() + longestMs)
    }
    for (const wave of waves) {
      if (!(await isStillOurs(ctx, replay))) return undefined
      if (performance.now() > until) break
      const together = wave.length > 1 ? await tryTogether(ctx, wave) : undefined
      together?.forEach(note)
      for (const webhookId of together === undefined ? wave : []) {
        if (!(await isStillOurs(ctx, replay))) return undefined
        if (performance.now() > until) return found()
        const one = await tryOne(ctx, webhookId, { mayWait: found().length > earlier })
        if (one === undefined) return found()
        note(one)
      }
    }
    return found()
  })
}

/** Undefined where one of them cannot be tried, or somebody works on what they speak of: then each is tried alone. */
async function tryTogether(ctx: Ctx, wave: readonly string[]): Promise<Found[] | undefined> {
  try {
    const outcomes = await inTransaction(ctx, (ctx) => impatiently(ctx, () => replayTogether(ctx, wave)))
    return wave.flatMap((webhookId, place) => {
      const outcome = outcomes[place]
      return outcome === undefined ? [] : [foundOf(webhookId, outcome)]
    })
  } catch (error) {
    if (!(error instanceof DomainError))
      ctx.log.info({ error, webhooks: wave.length }, 'webhooks of a plan not tried together; trying one by one')
    return undefined
  }
}

const foundOf = (webhookId: string, { effects, moves, isFirst, fault }: Outcome): Found => ({
  webhookId,
  changes: withoutWords(effects.text),
  moves,
  problem: fault ?? null,
  isFirst,
})

/**
 * Undefined where it `mayWait` for the next chunk, and says nothing of the webhook that it could not be tried now. Then it waits for
 * others only briefly: whoever needs what has been locked until here would wait for them, too.
 */
async function tryOne(ctx: Ctx, webhookId: string, { mayWait }: { mayWait: boolean }): Promise<Found | undefined> {
  try {
    const replayed = await inTransaction(ctx, async (ctx) => {
      const work = () => replayAlone(ctx, webhookId)
      return mayWait ? await impatiently(ctx, work) : await work()
    })
    return foundOf(webhookId, replayed)
  } catch (error) {
    const { text, sqlState } = reasonOf(error)
    if (isTransient(sqlState)) {
      if (mayWait) return undefined
      throw error
    }
    const problem = error instanceof DomainError ? error.message : text
    return { webhookId, changes: [], moves: [], problem, isFirst: false }
  }
}

async function keepFound(ctx: Ctx, replay: Replay, found: readonly Found[]): Promise<void> {
  await statement(
    ctx.db,
    `update webhook_replay_items as item set changes = found.changes::jsonb, seconds = found.seconds::integer,
       segments = found.segments::integer, moves = found.moves::jsonb, problem = found.problem
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as found (id, changes, seconds, segments, moves, problem)
     where item.replay_id = $1::text::uuid and item.webhook_id = found.id::uuid`,
    [
      replay.id,
      found.map(({ webhookId }) => webhookId),
      found.map(({ changes }) => JSON.stringify(changes)),
      found.map(({ moves }) => String(sumOf(moves, 'call_seconds'))),
      found.map(({ moves }) => String(sumOf(moves, 'sms_segments'))),
      found.map(({ moves }) => (moves.length === 0 ? null : JSON.stringify(linesOf(moves)))),
      found.map(({ problem }) => problem),
    ],
  )
}

/** Names are needed only while the plan is made. */
async function forgetSubjects(ctx: Ctx, replay: Replay): Promise<void> {
  await statement(ctx.db, 'delete from webhook_replay_subjects where replay_id = $1::text::uuid', [replay.id])
}
