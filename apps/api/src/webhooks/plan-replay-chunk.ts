import { isTransient } from '@trunkline/core/webhooks/retry'
import { stillNeeded, type Tried } from '@trunkline/core/webhooks/still-needed'
import { statement } from '@trunkline/db/connect'
import { webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { step } from '../platform/step.ts'
import { withoutWords } from './describe-change.ts'
import { reasonOf } from './record-failure.ts'
import { replayInTransaction } from './replay.ts'
import { holdOn, isOurs, leased, nextItems, type Replay } from './replay-lease.ts'
import { keepNeeded, saidBy, subjectsIn, triedWith } from './replay-subjects.ts'
import { addMoves, type Move, priceSums } from './replay-sums.ts'
import { undone } from './undone.ts'

/** So many are tried in one transaction, or as many as this time allows: the counters of their customers are locked for as long. */
export const chunk = 20
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
  const tried = await tryInOrder(ctx, replay, { earlier, ids })
  if (tried === undefined) return false
  const found = tried.slice(earlier.length)
  const saidBefore = await saidBy(ctx, earlier)
  const known = tried.flatMap(({ webhookId, problem, isFirst }): Tried[] =>
    problem === null ? [{ webhookId, isFirst, said: said.get(webhookId) ?? saidBefore.get(webhookId) ?? [] }] : [],
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
  outside: Ctx,
  replay: Replay,
  { earlier, ids }: { earlier: readonly string[]; ids: readonly string[] },
): Promise<Found[] | undefined> {
  return await undone(outside, async (ctx) => {
    const tried: Found[] = []
    let until = Number.POSITIVE_INFINITY
    for (const webhookId of [...earlier, ...ids]) {
      if (!(await holdOn(outside, replay))) return undefined
      if (performance.now() > until) break
      const one = await tryOne(ctx, webhookId, { mayWait: tried.length > earlier.length })
      if (one === undefined) break
      tried.push(one)
      if (tried.length === earlier.length + 1) until = performance.now() + longestMs
    }
    return tried
  })
}

/** Undefined where it `mayWait` for the next chunk, and says nothing of the webhook that it could not be tried now. */
async function tryOne(ctx: Ctx, webhookId: string, { mayWait }: { mayWait: boolean }): Promise<Found | undefined> {
  try {
    const { effects, moves, isFirst, fault } = await inTransaction(ctx, (ctx) => replayInTransaction(ctx, webhookId))
    return { webhookId, changes: withoutWords(effects.text), moves, problem: fault ?? null, isFirst }
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
  const sum = (moves: readonly Move[], meter: Move['meter']) =>
    moves.reduce((all, move) => (move.meter === meter ? all + move.quantity : all), 0)
  await statement(
    ctx.db,
    `update webhook_replay_items as item set changes = found.changes::jsonb, seconds = found.seconds::integer,
       segments = found.segments::integer, problem = found.problem
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as found (id, changes, seconds, segments, problem)
     where item.replay_id = $1::text::uuid and item.webhook_id = found.id::uuid`,
    [
      replay.id,
      found.map(({ webhookId }) => webhookId),
      found.map(({ changes }) => JSON.stringify(changes)),
      found.map(({ moves }) => String(sum(moves, 'call_seconds'))),
      found.map(({ moves }) => String(sum(moves, 'sms_segments'))),
      found.map(({ problem }) => problem),
    ],
  )
}

/** Names are needed only while the plan is made. */
async function forgetSubjects(ctx: Ctx, replay: Replay): Promise<void> {
  await statement(ctx.db, 'delete from webhook_replay_subjects where replay_id = $1::text::uuid', [replay.id])
}
