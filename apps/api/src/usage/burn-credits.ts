import { spend, spendingOrder, unspend } from '@trunkline/core/usage/credit'
import { type Meter, meters } from '@trunkline/core/usage/meter'
import { usageBurns, usageCredits } from '@trunkline/db/schema/usage-credits'
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import type { LimitsRow } from './refresh-limits.ts'

type Figures = Record<Meter, { used: number; cap: number }>
type Credit = typeof usageCredits.$inferSelect

/**
 * Ends the grants whose time is over at `until`. What the open period has spent of them stays spent; what is promised to calls
 * under way counts as spent, so that used and reserved stay within the limit.
 */
export async function endCredits(ctx: Ctx, limits: LimitsRow, until: Date): Promise<void> {
  const { customerId } = limits
  const living = await livingCredits(ctx, customerId)
  const isOver = ({ expiresAt }: Credit) => expiresAt !== null && expiresAt <= until
  const ended = living.filter(isOver)
  if (ended.length === 0) return
  const isAtPeriodEnd = until >= limits.periodEnd
  const spent = await spentSoFar(ctx, limits, living, { withReserved: !isAtPeriodEnd })
  for (const credit of ended) {
    await writeBurn(ctx, credit, limits.periodStart, spent.get(credit.id) ?? 0)
    await ctx.db
      .update(usageCredits)
      .set({ endedAt: credit.expiresAt, endedBy: 'expired', remaining: 0 })
      .where(eq(usageCredits.id, credit.id))
  }
}

/** Ends one grant before its time: what was spent of it stays. Answers what is lost. */
export async function endCredit(
  ctx: Ctx,
  limits: LimitsRow,
  credit: Credit,
  endedBy: 'revoked' | 'refunded',
): Promise<number> {
  const lost = await freeOf(ctx, limits, credit)
  await writeBurn(ctx, credit, limits.periodStart, credit.remaining - lost)
  await ctx.db
    .update(usageCredits)
    .set({ endedAt: ctx.now, endedBy, remaining: 0 })
    .where(eq(usageCredits.id, credit.id))
  return lost
}

/** What of a living grant is neither used nor promised to a call under way. */
export async function freeOf(ctx: Ctx, limits: LimitsRow, credit: Credit): Promise<number> {
  const living = await livingCredits(ctx, limits.customerId)
  const spent = await spentSoFar(ctx, limits, living, { withReserved: true })
  return credit.remaining - (spent.get(credit.id) ?? 0)
}

const livingCredits = (ctx: Ctx, customerId: string): Promise<Credit[]> =>
  ctx.db
    .select()
    .from(usageCredits)
    .where(and(eq(usageCredits.customerId, customerId), isNull(usageCredits.endedAt)))

/** What the open period has spent of each living grant so far: what goes beyond the cap, in the order of spending. */
export async function spentSoFar(
  ctx: Ctx,
  limits: LimitsRow,
  living: readonly Credit[],
  count: { withReserved: boolean },
): Promise<Map<string, number>> {
  const reserved = { call_seconds: limits.callReservedSeconds, sms_segments: limits.smsReserved }
  const used = { call_seconds: limits.callUsedSeconds, sms_segments: limits.smsUsed }
  const caps = { call_seconds: limits.callCapSeconds, sms_segments: limits.smsCap }
  const burnt = await burntIn(ctx, { customerId: limits.customerId, periodStart: limits.periodStart })
  return new Map(
    meters.flatMap((meter) => {
      const beyond = used[meter] + (count.withReserved ? reserved[meter] : 0) - caps[meter] - sumOf(burnt, meter)
      const grants = living.filter((credit) => credit.meter === meter)
      return spend(grants, Math.max(0, beyond)).map(({ creditId, quantity }) => [creditId, quantity] as const)
    }),
  )
}

type Burnt = { creditId: string; meter: Meter; quantity: number }

async function burntIn(ctx: Ctx, period: { customerId: string; periodStart: Date }): Promise<Burnt[]> {
  return await ctx.db
    .select({ creditId: usageBurns.creditId, meter: usageCredits.meter, quantity: usageBurns.quantity })
    .from(usageBurns)
    .innerJoin(usageCredits, eq(usageCredits.id, usageBurns.creditId))
    .where(and(eq(usageBurns.customerId, period.customerId), eq(usageBurns.periodStart, period.periodStart)))
}

const sumOf = (burnt: readonly Burnt[], meter: Meter) =>
  burnt.filter((burn) => burn.meter === meter).reduce((sum, { quantity }) => sum + quantity, 0)

async function writeBurn(ctx: Ctx, credit: Credit, periodStart: Date, quantity: number): Promise<void> {
  if (quantity <= 0) return
  await ctx.db
    .insert(usageBurns)
    .values({ creditId: credit.id, customerId: credit.customerId, periodStart, quantity })
    .onConflictDoUpdate({
      target: [usageBurns.creditId, usageBurns.periodStart],
      set: { quantity: sql`${usageBurns.quantity} + ${quantity}` },
    })
}

/**
 * Makes the burns of a period that is over equal to what it used beyond its cap. More is taken from grants that live, in their order;
 * what was not used after all comes back, the last spent first. So late figures and corrections move the same grants.
 */
export async function burnPeriod(
  ctx: Ctx,
  period: { customerId: string; periodStart: Date; figures: Figures },
): Promise<{ changed: boolean }> {
  const { customerId, periodStart, figures } = period
  const candidates = await ctx.db
    .select()
    .from(usageCredits)
    .where(
      and(
        eq(usageCredits.customerId, customerId),
        or(isNull(usageCredits.endedAt), gt(usageCredits.endedAt, periodStart)),
        lte(usageCredits.createdAt, ctx.now),
      ),
    )
  if (candidates.length === 0) return { changed: false }
  const burnt = await burntIn(ctx, period)
  let changed = false
  for (const meter of meters) {
    const { used, cap } = figures[meter]
    const due = Math.max(0, used - cap) - sumOf(burnt, meter)
    if (due === 0) continue
    const living = candidates.filter((credit) => credit.meter === meter && credit.endedAt === null)
    const isReversible = ({ creditId }: Burnt) =>
      candidates.some(({ id, endedBy }) => id === creditId && (endedBy === null || endedBy === 'spent'))
    const order = spendingOrder(candidates).map(({ id }) => id)
    const given = burnt
      .filter((burn) => burn.meter === meter && isReversible(burn))
      .sort((a, b) => order.indexOf(a.creditId) - order.indexOf(b.creditId))
    const moves =
      due > 0
        ? spend(living, due)
        : unspend(given, -due).map(({ creditId, quantity }) => ({ creditId, quantity: -quantity }))
    for (const { creditId, quantity } of moves) {
      const credit = candidates.find(({ id }) => id === creditId)
      if (credit === undefined) continue
      changed = true
      const remaining = credit.remaining - quantity
      await ctx.db
        .insert(usageBurns)
        .values({ creditId, customerId, periodStart, quantity: Math.max(0, quantity) })
        .onConflictDoUpdate({
          target: [usageBurns.creditId, usageBurns.periodStart],
          set: { quantity: sql`${usageBurns.quantity} + ${quantity}` },
        })
      await ctx.db
        .update(usageCredits)
        .set({
          remaining,
          endedAt: remaining === 0 ? ctx.now : null,
          endedBy: remaining === 0 ? ('spent' as const) : null,
        })
        .where(eq(usageCredits.id, creditId))
    }
  }
  return { changed }
}
