import type { TierKey, TierTerms } from '@trunkline/core/usage/tier'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { and, eq, ne } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { eachApart } from '../platform/each-apart.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { presentSnapshot, type Snapshot, toTerms, underSnapshot } from './change-tier.ts'
import { openPeriods } from './open-periods.ts'
import { refreshLimits } from './refresh-limits.ts'
import { type tierVersion, toTierVersion } from './tiers.ts'

export const applyTierSpec = jobSpec({
  name: 'usage.applyTier',
  input: z.object({ snapshotId: z.uuid() }),
  attempts: 8,
})

/**
 * A new version of a tier. Its customers get it when their next period begins, or at once; the price counts from their next
 * invoice either way. `followsVersion` is the one that whoever publishes has looked at.
 */
export async function publishTier(
  ctx: Ctx,
  input: { tier: TierKey; terms: TierTerms; followsVersion: number; appliesTo: 'next_period' | 'now' },
): Promise<z.infer<typeof tierVersion>> {
  const { tier, terms, followsVersion, appliesTo } = input
  return await inTransaction(ctx, async (ctx) => {
    const present = await presentSnapshot(ctx, tier, ctx.now)
    if (present.version !== followsVersion)
      throw new DomainError('conflict', 'Somebody has published another version. Look at it again')
    const [published] = await ctx.db
      .insert(tierSnapshots)
      .values({
        id: newId(),
        tier,
        version: followsVersion + 1,
        rank: present.rank,
        ...terms,
        publishedBy: actorLabel(ctx.actor),
        effectiveFrom: ctx.now,
      })
      .onConflictDoNothing()
      .returning()
    if (published === undefined)
      throw new DomainError('conflict', 'Somebody has published another version. Look at it again')
    if (appliesTo === 'now') await enqueue(ctx, applyTierSpec, { snapshotId: published.id })
    await audit(ctx, {
      action: 'usage.publishTier',
      subject: `tier:${tier}`,
      before: { ...toTerms(present), version: present.version },
      after: { ...terms, version: published.version, appliesTo },
    })
    await announce(ctx, ['usage'])
    return toTierVersion(published)
  })
}

/** Puts the customers of a tier onto this version of it, each in a transaction of his own: what was done before a crash is not done again. */
export async function applyTier(ctx: Ctx, input: { snapshotId: string }): Promise<void> {
  const [snapshot] = await ctx.db.select().from(tierSnapshots).where(eq(tierSnapshots.id, input.snapshotId))
  if (snapshot === undefined) return
  const due = await ctx.db
    .select({ customerId: usageLimits.customerId })
    .from(usageLimits)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .where(and(eq(tierSnapshots.tier, snapshot.tier), ne(tierSnapshots.id, snapshot.id)))
    .orderBy(usageLimits.customerId)
  await eachApart(due, ({ customerId }) => inTransaction(ctx, (ctx) => applyTo(ctx, customerId, snapshot)), {
    failed: 'customers are not under the new version yet',
  })
}

async function applyTo(ctx: Ctx, customerId: string, snapshot: Snapshot): Promise<void> {
  const [limits] = await openPeriods(ctx, [customerId])
  if (limits === undefined) return
  const [of] = await ctx.db.select().from(tierSnapshots).where(eq(tierSnapshots.id, limits.tierSnapshotId))
  // another tier, or a newer version, since the list was read
  if (of === undefined || of.tier !== snapshot.tier || of.version >= snapshot.version) return
  await refreshLimits(ctx, limits, underSnapshot(limits, snapshot))
}
