import { toWireId } from '@trunkline/core/platform/wire-id'
import { callAllowance, limitState, remaining, smsAllowance } from '@trunkline/core/usage/limit'
import { rollAccount } from '@trunkline/core/usage/period'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { usagePauses, usageTierChanges } from '@trunkline/db/schema/usage-credits'
import { and, eq, gt, isNull, or } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import type { LimitsRow } from './refresh-limits.ts'

/** What a customer has used and may still use in the current period. */
export async function loadUsageStatus(ctx: Ctx, input: { customerId: string }) {
  const [tier] = await ctx.db
    .select({ tier: tierSnapshots.tier, version: tierSnapshots.version })
    .from(usageLimits)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .where(eq(usageLimits.customerId, input.customerId))
  const limits = await loadPresentLimits(ctx, input.customerId)
  if (tier === undefined) throw new DomainError('not_found', 'There is no such customer')
  const pauses = await ctx.db
    .select()
    .from(usagePauses)
    .where(
      and(
        eq(usagePauses.customerId, input.customerId),
        isNull(usagePauses.endedAt),
        or(isNull(usagePauses.expiresAt), gt(usagePauses.expiresAt, ctx.now)),
      ),
    )
    .orderBy(usagePauses.id)
  const [waiting] = await ctx.db
    .select()
    .from(usageTierChanges)
    .where(and(eq(usageTierChanges.customerId, input.customerId), eq(usageTierChanges.state, 'pending')))
  const isOwner = 'role' in ctx.actor && ctx.actor.role === 'owner'
  const calls = callAllowance(limits)
  const sms = smsAllowance(limits)
  return {
    customerId: toWireId('customer', limits.customerId),
    tier: tier.tier,
    tierVersion: tier.version,
    limitRevision: limits.limitRevision,
    periodStart: limits.periodStart.toISOString(),
    periodEnd: limits.periodEnd.toISOString(),
    calls: {
      usedSeconds: calls.used,
      capSeconds: calls.cap,
      creditSeconds: calls.credit + calls.rollover,
      rolloverSeconds: calls.rollover,
      reservedSeconds: calls.reserved,
      graceSeconds: calls.grace,
      remainingSeconds: remaining(calls),
      state: limitState(calls),
    },
    sms: {
      usedSegments: sms.used,
      capSegments: sms.cap,
      creditSegments: sms.credit,
      reservedSegments: sms.reserved,
      graceSegments: sms.grace,
      remainingSegments: remaining(sms),
      state: limitState(sms),
    },
    pauses: pauses.map(({ cause, reason, createdAt, expiresAt }) => ({
      cause,
      reason: isOwner ? null : reason,
      since: createdAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    waitingTierChange:
      waiting === undefined
        ? null
        : { id: toWireId('tierChange', waiting.id), tier: waiting.toTier, dueAt: waiting.dueAt.toISOString() },
  }
}

/** The limits as whoever moves them next will find them: of a period that is over nothing counts any more. */
export async function loadPresentLimits(ctx: Ctx, customerId: string): Promise<LimitsRow> {
  const [found] = await ctx.db
    .select({ limits: usageLimits, zone: customers.timezone })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(eq(usageLimits.customerId, customerId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such customer')
  const { limits, zone } = found
  const last = { start: limits.periodStart, end: limits.periodEnd }
  const { open } = rollAccount({ over: [], open: last }, { zone, now: ctx.now })
  if (open === last) return limits
  return { ...limits, periodStart: open.start, periodEnd: open.end, callUsedSeconds: 0, smsUsed: 0 }
}
