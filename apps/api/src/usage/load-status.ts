import { toWireId } from '@trunkline/core/platform/wire-id'
import { callAllowance, limitState, remaining, smsAllowance } from '@trunkline/core/usage/limit'
import { rollAccount } from '@trunkline/core/usage/period'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { eq } from 'drizzle-orm'
import type { Caller, Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

/** An owner, or a key of one customer, sees that customer; everybody else says which. */
export function customerOf(actor: Caller, asked: string | undefined): string {
  if (actor.role === 'owner') {
    if (asked !== undefined && asked !== actor.customerId)
      throw new DomainError('not_found', 'There is no such customer')
    return actor.customerId ?? ''
  }
  if (asked === undefined)
    throw new DomainError('invalid', 'Say which customer', { fields: { customerId: 'is required' } })
  return asked
}

/** What a customer has used and may still use in the current period. */
export async function loadUsageStatus(ctx: Ctx, input: { customerId: string }) {
  const [found] = await ctx.db
    .select({ limits: usageLimits, tier: tierSnapshots.tier, zone: customers.timezone })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .where(eq(usageLimits.customerId, input.customerId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such customer')
  const { tier } = found
  const limits = presentLimits(found, ctx.now)
  const calls = callAllowance(limits)
  const sms = smsAllowance(limits)
  return {
    customerId: toWireId('customer', limits.customerId),
    tier,
    periodStart: limits.periodStart.toISOString(),
    periodEnd: limits.periodEnd.toISOString(),
    calls: {
      usedSeconds: calls.used,
      capSeconds: calls.cap,
      creditSeconds: calls.credit + calls.rollover,
      graceSeconds: calls.grace,
      remainingSeconds: remaining(calls),
      state: limitState(calls),
    },
    sms: {
      usedSegments: sms.used,
      capSegments: sms.cap,
      creditSegments: sms.credit,
      remainingSegments: remaining(sms),
      state: limitState(sms),
    },
  }
}

/** The limits as whoever moves them next will find them: of a period that is over nothing counts any more. */
function presentLimits(found: { limits: typeof usageLimits.$inferSelect; zone: string }, now: Date) {
  const { limits, zone } = found
  const last = { start: limits.periodStart, end: limits.periodEnd }
  const { open } = rollAccount({ over: [], open: last }, { zone, now })
  if (open === last) return limits
  return { ...limits, periodStart: open.start, periodEnd: open.end, callUsedSeconds: 0, smsUsed: 0 }
}
