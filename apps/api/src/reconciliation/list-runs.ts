import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { type RunState, type RunStatus, type RunTrigger, runStatuses } from '@trunkline/core/reconciliation/run'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { reconciliationDifferences, reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { and, count, desc, eq, inArray, isNotNull, lt, sql, sum } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { alertKeyOf } from './announce-run.ts'
import { type runDetail, type runSeries, toRunRow } from './wire.ts'

/** All runs, the latest first. */
export async function listRuns(
  ctx: Ctx,
  input: {
    state?: RunState | undefined
    status?: RunStatus | undefined
    trigger?: RunTrigger | undefined
    cursor?: string | undefined
    limit: number
  },
) {
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(reconciliationRuns)
    .where(
      and(
        input.state && eq(reconciliationRuns.state, input.state),
        input.status && inArray(reconciliationRuns.state, [...runStatuses[input.status]]),
        input.trigger && eq(reconciliationRuns.trigger, input.trigger),
        after === undefined ? undefined : lt(reconciliationRuns.id, after),
      ),
    )
    .orderBy(desc(reconciliationRuns.id))
    .limit(input.limit + 1)
  return toPage(rows, { limit: input.limit, cursorOf: ({ id }) => cursorOfId(id), toItem: toRunRow })
}

/** One run, with what it found by class. */
export async function findRun(ctx: Ctx, input: { runId: string }): Promise<z.infer<typeof runDetail>> {
  const [run] = await ctx.db.select().from(reconciliationRuns).where(eq(reconciliationRuns.id, input.runId))
  if (run === undefined) throw new DomainError('not_found', 'There is no such run')
  const { class: found, unit, flagged, delta, healState, record } = reconciliationDifferences
  const ofRun = eq(reconciliationDifferences.runId, run.id)
  const classes = await ctx.db
    .select({
      class: found,
      unit,
      differences: count(),
      flagged: sql<number>`count(*) filter (where ${flagged})`.mapWith(Number),
      delta: sum(delta).mapWith(Number),
    })
    .from(reconciliationDifferences)
    .where(ofRun)
    .groupBy(found, unit)
    .orderBy(found, unit)
  const [healing] = await ctx.db
    .select({
      healed: count(healState),
      healable: sql<number>`count(*) filter (where ${healState} is null and ${record} is not null)`.mapWith(Number),
    })
    .from(reconciliationDifferences)
    .where(and(ofRun, eq(found, 'missing_here')))
  const [alert] = await ctx.db
    .select({ id: opsAlerts.id })
    .from(opsAlerts)
    .where(eq(opsAlerts.dedupKey, alertKeyOf(run.id)))
  return {
    ...toRunRow(run),
    classes,
    healable: healing?.healable ?? 0,
    healed: healing?.healed ?? 0,
    alertId: alert === undefined ? null : toWireId('alert', alert.id),
  }
}

const mostPoints = 500

/** How far ours and theirs lay apart, run by run, the oldest first. */
export async function loadRunSeries(ctx: Ctx, input: { days: number }): Promise<z.infer<typeof runSeries>> {
  const since = new Date(ctx.now.getTime() - input.days * 86_400_000)
  const rows = await ctx.db
    .select()
    .from(reconciliationRuns)
    .where(
      and(
        sql`${reconciliationRuns.startedAt} >= ${since.toISOString()}::timestamptz`,
        isNotNull(reconciliationRuns.finishedAt),
      ),
    )
    .orderBy(desc(reconciliationRuns.id))
    .limit(mostPoints)
  return {
    points: rows.reverse().map((run) => {
      const { id, startedAt: at, state, differences, flagged, missingHere, levels } = toRunRow(run)
      const sums = levels.flatMap(({ level, sums }) => sums.map((one) => ({ level, ...one })))
      return { runId: id, at, state, differences, flagged, missingHere, sums }
    }),
  }
}
