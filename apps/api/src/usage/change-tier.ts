import { toWireId } from '@trunkline/core/platform/wire-id'
import { feeOf, prorate } from '@trunkline/core/usage/proration'
import type { TierChangeState, TierKey, TierMoment, TierTerms } from '@trunkline/core/usage/tier'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots } from '@trunkline/db/schema/usage'
import { usageTierChanges } from '@trunkline/db/schema/usage-credits'
import { and, desc, eq, gte, lte, sql } from 'drizzle-orm'
import { setTier } from '../customers/set-tier.ts'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { openPeriods } from './open-periods.ts'
import { type LimitsRow, refreshLimits } from './refresh-limits.ts'

export type Snapshot = typeof tierSnapshots.$inferSelect
type TierChange = typeof usageTierChanges.$inferSelect

export type ChangedTier = {
  changeId: string | null
  state: TierChangeState | 'unchanged'
  /** When it takes, or took, hold. */
  dueAt: Date
  creditCents: number
  chargeCents: number
}

/**
 * Puts a customer on another tier: at once, with the rest of the period prorated by the second, or when the period ends, which can
 * be cancelled until then. What is used stays used; the caps change whole. A change that waits gives way to a newer one.
 */
export async function changeTier(
  ctx: Ctx,
  input: { customerId: string; tier: TierKey; when: TierMoment; reason: string; sourceKey?: string | undefined },
): Promise<ChangedTier> {
  const { customerId, tier, when, reason, sourceKey = null } = input
  return await asApplication(ctx, async (ctx) => {
    const [limits] = await openPeriods(ctx, [customerId])
    if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
    if (sourceKey !== null) {
      const [known] = await ctx.db.select().from(usageTierChanges).where(eq(usageTierChanges.sourceKey, sourceKey))
      if (known !== undefined) return changedBy(known)
    }
    const [customer] = await ctx.db.select().from(customers).where(eq(customers.id, customerId))
    if (customer === undefined || customer.status === 'closed')
      throw new DomainError('not_found', 'There is no such customer')
    const target = await presentSnapshot(ctx, tier, ctx.now)
    await endWaiting(ctx, customerId, 'superseded')
    const from = await loadSnapshot(ctx, limits.tierSnapshotId)
    if (from.id === target.id || (when === 'period_end' && from.tier === tier))
      return { changeId: null, state: 'unchanged', dueAt: ctx.now, creditCents: 0, chargeCents: 0 }
    const isNow = when === 'now'
    const money = isNow ? await prorationOf(ctx, { limits, from, target }) : { creditCents: 0, chargeCents: 0 }
    const change = {
      id: newId(),
      customerId,
      fromSnapshotId: from.id,
      toTier: tier,
      toSnapshotId: isNow ? target.id : null,
      moment: when,
      state: isNow ? ('applied' as const) : ('pending' as const),
      dueAt: isNow ? ctx.now : limits.periodEnd,
      reason,
      sourceKey,
      ...money,
      requestedBy: actorLabel(ctx.actor),
      createdAt: ctx.now,
      endedAt: isNow ? ctx.now : null,
    }
    await ctx.db.insert(usageTierChanges).values(change)
    if (isNow) {
      await setTier(ctx, { customerId, tier })
      await refreshLimits(ctx, limits, underSnapshot(limits, target))
    }
    step('usage.tier_written')
    await audit(ctx, {
      action: 'usage.changeTier',
      subject: toWireId('customer', customerId),
      customerId,
      before: { tier: from.tier, version: from.version },
      after: { tier, when, reason, ...money },
    })
    return changedBy(change)
  })
}

const changedBy = (
  change: Pick<TierChange, 'id' | 'state' | 'dueAt' | 'creditCents' | 'chargeCents'>,
): ChangedTier => ({
  changeId: change.id,
  state: change.state,
  dueAt: change.dueAt,
  creditCents: change.creditCents,
  chargeCents: change.chargeCents,
})

/** Takes back the change that waits for the period's end. */
export async function cancelTierChange(ctx: Ctx, input: { customerId: string; reason: string }): Promise<void> {
  await asApplication(ctx, async (ctx) => {
    const [limits] = await openPeriods(ctx, [input.customerId])
    if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
    const [cancelled] = await endWaiting(ctx, input.customerId, 'cancelled')
    if (cancelled === undefined) throw new DomainError('conflict', 'No change of tier waits for this customer')
    await audit(ctx, {
      action: 'usage.cancelTierChange',
      subject: toWireId('customer', input.customerId),
      customerId: input.customerId,
      before: { tier: cancelled.toTier, dueAt: cancelled.dueAt.toISOString() },
      after: { reason: input.reason },
    })
  })
}

async function endWaiting(ctx: Ctx, customerId: string, state: 'cancelled' | 'superseded'): Promise<TierChange[]> {
  return await ctx.db
    .update(usageTierChanges)
    .set({ state, endedAt: ctx.now })
    .where(and(eq(usageTierChanges.customerId, customerId), eq(usageTierChanges.state, 'pending')))
    .returning()
}

/** The counter under what the customer has from `at` on: a change that waited for it, and the present version of the tier. */
export async function takeTier(
  ctx: Ctx,
  limits: LimitsRow,
  at: Date,
): Promise<{ snapshot: Snapshot; limits: LimitsRow }> {
  const { customerId } = limits
  const from = await loadSnapshot(ctx, limits.tierSnapshotId)
  const [waiting] = await ctx.db
    .select()
    .from(usageTierChanges)
    .where(
      and(
        eq(usageTierChanges.customerId, customerId),
        eq(usageTierChanges.state, 'pending'),
        lte(usageTierChanges.dueAt, at),
      ),
    )
  const snapshot = await presentSnapshot(ctx, waiting?.toTier ?? from.tier, at)
  if (waiting !== undefined) {
    await ctx.db
      .update(usageTierChanges)
      .set({ state: 'applied', toSnapshotId: snapshot.id, endedAt: ctx.now })
      .where(eq(usageTierChanges.id, waiting.id))
    await setTier(ctx, { customerId, tier: snapshot.tier })
  }
  return { snapshot, limits: snapshot.id === from.id ? limits : underSnapshot(limits, snapshot) }
}

/** The counter as it would be under these terms: what is used stays used. */
export const underTerms = (limits: LimitsRow, terms: TierTerms): LimitsRow => ({
  ...limits,
  callCapSeconds: terms.callCapSeconds,
  smsCap: terms.smsCapSegments,
  graceSeconds: terms.callGraceSeconds,
  smsGrace: terms.smsGraceSegments,
})

export const underSnapshot = (limits: LimitsRow, snapshot: Snapshot): LimitsRow => ({
  ...underTerms(limits, toTerms(snapshot)),
  tierSnapshotId: snapshot.id,
})

export const toTerms = (snapshot: Snapshot): TierTerms => ({
  monthlyPriceCents: snapshot.monthlyPriceCents,
  callCapSeconds: snapshot.callCapSeconds,
  smsCapSegments: snapshot.smsCapSegments,
  callGraceSeconds: snapshot.callGraceSeconds,
  smsGraceSegments: snapshot.smsGraceSegments,
  callRolloverSeconds: snapshot.callRolloverSeconds,
  smsRolloverSegments: snapshot.smsRolloverSegments,
})

export async function loadSnapshot(ctx: Ctx, id: string): Promise<Snapshot> {
  const [snapshot] = await ctx.db.select().from(tierSnapshots).where(eq(tierSnapshots.id, id))
  if (snapshot === undefined) throw new Error('A counter names a tier version that does not exist')
  return snapshot
}

/** The version of a tier that is in force at an instant. */
export async function presentSnapshot(ctx: Ctx, tier: TierKey, at: Date): Promise<Snapshot> {
  const [snapshot] = await ctx.db
    .select()
    .from(tierSnapshots)
    .where(
      and(
        eq(tierSnapshots.tier, tier),
        lte(tierSnapshots.effectiveFrom, at),
        sql`(${tierSnapshots.effectiveUntil} is null or ${tierSnapshots.effectiveUntil} > ${at.toISOString()}::timestamptz)`,
      ),
    )
    .orderBy(desc(tierSnapshots.version))
    .limit(1)
  if (snapshot === undefined)
    throw new DomainError('invalid', 'This tier is not on sale', { fields: { tier: 'is not on sale' } })
  return snapshot
}

/** What the rest of the period comes to. Given back is at most what this period's price and changes have charged so far. */
export async function prorationOf(ctx: Ctx, change: { limits: LimitsRow; from: Snapshot; target: Snapshot }) {
  const { limits, from, target } = change
  const { customerId, periodStart, periodEnd } = limits
  const earlier = await ctx.db
    .select()
    .from(usageTierChanges)
    .where(
      and(
        eq(usageTierChanges.customerId, customerId),
        eq(usageTierChanges.state, 'applied'),
        eq(usageTierChanges.moment, 'now'),
        gte(usageTierChanges.dueAt, periodStart),
      ),
    )
    .orderBy(usageTierChanges.id)
  const first = earlier[0] === undefined ? from : await loadSnapshot(ctx, earlier[0].fromSnapshotId)
  const [customer] = await ctx.db
    .select({ since: customers.createdAt })
    .from(customers)
    .where(eq(customers.id, customerId))
  const paidCents = earlier.reduce(
    (sum, { chargeCents, creditCents }) => sum + chargeCents - creditCents,
    feeOf({
      monthlyCents: first.monthlyPriceCents,
      start: periodStart,
      end: periodEnd,
      since: customer?.since ?? periodStart,
    }),
  )
  return prorate({
    oldCents: from.monthlyPriceCents,
    newCents: target.monthlyPriceCents,
    paidCents,
    start: periodStart,
    end: periodEnd,
    at: ctx.now,
  })
}
