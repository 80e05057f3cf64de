import { hash } from 'node:crypto'
import { attemptRules, type Counter, tryAgainIn } from '@trunkline/core/sessions/attempts'
import { attemptCounters } from '@trunkline/db/schema/sessions'
import { and, eq, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

const rowOf = ({ scope, subject }: Counter) => ({ scope, subject: hash('sha256', subject, 'buffer') })
const named = (counter: Counter) => {
  const { scope, subject } = rowOf(counter)
  return and(eq(attemptCounters.scope, scope), eq(attemptCounters.subject, subject))
}

/** Takes one attempt where one is left: one conditional upsert, so however many ask at once, no more are given. */
export async function takeAttempt(ctx: Ctx, counter: Counter): Promise<boolean> {
  const { atMost, windowSeconds } = attemptRules[counter.scope]
  const { taken, resetsAt } = attemptCounters
  const isOver = sql`${resetsAt} <= now()`
  const newEnd = sql`now() + make_interval(secs => ${windowSeconds})`
  const [given] = await ctx.db
    .insert(attemptCounters)
    .values({ ...rowOf(counter), taken: 1, resetsAt: newEnd })
    .onConflictDoUpdate({
      target: [attemptCounters.scope, attemptCounters.subject],
      set: {
        taken: sql`case when ${isOver} then 1 else ${taken} + 1 end`,
        resetsAt: sql`case when ${isOver} then ${newEnd} else ${resetsAt} end`,
      },
      setWhere: sql`${isOver} or ${taken} < ${atMost}`,
    })
    .returning({ taken })
  return given !== undefined
}

/** Takes one of each, or none and says when to come back. */
export async function takeAttempts(ctx: Ctx, counters: readonly Counter[]): Promise<void> {
  for (const [index, counter] of counters.entries()) {
    if (await takeAttempt(ctx, counter)) continue
    await giveBack(ctx, counters.slice(0, index))
    const [row] = await ctx.db
      .select({ seconds: sql<number>`ceil(extract(epoch from ${attemptCounters.resetsAt} - now()))::integer` })
      .from(attemptCounters)
      .where(named(counter))
    const retryAfterSeconds = Math.max(1, row?.seconds ?? 1)
    throw new DomainError('limit_exceeded', tryAgainIn(retryAfterSeconds), { retryAfterSeconds })
  }
}

/** What turned out to be no guess costs nothing. */
export async function giveBack(ctx: Ctx, counters: readonly Counter[]): Promise<void> {
  for (const counter of counters) {
    await ctx.db
      .update(attemptCounters)
      .set({ taken: sql`greatest(${attemptCounters.taken} - 1, 0)` })
      .where(named(counter))
  }
}
