import { toWireId } from '@trunkline/core/platform/wire-id'
import { callAllowance, limitState, remaining, smsAllowance } from '@trunkline/core/usage/limit'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { eq } from 'drizzle-orm'
import type { Actor, Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

/** An owner sees his own customer; a person of ours says which. */
export function customerOf(actor: Extract<Actor, { kind: 'user' }>, asked: string | undefined): string {
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
    .select({ limits: usageLimits, tier: tierSnapshots.tier })
    .from(usageLimits)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .where(eq(usageLimits.customerId, input.customerId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such customer')
  const { limits, tier } = found
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
