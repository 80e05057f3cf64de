import { meters } from '@trunkline/core/usage/meter'
import { tierKeys, tierTerms } from '@trunkline/core/usage/tier'
import { tierSnapshots } from '@trunkline/db/schema/usage'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { asc, desc, eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import type { Snapshot } from './change-tier.ts'

export const tierVersion = tierTerms.extend({
  tier: z.enum(tierKeys),
  version: z.number(),
  rank: z.number(),
  effectiveFrom: z.string(),
  publishedBy: z.string().nullable(),
})
export const tierRow = tierVersion.extend({ earlier: z.array(tierVersion) })

export const toTierVersion = (snapshot: Snapshot): z.infer<typeof tierVersion> => ({
  tier: snapshot.tier,
  version: snapshot.version,
  rank: snapshot.rank,
  monthlyPriceCents: snapshot.monthlyPriceCents,
  callCapSeconds: snapshot.callCapSeconds,
  smsCapSegments: snapshot.smsCapSegments,
  callGraceSeconds: snapshot.callGraceSeconds,
  smsGraceSegments: snapshot.smsGraceSegments,
  callRolloverSeconds: snapshot.callRolloverSeconds,
  smsRolloverSegments: snapshot.smsRolloverSegments,
  effectiveFrom: snapshot.effectiveFrom.toISOString(),
  publishedBy: snapshot.publishedBy,
})

/** The tiers by rank, each as it is now and as it was. */
export async function listTiers(
  ctx: Ctx,
  input: { withEarlier: boolean },
): Promise<{ items: z.infer<typeof tierRow>[] }> {
  const snapshots = await ctx.db
    .select()
    .from(tierSnapshots)
    .orderBy(asc(tierSnapshots.rank), desc(tierSnapshots.version))
  const rows = tierKeys.flatMap((tier) => {
    const [present, ...earlier] = snapshots
      .filter((snapshot) => snapshot.tier === tier && snapshot.effectiveFrom <= ctx.now)
      .map((snapshot) => ({ ...toTierVersion(snapshot), publishedBy: input.withEarlier ? snapshot.publishedBy : null }))
    return present === undefined ? [] : [{ ...present, earlier: input.withEarlier ? earlier : [] }]
  })
  return { items: rows.sort((a, b) => a.rank - b.rank) }
}

export const topupRow = z.object({
  key: z.string(),
  meter: z.enum(meters),
  quantity: z.number(),
  priceCents: z.number(),
  lastsDays: z.number().nullable(),
  isOnSale: z.boolean(),
})

/** What may be bought on top; for people of ours what no longer is as well. */
export async function listTopups(
  ctx: Ctx,
  input: { withRetired: boolean },
): Promise<{ items: z.infer<typeof topupRow>[] }> {
  const items = await ctx.db
    .select({
      key: usageTopups.key,
      meter: usageTopups.meter,
      quantity: usageTopups.quantity,
      priceCents: usageTopups.priceCents,
      lastsDays: usageTopups.lastsDays,
      isOnSale: usageTopups.isOnSale,
    })
    .from(usageTopups)
    .where(input.withRetired ? undefined : eq(usageTopups.isOnSale, sql`true`))
    .orderBy(desc(usageTopups.isOnSale), usageTopups.meter, usageTopups.quantity)
  return { items }
}
