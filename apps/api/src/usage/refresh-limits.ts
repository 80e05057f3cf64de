import { pausedUntil } from '@trunkline/core/usage/pause'
import type { Standing } from '@trunkline/core/usage/threshold'
import { usageLimits } from '@trunkline/db/schema/usage'
import { usageBurns, usageCredits, usagePauses } from '@trunkline/db/schema/usage-credits'
import { and, eq, isNull } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { bringToPresentSpec } from './bring-to-present.ts'
import { followBase } from './follow-base.ts'

export type LimitsRow = typeof usageLimits.$inferSelect

/** Where each meter of a counter stands, against its base and the stop beyond it. */
export const standingsOf = (limits: LimitsRow): Record<'call_seconds' | 'sms_segments', Standing> => ({
  call_seconds: {
    used: limits.callUsedSeconds,
    base: limits.callCapSeconds + limits.callCreditSeconds + limits.rolloverSeconds,
    grace: limits.graceSeconds,
  },
  sms_segments: { used: limits.smsUsed, base: limits.smsCap + limits.smsCredit, grace: limits.smsGrace },
})

/**
 * Writes the counter as its tier, grants and pauses make it: credit and roll-over are what remains of living grants and what this
 * period has spent of grants that ended in it. A base that changed is a new limit revision: levels are armed again, those that
 * are left behind are told, those that a smaller base passes are crossings. The counter's row is locked by the caller.
 */
export async function refreshLimits(ctx: Ctx, before: LimitsRow, changed: LimitsRow = before): Promise<LimitsRow> {
  const { customerId } = changed
  const living = await ctx.db
    .select()
    .from(usageCredits)
    .where(and(eq(usageCredits.customerId, customerId), isNull(usageCredits.endedAt)))
  const burns = await ctx.db
    .select({ quantity: usageBurns.quantity, meter: usageCredits.meter, source: usageCredits.source })
    .from(usageBurns)
    .innerJoin(usageCredits, eq(usageCredits.id, usageBurns.creditId))
    .where(and(eq(usageBurns.customerId, customerId), eq(usageBurns.periodStart, changed.periodStart)))
  const pauses = await ctx.db
    .select({ expiresAt: usagePauses.expiresAt })
    .from(usagePauses)
    .where(and(eq(usagePauses.customerId, customerId), isNull(usagePauses.endedAt)))
  const parts = [...living.map(({ remaining, ...grant }) => ({ ...grant, quantity: remaining })), ...burns]
  const sum = (isIn: (part: (typeof parts)[number]) => boolean) =>
    parts.filter(isIn).reduce((total, { quantity }) => total + quantity, 0)
  const after: LimitsRow = {
    ...changed,
    callCreditSeconds: sum(({ meter, source }) => meter === 'call_seconds' && source !== 'rollover'),
    rolloverSeconds: sum(({ meter, source }) => meter === 'call_seconds' && source === 'rollover'),
    smsCredit: sum(({ meter }) => meter === 'sms_segments'),
    forcePause: pauses.length > 0,
    nextChangeAt: earliest([...living.map(({ expiresAt }) => expiresAt), pausedUntil(pauses)]),
    updatedAt: ctx.now,
  }
  const isSamePeriod = before.periodStart.getTime() === after.periodStart.getTime()
  const [was, is] = [standingsOf(before), standingsOf(after)]
  const isRevised = (['call_seconds', 'sms_segments'] as const).some(
    (meter) => was[meter].base !== is[meter].base || was[meter].grace !== is[meter].grace,
  )
  if (!isSamePeriod) after.limitRevision = 1
  else if (isRevised) after.limitRevision = before.limitRevision + 1
  // what is used and promised is moved by others, each by its own difference
  const {
    customerId: _id,
    callReservedSeconds: _calls,
    smsReserved: _texts,
    callUsedSeconds,
    smsUsed,
    ...figures
  } = after
  await ctx.db
    .update(usageLimits)
    .set(isSamePeriod ? figures : { ...figures, callUsedSeconds, smsUsed })
    .where(eq(usageLimits.customerId, customerId))
  if (!isSamePeriod || isRevised) await followBase(ctx, before, after)
  const { nextChangeAt } = after
  if (nextChangeAt !== null && nextChangeAt.getTime() !== before.nextChangeAt?.getTime()) {
    const afterSeconds = Math.max(0, Math.ceil((nextChangeAt.getTime() - ctx.now.getTime()) / 1000))
    await enqueue(ctx, bringToPresentSpec, { customerId }, { afterSeconds })
  }
  await announce(ctx, ['usage'])
  return after
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.flatMap((instant) => (instant === null ? [] : [instant.getTime()]))
  return known.length === 0 ? null : new Date(Math.min(...known))
}
