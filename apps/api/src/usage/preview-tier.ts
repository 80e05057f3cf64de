import { toWireId } from '@trunkline/core/platform/wire-id'
import { crossedLevels, recoveredLevels } from '@trunkline/core/usage/threshold'
import type { TierKey, TierTerms } from '@trunkline/core/usage/tier'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { and, eq, ne } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { presentSnapshot, toTerms, underTerms } from './change-tier.ts'
import { type LimitsRow, standingsOf } from './refresh-limits.ts'

const levelCounts = z.object({ warning: z.number(), limit: z.number(), stop: z.number() })
const affectedRow = z.object({
  customerId: z.string(),
  businessName: z.string(),
  usedSeconds: z.number(),
  usedSegments: z.number(),
  crosses: z.array(z.string()),
  recovers: z.array(z.string()),
})
export const tierPreview = z.object({
  tier: z.string(),
  /** The version that the new one would follow: what is published must name it. */
  version: z.number(),
  customers: z.number(),
  priceChangeCents: z.number(),
  crosses: levelCounts,
  recovers: levelCounts,
  /** Those whose levels change, at most fifty. */
  affected: z.array(affectedRow),
})

const nameOf = { 80: 'warning', 100: 'limit', 101: 'stop' } as const
const mostShown = 50

/** Who would feel it if this tier had these terms now, and which levels they would cross or leave. Changes nothing. */
export async function previewTier(
  ctx: Ctx,
  input: { tier: TierKey; terms: TierTerms },
): Promise<z.infer<typeof tierPreview>> {
  const present = await presentSnapshot(ctx, input.tier, ctx.now)
  const rows = await ctx.db
    .select({ limits: usageLimits, businessName: customers.businessName })
    .from(usageLimits)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(and(eq(tierSnapshots.tier, input.tier), ne(customers.status, 'closed')))
    .orderBy(customers.businessName, customers.id)
  const crosses = { warning: 0, limit: 0, stop: 0 }
  const recovers = { warning: 0, limit: 0, stop: 0 }
  const affected: z.infer<typeof affectedRow>[] = []
  for (const { limits, businessName } of rows) {
    const felt = levelsFelt(limits, underTerms(limits, input.terms))
    for (const { level } of felt.crossed) crosses[nameOf[level]] += 1
    for (const { level } of felt.recovered) recovers[nameOf[level]] += 1
    if (felt.crossed.length + felt.recovered.length === 0 || affected.length >= mostShown) continue
    affected.push({
      customerId: toWireId('customer', limits.customerId),
      businessName,
      usedSeconds: limits.callUsedSeconds,
      usedSegments: limits.smsUsed,
      crosses: felt.crossed.map(({ meter, level }) => `${meter}:${nameOf[level]}`),
      recovers: felt.recovered.map(({ meter, level }) => `${meter}:${nameOf[level]}`),
    })
  }
  return {
    tier: input.tier,
    version: present.version,
    customers: rows.length,
    priceChangeCents: input.terms.monthlyPriceCents - toTerms(present).monthlyPriceCents,
    crosses,
    recovers,
    affected,
  }
}

/** The levels that a counter crosses and leaves when its base changes. */
export function levelsFelt(before: LimitsRow, after: LimitsRow) {
  const [was, is] = [standingsOf(before), standingsOf(after)]
  const meters = ['call_seconds', 'sms_segments'] as const
  const of = (find: typeof crossedLevels) =>
    meters.flatMap((meter) => find({ before: was[meter], after: is[meter] }).map((level) => ({ meter, level })))
  return { crossed: of(crossedLevels), recovered: of(recoveredLevels) }
}
