import { rolledOver, usualPriority } from '@trunkline/core/usage/credit'
import { type Period, rollAccount } from '@trunkline/core/usage/period'
import { customers } from '@trunkline/db/schema/customers'
import { usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { usageCredits, usagePauses } from '@trunkline/db/schema/usage-credits'
import { and, eq, inArray, isNull, lte, or } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { eachApart } from '../platform/each-apart.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { burnPeriod, endCredits } from './burn-credits.ts'
import { takeTier } from './change-tier.ts'
import { type LimitsRow, refreshLimits } from './refresh-limits.ts'

/**
 * Locks the counters of these customers, in one order, and brings to `ctx.now` those that time has overtaken: credits and pauses that
 * ended, and where the period is over the next one is opened. Under the lock, so that whoever comes first does it and nobody does it again. A
 * period that is over keeps what was used in it; a pause stays until its own end (K-13 concerned one that the limit itself had set: ours sets none).
 */
export async function openPeriods(ctx: Ctx, customerIds: readonly string[]): Promise<LimitsRow[]> {
  if (customerIds.length === 0) return []
  const locked = await ctx.db
    .select({ limits: usageLimits, zone: customers.timezone })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(inArray(usageLimits.customerId, [...customerIds]))
    .orderBy(usageLimits.customerId)
    .for('update', { of: usageLimits })
  const present: LimitsRow[] = []
  for (const { limits, zone } of locked)
    present.push(isOvertaken(limits, ctx.now) ? await bringUpToDate(ctx, limits, zone) : limits)
  return present
}

/** Is there something that time alone has done to a counter, and nobody has written down yet? */
export const isOvertaken = ({ periodEnd, nextChangeAt }: LimitsRow, now: Date) =>
  periodEnd <= now || (nextChangeAt !== null && nextChangeAt <= now)

async function bringUpToDate(ctx: Ctx, limits: LimitsRow, zone: string): Promise<LimitsRow> {
  const { customerId } = limits
  const last = { start: limits.periodStart, end: limits.periodEnd }
  const { over, open } = rollAccount({ over: [], open: last }, { zone, now: ctx.now })
  let present = limits
  for (const [index, period] of over.entries()) {
    await endCredits(ctx, present, period.end)
    await ctx.db.insert(usagePeriods).values({
      customerId,
      periodStart: period.start,
      periodEnd: period.end,
      tierSnapshotId: present.tierSnapshotId,
      callUsedSeconds: present.callUsedSeconds,
      smsUsed: present.smsUsed,
      callCapSeconds: present.callCapSeconds,
      smsCap: present.smsCap,
    })
    await burnPeriod(ctx, {
      customerId,
      periodStart: period.start,
      figures: {
        call_seconds: { used: present.callUsedSeconds, cap: present.callCapSeconds },
        sms_segments: { used: present.smsUsed, cap: present.smsCap },
      },
    })
    present = await beginPeriod(ctx, present, over[index + 1] ?? open)
    step('usage.period_written')
  }
  await endCredits(ctx, present, ctx.now)
  await ctx.db
    .update(usagePauses)
    .set({ endedAt: ctx.now, endedBy: 'system:usage', endReason: 'Its time was over' })
    .where(
      and(eq(usagePauses.customerId, customerId), isNull(usagePauses.endedAt), lte(usagePauses.expiresAt, ctx.now)),
    )
  return await refreshLimits(ctx, limits, present)
}

/** The counter at the beginning of a period: nothing used, the tier of now, and what rolled over. */
async function beginPeriod(ctx: Ctx, last: LimitsRow, next: Period): Promise<LimitsRow> {
  const { snapshot, limits } = await takeTier(ctx, last, next.start)
  const rolled = [
    ['call_seconds', { used: last.callUsedSeconds, cap: last.callCapSeconds, most: snapshot.callRolloverSeconds }],
    ['sms_segments', { used: last.smsUsed, cap: last.smsCap, most: snapshot.smsRolloverSegments }],
  ] as const
  for (const [meter, unused] of rolled) {
    const quantity = rolledOver(unused)
    if (quantity === 0) continue
    await ctx.db.insert(usageCredits).values({
      id: newId(),
      customerId: last.customerId,
      meter,
      source: 'rollover',
      sourceKey: `rollover:${last.customerId}:${meter}:${next.start.toISOString()}`,
      quantity,
      remaining: quantity,
      priority: usualPriority.rollover,
      expiresAt: next.end,
      grantedBy: 'system:usage',
      createdAt: next.start,
    })
  }
  return { ...limits, periodStart: next.start, periodEnd: next.end, callUsedSeconds: 0, smsUsed: 0 }
}

/** Brings every counter that time has overtaken, and that nobody has asked about since, up to date. */
export async function rollPeriods(ctx: Ctx): Promise<void> {
  const due = await ctx.db
    .select({ customerId: usageLimits.customerId })
    .from(usageLimits)
    .where(or(lte(usageLimits.periodEnd, ctx.now), lte(usageLimits.nextChangeAt, ctx.now)))
  await eachApart(due, ({ customerId }) => inTransaction(ctx, (ctx) => openPeriods(ctx, [customerId])), {
    failed: 'counters were not brought up to date',
  })
}
