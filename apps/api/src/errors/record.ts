import { afterOccurrence, type ErrorNews } from '@trunkline/core/errors/lifecycle'
import { isAway, wakes, worse } from '@trunkline/core/errors/severity'
import { errorGroupCustomers, errorGroups, errorHours, errorLogs } from '@trunkline/db/schema/errors'
import { and, asc, count, DrizzleQueryError, desc, eq, notInArray, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { errorsDropped } from '../platform/metrics.ts'
import { announceError } from './announce.ts'
import type { Happened } from './track.ts'

export type Group = typeof errorGroups.$inferSelect

/** Of one bug the first occurrence is kept, and so many of the latest. */
const latestKept = 20

/**
 * Writes down what happened, each bug in a transaction of its own. Answers what waits for the database to be back; what the
 * database refuses is given up, so that it stands in nobody's way.
 */
export async function recordErrors(ctx: Ctx, happened: readonly Happened[]): Promise<Happened[]> {
  for (const [index, one] of happened.entries()) {
    try {
      await inTransaction(ctx, (ctx) => recordError(ctx, one))
    } catch (error) {
      const cause = error instanceof DrizzleQueryError ? error.cause : error
      const { code } = (cause ?? {}) as { code?: unknown }
      ctx.log.error({ error, bugs: happened.length - index }, 'errors not written down')
      if (typeof code === 'string' && isAway(code)) return happened.slice(index)
      errorsDropped.inc(one.occurrences)
    }
  }
  return []
}

async function recordError(ctx: Ctx, happened: Happened): Promise<void> {
  const { fingerprint, source, severity, type, title, culprit, firstAt, lastAt } = happened
  const first = { id: newId(), fingerprint, source, severity, type, title, culprit }
  const created = await ctx.db
    .insert(errorGroups)
    .values({ ...first, firstSeenAt: firstAt, lastSeenAt: lastAt })
    .onConflictDoNothing({ target: errorGroups.fingerprint })
    .returning({ id: errorGroups.id })
  // whoever has the group's row counts alone
  const [group] = await ctx.db.select().from(errorGroups).where(eq(errorGroups.fingerprint, fingerprint)).for('update')
  if (group === undefined) throw new Error('The group went away while it was written')
  await countHits(ctx, group.id, happened)
  const [hit] = await ctx.db
    .select({ customers: count() })
    .from(errorGroupCustomers)
    .where(eq(errorGroupCustomers.groupId, group.id))
  const heaviest = worse(group.severity, severity)
  const now = {
    occurrences: group.occurrences + happened.occurrences,
    customers: hit?.customers ?? 0,
    severity: heaviest,
  }
  const grewLoud = group.state === 'open' && !wakes(group.severity) && wakes(heaviest)
  const { state, news } = afterOccurrence(
    {
      ...now,
      isNew: created.length > 0 || grewLoud,
      state: group.state,
      ignored: {
        until: group.ignoreUntil?.getTime(),
        occurrences: group.ignoreOccurrences ?? undefined,
        customers: group.ignoreCustomers ?? undefined,
      },
    },
    lastAt.getTime(),
  )
  const returns = group.returns + (news === 'regressed' || news === 'outgrown' ? 1 : 0)
  const release = happened.samples.at(-1)?.release ?? null
  const after = { ...group, ...now, state, returns }
  const alertId = news !== undefined && wakes(heaviest) ? await announceError(ctx, after, news) : undefined
  await ctx.db
    .update(errorGroups)
    .set({
      ...now,
      state,
      returns,
      firstSeenAt: sql`least(${errorGroups.firstSeenAt}, ${firstAt.toISOString()}::timestamptz)`,
      lastSeenAt: sql`greatest(${errorGroups.lastSeenAt}, ${lastAt.toISOString()}::timestamptz)`,
      firstRelease: sql`coalesce(${errorGroups.firstRelease}, ${release}::text)`,
      lastRelease: sql`coalesce(${release}::text, ${errorGroups.lastRelease})`,
      ...(alertId === undefined ? {} : { alertId }),
      ...(hasReturned(news) ? untouched : {}),
    })
    .where(eq(errorGroups.id, group.id))
  await keepSamples(ctx, group.id, happened)
  await announce(ctx, ['errors'])
}

const hasReturned = (news: ErrorNews | undefined) => news === 'regressed' || news === 'outgrown'

/** A group of which nothing is decided. */
export const untouched = {
  resolvedAt: null,
  resolvedBy: null,
  resolution: null,
  ignoredAt: null,
  ignoredBy: null,
  ignoreUntil: null,
  ignoreOccurrences: null,
  ignoreCustomers: null,
}

async function countHits(ctx: Ctx, groupId: string, happened: Happened): Promise<void> {
  const { hits, hours, lastAt } = happened
  if (hits.size > 0) {
    await ctx.db
      .insert(errorGroupCustomers)
      .values([...hits].map(([customerId, occurrences]) => ({ groupId, customerId, occurrences, lastSeenAt: lastAt })))
      .onConflictDoUpdate({
        target: [errorGroupCustomers.groupId, errorGroupCustomers.customerId],
        set: {
          occurrences: sql`${errorGroupCustomers.occurrences} + excluded.occurrences`,
          lastSeenAt: sql`greatest(${errorGroupCustomers.lastSeenAt}, excluded.last_seen_at)`,
        },
      })
  }
  await ctx.db
    .insert(errorHours)
    .values([...hours].map(([hour, occurrences]) => ({ groupId, hour: new Date(hour), occurrences })))
    .onConflictDoUpdate({
      target: [errorHours.hour, errorHours.groupId],
      set: { occurrences: sql`${errorHours.occurrences} + excluded.occurrences` },
    })
}

async function keepSamples(ctx: Ctx, groupId: string, { samples }: Happened): Promise<void> {
  if (samples.length === 0) return
  await ctx.db.insert(errorLogs).values(samples.map((sample) => ({ id: newId(), groupId, ...sample })))
  const ofGroup = eq(errorLogs.groupId, groupId)
  const id = { id: errorLogs.id }
  const latest = ctx.db.select(id).from(errorLogs).where(ofGroup).orderBy(desc(errorLogs.id)).limit(latestKept)
  const first = ctx.db.select(id).from(errorLogs).where(ofGroup).orderBy(asc(errorLogs.id)).limit(1)
  await ctx.db.delete(errorLogs).where(and(ofGroup, notInArray(errorLogs.id, latest), notInArray(errorLogs.id, first)))
}
