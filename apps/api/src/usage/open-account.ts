import { monthPeriod } from '@trunkline/core/usage/period'
import type { TierKey } from '@trunkline/core/usage/tier'
import { usageLimits } from '@trunkline/db/schema/usage'
import type { Ctx } from '../platform/context.ts'
import { presentSnapshot } from './change-tier.ts'

/** Opens a customer's first period under the present version of a tier. */
export async function openAccount(
  ctx: Ctx,
  input: { customerId: string; tier: TierKey; timezone: string },
): Promise<void> {
  const snapshot = await presentSnapshot(ctx, input.tier, ctx.now)
  const { start, end } = monthPeriod(input.timezone, ctx.now)
  await ctx.db.insert(usageLimits).values({
    customerId: input.customerId,
    tierSnapshotId: snapshot.id,
    periodStart: start,
    periodEnd: end,
    callCapSeconds: snapshot.callCapSeconds,
    smsCap: snapshot.smsCapSegments,
    graceSeconds: snapshot.callGraceSeconds,
    smsGrace: snapshot.smsGraceSegments,
    updatedAt: ctx.now,
  })
}
