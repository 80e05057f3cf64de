import { rateUnder } from '@trunkline/core/billing/rating'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { type Meter, meters } from '@trunkline/core/usage/meter'
import type { TierKey } from '@trunkline/core/usage/tier'
import { billingRates } from '@trunkline/db/schema/billing-lines'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { and, eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { loadSnapshot, presentSnapshot, type Snapshot } from '../usage/change-tier.ts'
import { findPeriod } from './preview.ts'
import type { whatIfSchema } from './views.ts'

/**
 * What a period's usage would have cost under another tier, beside what it costs under its own: fee, overage, top-ups needed.
 * Where none is named it is the last one that is over, and of a new customer the present one.
 */
export async function rateWhatIf(
  ctx: Ctx,
  input: { customerId: string; tier: TierKey; period?: 'current' | 'last' | undefined },
): Promise<z.infer<typeof whatIfSchema>> {
  const period = await findPeriod(ctx, { ...input, period: input.period ?? 'latest' })
  const used: Record<Meter, number> = { call_seconds: period.callSeconds, sms_segments: period.smsSegments }
  const present = await rateTier(ctx, await loadSnapshot(ctx, period.tierSnapshotId), used)
  const other = await rateTier(ctx, await presentSnapshot(ctx, input.tier, ctx.now), used)
  return {
    customerId: toWireId('customer', input.customerId),
    periodStart: period.start.toISOString(),
    periodEnd: period.end.toISOString(),
    present,
    other,
    differenceCents: other.totalCents - present.totalCents,
  }
}

async function rateTier(ctx: Ctx, snapshot: Snapshot, used: Record<Meter, number>) {
  const offers = await ctx.db.select().from(usageTopups).where(eq(usageTopups.isOnSale, true))
  const rates = await ctx.db
    .select()
    .from(billingRates)
    .where(and(eq(billingRates.tierSnapshotId, snapshot.id)))
  const caps: Record<Meter, number> = { call_seconds: snapshot.callCapSeconds, sms_segments: snapshot.smsCapSegments }
  const {
    feeCents,
    totalCents,
    meters: rated,
  } = rateUnder({
    monthlyPriceCents: snapshot.monthlyPriceCents,
    meters: meters.map((meter) => ({
      used: used[meter],
      cap: caps[meter],
      unitPriceMicros: rates.find((rate) => rate.meter === meter)?.unitPriceMicros ?? 0,
      topups: offers.filter((offer) => offer.meter === meter),
    })),
  })
  const [calls, sms] = rated as [(typeof rated)[number], (typeof rated)[number]]
  return { tier: snapshot.tier, feeCents, calls, sms, totalCents }
}
