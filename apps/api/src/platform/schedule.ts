import { schedules } from '@trunkline/db/schema/platform'
import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from './context.ts'
import { enqueue, type JobSpec } from './job.ts'

/** A job without input that is due every so many seconds. `anchor` fixes the moment: seconds after midnight UTC. */
export type Recurring = { spec: JobSpec<Record<string, never>>; everySeconds: number; anchorSeconds?: number }

/** Makes the rows of schedules that are new and changes the interval of those whose code changed. */
export async function registerSchedules(ctx: Ctx, recurring: readonly Recurring[]): Promise<void> {
  const midnight = sql`date_trunc('day', now())`
  const rows = recurring.map(({ spec, everySeconds, anchorSeconds }) => {
    const anchor = sql`${midnight} + make_interval(secs => ${anchorSeconds})`
    const nextAnchor = sql`${anchor} + case when now() > ${anchor} then interval '1 day' else interval '0' end`
    return { name: spec.name, everySeconds, nextDueAt: anchorSeconds === undefined ? sql`now()` : nextAnchor }
  })
  await ctx.db
    .insert(schedules)
    .values(rows)
    .onConflictDoUpdate({
      target: schedules.name,
      set: { everySeconds: sql`excluded.every_seconds` },
      setWhere: sql`${schedules.everySeconds} <> excluded.every_seconds`,
    })
}

/**
 * Leaves the jobs that are due. The conditional UPDATE of the schedule's row decides which process does: once, however
 * many ask. After a downtime a job runs once, and its next time is again on its grid.
 */
export async function leaveDueJobs(ctx: Ctx, recurring: readonly Recurring[]): Promise<string[]> {
  const due = await ctx.db.select({ name: schedules.name }).from(schedules).where(lte(schedules.nextDueAt, sql`now()`))
  const left: string[] = []
  for (const { spec } of recurring) {
    if (!due.some(({ name }) => name === spec.name)) continue
    const isDue = await inTransaction(ctx, async (ctx) => {
      const [row] = await ctx.db
        .update(schedules)
        .set({
          lastRunAt: sql`now()`,
          nextDueAt: sql`${schedules.nextDueAt} + make_interval(secs => ${schedules.everySeconds} * ceil(greatest(1, extract(epoch from now() - ${schedules.nextDueAt})) / ${schedules.everySeconds})::int)`,
        })
        .where(and(eq(schedules.name, spec.name), lte(schedules.nextDueAt, sql`now()`)))
        .returning({ name: schedules.name })
      if (row === undefined) return false
      await enqueue(ctx, spec, {})
      return true
    })
    if (isDue) left.push(spec.name)
  }
  return left
}

const patienceSeconds = 30

/** Whether nobody works: none of these has been left for half a minute after it was due. */
export async function isUnattended(ctx: Ctx, recurring: readonly Recurring[]): Promise<boolean> {
  const names = recurring.map(({ spec }) => spec.name)
  const [overdue] = await ctx.db
    .select({ name: schedules.name })
    .from(schedules)
    .where(
      and(
        inArray(schedules.name, names),
        lte(schedules.nextDueAt, sql`now() - make_interval(secs => ${patienceSeconds})`),
      ),
    )
    .limit(1)
  return overdue !== undefined
}
