import { toWireId } from '@trunkline/core/platform/wire-id'
import type { TierKey } from '@trunkline/core/usage/tier'
import { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { tierSnapshots, usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { and, asc, desc, eq } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { marginOf } from './cost.ts'
import type { previewSchema, totalsSchema } from './views.ts'
import { toLine } from './wire.ts'

type Preview = z.infer<typeof previewSchema>
export type PeriodFacts = {
  start: Date
  end: Date
  isOver: boolean
  tier: TierKey
  tierSnapshotId: string
  callSeconds: number
  smsSegments: number
}

/**
 * One of a customer's periods with what was used in it: the open one, the last one that is over, the one that begins then, or
 * the latest of which the figures are whole: the last one that is over, else the open one.
 */
export async function findPeriod(
  ctx: Ctx,
  input: { customerId: string; period: 'current' | 'last' | 'latest' | { start: string } },
): Promise<PeriodFacts> {
  const { customerId, period } = input
  const [open] = await ctx.db
    .select({ limits: usageLimits, tier: tierSnapshots.tier })
    .from(usageLimits)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .where(eq(usageLimits.customerId, customerId))
  if (open === undefined) throw new DomainError('not_found', 'There is no such customer')
  const { limits } = open
  const isOpen =
    period === 'current' || (typeof period === 'object' && Date.parse(period.start) === limits.periodStart.getTime())
  if (isOpen) {
    return {
      start: limits.periodStart,
      end: limits.periodEnd,
      isOver: limits.periodEnd <= ctx.now,
      tier: open.tier,
      tierSnapshotId: limits.tierSnapshotId,
      callSeconds: limits.callUsedSeconds,
      smsSegments: limits.smsUsed,
    }
  }
  const [over] = await ctx.db
    .select({ period: usagePeriods, tier: tierSnapshots.tier })
    .from(usagePeriods)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usagePeriods.tierSnapshotId))
    .where(
      and(
        eq(usagePeriods.customerId, customerId),
        typeof period === 'object' ? eq(usagePeriods.periodStart, new Date(period.start)) : undefined,
      ),
    )
    .orderBy(desc(usagePeriods.periodStart))
    .limit(1)
  if (over === undefined && period === 'latest') return await findPeriod(ctx, { customerId, period: 'current' })
  if (over === undefined)
    throw new DomainError('not_found', 'The customer has no such period', { fields: { period: 'is not on record' } })
  return {
    start: over.period.periodStart,
    end: over.period.periodEnd,
    isOver: true,
    tier: over.tier,
    tierSnapshotId: over.period.tierSnapshotId,
    callSeconds: over.period.callUsedSeconds,
    smsSegments: over.period.smsUsed,
  }
}

/** What a period comes to so far: its lines, what is not rated yet, and what is left for the invoice. */
export async function previewInvoice(
  ctx: Ctx,
  input: { customerId: string; periodStart?: string | undefined; withCost: boolean },
): Promise<Preview> {
  const { customerId, periodStart, withCost } = input
  const period = await findPeriod(ctx, {
    customerId,
    period: periodStart === undefined ? 'current' : { start: periodStart },
  })
  const rows = await ctx.db
    .select({ line: billingLineItems, tier: tierSnapshots.tier })
    .from(billingLineItems)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, billingLineItems.tierSnapshotId))
    .where(and(eq(billingLineItems.customerId, customerId), eq(billingLineItems.periodStart, period.start)))
    .orderBy(asc(billingLineItems.id))
  const lines = rows.map(({ line, tier }) => toLine(line, { tier, withCost }))
  const rated = (meter: string) =>
    lines.reduce((sum, line) => (line.kind === 'usage' && line.meter === meter ? sum + line.quantity : sum), 0)
  return {
    customerId: toWireId('customer', customerId),
    tier: period.tier,
    periodStart: period.start.toISOString(),
    periodEnd: period.end.toISOString(),
    isOver: period.isOver,
    lines,
    unrated: {
      callSeconds: period.callSeconds - rated('call_seconds'),
      smsSegments: period.smsSegments - rated('sms_segments'),
    },
    totals: totalsOf(
      rows.map(({ line }) => line),
      withCost,
    ),
  }
}

function totalsOf(
  lines: readonly (typeof billingLineItems.$inferSelect)[],
  withCost: boolean,
): z.infer<typeof totalsSchema> {
  const sum = (...kinds: string[]) =>
    lines.reduce((all, { kind, amountCents }) => (kinds.includes(kind) ? all + amountCents : all), 0)
  const total = {
    amountCents: lines.reduce((all, { amountCents }) => all + amountCents, 0),
    providerCostMicros: lines.reduce((all, { providerCostMicros }) => all + providerCostMicros, 0),
    unpriced: lines.reduce((all, { unpriced }) => all + unpriced, 0),
  }
  return {
    feeCents: sum('fee'),
    prorationCents: sum('proration'),
    usageCents: sum('usage'),
    topupCents: sum('topup'),
    refundCents: sum('refund'),
    totalCents: total.amountCents,
    prepaidCents: sum('topup', 'refund'),
    dueCents: sum('fee', 'proration', 'usage'),
    ...(withCost ? marginOf(total) : { providerCostMicros: null, marginCents: null, unpriced: null }),
  }
}
