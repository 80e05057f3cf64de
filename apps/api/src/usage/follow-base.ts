import { crossedLevels, keptLevels, recoveredLevels } from '@trunkline/core/usage/threshold'
import { usageCrossings } from '@trunkline/db/schema/usage'
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { announceCrossings, type Crossing } from './announce-crossings.ts'
import { announceRecovery } from './announce-recovery.ts'
import { writeCrossings } from './record-crossings.ts'
import { type LimitsRow, standingsOf } from './refresh-limits.ts'

/**
 * What a change of the base, or a new period, does to the levels. Passed by a base that shrank: a crossing with an alert. Still
 * reached: written under the new revision, and told to nobody again. No longer reached: recovered, and told.
 */
export async function followBase(ctx: Ctx, before: LimitsRow, after: LimitsRow): Promise<void> {
  const [was, is] = [standingsOf(before), standingsOf(after)]
  const isSamePeriod = before.periodStart.getTime() === after.periodStart.getTime()
  const meters = ['call_seconds', 'sms_segments'] as const
  const crossingOf = (meter: (typeof meters)[number], level: Crossing['level']): Crossing => ({
    customerId: after.customerId,
    meter,
    periodStart: after.periodStart.toISOString(),
    limitRevision: after.limitRevision,
    level,
    before: was[meter].used,
    after: is[meter].used,
    base: is[meter].base,
    grace: is[meter].grace,
    cause: 'base',
  })
  const steps = meters.map((meter) => ({ meter, step: { before: was[meter], after: is[meter] } }))
  const crossed = steps.flatMap(({ meter, step }) => crossedLevels(step).map((level) => crossingOf(meter, level)))
  const kept = steps.flatMap(({ meter, step }) => keptLevels(step).map((level) => crossingOf(meter, level)))
  await writeCrossings(ctx, kept)
  await announceCrossings(ctx, await writeCrossings(ctx, crossed))
  for (const { meter, step } of steps) {
    const left = recoveredLevels(step)
    if (left.length === 0) continue
    const over = await ctx.db
      .update(usageCrossings)
      .set({ recoveredAt: ctx.now })
      .where(
        and(
          eq(usageCrossings.customerId, after.customerId),
          eq(usageCrossings.meter, meter),
          eq(usageCrossings.periodStart, before.periodStart),
          inArray(usageCrossings.level, left),
          isNull(usageCrossings.recoveredAt),
        ),
      )
      .returning({ limitRevision: usageCrossings.limitRevision, level: usageCrossings.level })
    await announceRecovery(ctx, { meter, before, after, over, isRenewed: !isSamePeriod })
  }
}
