import { monthPeriod } from '@trunkline/core/usage/period'
import type { TierKey } from '@trunkline/core/usage/tier'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { and, desc, eq, isNull, lte } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

/** Opens a customer's first period under the present version of a tier. */
export async function openAccount(
  ctx: Ctx,
  input: { customerId: string; tier: TierKey; timezone: string },
): Promise<void> {
  const [snapshot] = await ctx.db
    .select()
    .from(tierSnapshots)
    .where(
      and(
        eq(tierSnapshots.tier, input.tier),
        isNull(tierSnapshots.effectiveUntil),
        lte(tierSnapshots.effectiveFrom, ctx.now),
      ),
    )
    .orderBy(desc(tierSnapshots.version))
    .limit(1)
  if (snapshot === undefined)
    throw new DomainError('invalid', 'This tier is not on sale', { fields: { tier: 'is not on sale' } })
  const { start, end } = monthPeriod(input.timezone, ctx.now)
  await ctx.db.insert(usageLimits).values({
    customerId: input.customerId,
    tierSnapshotId: snapshot.id,
    periodStart: start,
    periodEnd: end,
    callCapSeconds: snapshot.callCapSeconds,
    smsCap: snapshot.smsCapSegments,
    graceSeconds: snapshot.callGraceSeconds,
    updatedAt: ctx.now,
  })
}
