import { statement } from '@trunkline/db/connect'
import { webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { step } from '../platform/step.ts'
import { withoutWords } from './describe-change.ts'
import { reasonOf } from './record-failure.ts'
import { replayInTransaction } from './replay.ts'
import { isOurs, leased, nextItems, type Replay } from './replay-lease.ts'
import { keepSubjects, subjectsOf, triedWith } from './replay-subjects.ts'
import { addMoves, type Move, priceSums } from './replay-sums.ts'
import { undone } from './undone.ts'

/** So many are tried in one transaction: the counters of their customers are locked for as long. */
export const chunk = 20

type Found = { webhookId: string; changes: string[]; moves: Move[]; problem: string | null }

/**
 * The same processor in a transaction that is rolled back. What was tried in an earlier chunk and speaks of the same calls or
 * messages goes first, in the order of the run: what it brings is not brought again. Answers whether more is left.
 */
export async function planChunk(ctx: Ctx, replay: Replay): Promise<boolean> {
  const items = await nextItems(ctx, replay, chunk)
  const ids = items.map(({ webhookId }) => webhookId)
  const subjects = await subjectsOf(ctx, ids)
  const earlier = await triedWith(ctx, replay.id, [...new Set([...subjects.values()].flat())])
  const found = await undone(ctx, async (ctx) => {
    for (const webhookId of earlier) await tryOne(ctx, webhookId)
    const found: Found[] = []
    for (const webhookId of ids) found.push(await tryOne(ctx, webhookId))
    return found
  })
  return await inTransaction(ctx, async (ctx) => {
    const isOver = ids.length < chunk
    const [ours] = await ctx.db
      .update(webhookReplays)
      .set({
        planned: sql`${webhookReplays.planned} + ${found.length}`,
        changed: sql`${webhookReplays.changed} + ${found.filter(({ changes }) => changes.length > 0).length}`,
        refused: sql`${webhookReplays.refused} + ${found.filter(({ problem }) => problem !== null).length}`,
        leaseUntil: leased,
        ...(isOver
          ? { state: 'planned' as const, leaseUntil: null, throughId: null }
          : { throughId: ids.at(-1) ?? null }),
      })
      .where(isOurs(replay))
      .returning({ id: webhookReplays.id })
    if (ours === undefined) return false
    await keepFound(ctx, replay, found)
    await keepSubjects(ctx, replay.id, subjects)
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

async function tryOne(ctx: Ctx, webhookId: string): Promise<Found> {
  try {
    const { effects, moves, fault } = await inTransaction(ctx, (ctx) => replayInTransaction(ctx, webhookId))
    return { webhookId, changes: withoutWords(effects.text), moves, problem: fault ?? null }
  } catch (error) {
    const problem = error instanceof DomainError ? error.message : reasonOf(error).text
    return { webhookId, changes: [], moves: [], problem }
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
