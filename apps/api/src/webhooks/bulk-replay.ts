import { isTransient } from '@trunkline/core/webhooks/retry'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, eq, inArray, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { planChunk } from './plan-replay-chunk.ts'
import { reasonOf } from './record-failure.ts'
import { leaseReplay, leaseSeconds, letGo, type Replay } from './replay-lease.ts'
import { runChunk } from './run-replay-chunk.ts'

export const carryOutReplaySpec = jobSpec({
  name: 'webhooks.carryOutReplay',
  input: z.object({ replayId: z.uuid() }),
  attempts: 12,
})

/** With more than so many waiting, what is fresh goes first. */
const backlogLimit = 200
/** A job of the queue does not last for hours: after this long the next one goes on. */
const longestTurnMs = 300_000

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
