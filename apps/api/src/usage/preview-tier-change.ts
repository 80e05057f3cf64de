import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { TierKey, TierMoment } from '@trunkline/core/usage/tier'
import { tierChangeStates, tierKeys, tierMoments } from '@trunkline/core/usage/tier'
import { tierSnapshots } from '@trunkline/db/schema/usage'
import { usageTierChanges } from '@trunkline/db/schema/usage-credits'
import { and, desc, eq, lt } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { loadSnapshot, presentSnapshot, prorationOf, underSnapshot } from './change-tier.ts'
import { loadPresentLimits } from './load-status.ts'
import { levelsFelt } from './preview-tier.ts'
import { tierVersion, toTierVersion } from './tiers.ts'

const feltLevel = z.object({ meter: z.string(), level: z.number() })
export const tierChangePreview = z.object({
  from: tierVersion,
  to: tierVersion,
  isUpgrade: z.boolean(),
  dueAt: z.string(),
  creditCents: z.number(),
  chargeCents: z.number(),
  netCents: z.number(),
  crosses: z.array(feltLevel),
  recovers: z.array(feltLevel),
})

/** What a change of tier would mean: the money by the second, the caps, and the levels that are crossed or left. Changes nothing. */
export async function previewTierChange(
  ctx: Ctx,
  input: { customerId: string; tier: TierKey; when: TierMoment },
): Promise<z.infer<typeof tierChangePreview>> {
  const limits = await loadPresentLimits(ctx, input.customerId)
  const from = await loadSnapshot(ctx, limits.tierSnapshotId)
  const target = await presentSnapshot(ctx, input.tier, ctx.now)
  const isNow = input.when === 'now'
  const money = isNow ? await prorationOf(ctx, { limits, from, target }) : { creditCents: 0, chargeCents: 0 }
  // of the next period nothing is used yet
  const felt = isNow ? levelsFelt(limits, underSnapshot(limits, target)) : { crossed: [], recovered: [] }
  return {
    from: toTierVersion(from),
    to: toTierVersion(target),
    isUpgrade: target.rank > from.rank,
    dueAt: (isNow ? ctx.now : limits.periodEnd).toISOString(),
    ...money,
    netCents: money.chargeCents - money.creditCents,
    crosses: felt.crossed,
    recovers: felt.recovered,
  }
}

export const tierChangeRow = z.object({
  id: z.string(),
  from: z.enum(tierKeys),
  to: z.enum(tierKeys),
  when: z.enum(tierMoments),
  state: z.enum(tierChangeStates),
  dueAt: z.string(),
  creditCents: z.number(),
  chargeCents: z.number(),
  reason: z.string().nullable(),
  requestedBy: z.string().nullable(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
})

/** A customer's changes of tier, the newest first. */
export async function listTierChanges(
  ctx: Ctx,
  input: { customerId: string; cursor?: string | undefined; limit: number; isOwner: boolean },
) {
  const before = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select({ change: usageTierChanges, from: tierSnapshots.tier })
    .from(usageTierChanges)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageTierChanges.fromSnapshotId))
    .where(
      and(
        eq(usageTierChanges.customerId, input.customerId),
        before === undefined ? undefined : lt(usageTierChanges.id, before),
      ),
    )
    .orderBy(desc(usageTierChanges.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ change }) => cursorOfId(change.id),
    toItem: ({ change, from }): z.infer<typeof tierChangeRow> => ({
      id: toWireId('tierChange', change.id),
      from,
      to: change.toTier,
      when: change.moment,
      state: change.state,
      dueAt: change.dueAt.toISOString(),
      creditCents: change.creditCents,
      chargeCents: change.chargeCents,
      reason: input.isOwner ? null : change.reason,
      requestedBy: input.isOwner ? null : change.requestedBy,
      createdAt: change.createdAt.toISOString(),
      endedAt: change.endedAt?.toISOString() ?? null,
    }),
  })
}
