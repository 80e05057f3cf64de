import { rateUsage } from '@trunkline/core/billing/rating'
import { type Meter, meters } from '@trunkline/core/usage/meter'
import { crossedLevels, type Level, type Standing } from '@trunkline/core/usage/threshold'
import { usageLimits } from '@trunkline/db/schema/usage'
import { inArray } from 'drizzle-orm'
import { termsOf } from '../billing/terms.ts'
import type { Ctx } from '../platform/context.ts'
import { loadPresentLimits } from '../usage/load-status.ts'
import { standingsOf } from '../usage/refresh-limits.ts'
import { type Move, usedIn } from './replay-sums.ts'

type Figure = Move & { used: number; cents: number }
export type Booked = { figures: Figure[]; standings: Record<Meter, Standing> }

/**
 * Every period in which something has moved, and the open ones, as they stand once it has: what a period that is over spends of
 * a grant is no longer there for the open one.
 */
export async function figuresAfter(ctx: Ctx, customerId: string, moves: readonly Move[]): Promise<Booked> {
  const customerIds = [...new Set([customerId, ...moves.map((move) => move.customerId)])]
  const open = await ctx.db
    .select({ customerId: usageLimits.customerId, start: usageLimits.periodStart, end: usageLimits.periodEnd })
    .from(usageLimits)
    .where(inArray(usageLimits.customerId, customerIds))
  const still = open.flatMap(({ customerId, start, end }) =>
    meters.map((meter): Move => {
      const period = { periodStart: start.toISOString(), periodEnd: end.toISOString() }
      return { customerId, meter, ...period, quantity: 0 }
    }),
  )
  const places = new Map(still.map((move) => [nameOf(move), move]))
  for (const move of moves.flatMap((move) => meters.map((meter) => ({ ...move, meter, quantity: 0 }))))
    places.set(nameOf(move), move)
  for (const move of moves) places.set(nameOf(move), move)
  const figures: Figure[] = []
  for (const move of places.values()) {
    const used = await usedIn(ctx, keyOf(move))
    if (used !== undefined) figures.push({ ...move, used, cents: rateUsage(used, await termsOf(ctx, move)) })
  }
  return { figures, standings: standingsOf(await loadPresentLimits(ctx, customerId)) }
}

const nameOf = ({ customerId, meter, periodStart }: Move) => `${customerId} ${meter} ${periodStart}`
const keyOf = ({ customerId, meter, periodStart }: Move) => ({
  customer_id: customerId,
  meter,
  period_start: periodStart,
})

export type Difference = Move & { cents: number }

/** What of these figures was not there before: asked once everything has been rolled back. */
export async function differencesOf(ctx: Ctx, { figures }: Booked): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const { used, cents, ...move } of figures) {
    const isOnRecord = (await usedIn(ctx, keyOf(move))) !== undefined
    // by what has moved and not by what is counted now: others may have been booked meanwhile
    const before = isOnRecord ? rateUsage(used - move.quantity, await termsOf(ctx, move)) : 0
    if (move.quantity !== 0 || cents !== before) differences.push({ ...move, cents: cents - before })
  }
  return differences.sort((a, b) => (a.periodStart > b.periodStart ? -1 : a.periodStart < b.periodStart ? 1 : 0))
}

type Felt = { meter: Meter; before: number; after: number; base: number; levels: Level[] }

/** How the open period's caps are filled, and the levels that are passed. */
export async function feltIn(ctx: Ctx, customerId: string, { standings, figures }: Booked): Promise<Felt[]> {
  const limits = await loadPresentLimits(ctx, customerId)
  const was = standingsOf(limits)
  const start = limits.periodStart.toISOString()
  return meters.flatMap((meter): Felt[] => {
    const after = standings[meter]
    const moved = figures.find(
      (one) => one.customerId === customerId && one.meter === meter && one.periodStart === start,
    )?.quantity
    const before = { ...was[meter], used: after.used - (moved ?? 0) }
    const levels = crossedLevels({ before, after })
    if (before.used === after.used && levels.length === 0) return []
    return [{ meter, before: before.used, after: after.used, base: after.base, levels }]
  })
}
