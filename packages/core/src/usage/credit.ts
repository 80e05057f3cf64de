import { z } from 'zod'

/** Why a customer has more than the tier includes. */
export const creditSources = ['topup', 'goodwill', 'rollover', 'proration'] as const
export type CreditSource = (typeof creditSources)[number]
export const creditSourceSchema = z.enum(creditSources)

/** `refunded`: its money was given back. */
export const creditEnds = ['spent', 'expired', 'revoked', 'refunded'] as const

/** The lower is spent first. What is lost soonest stands first, what was paid for last. */
export const usualPriority = { rollover: 10, proration: 20, goodwill: 30, topup: 50 } as const satisfies Record<
  CreditSource,
  number
>

/** A grant as spending sees it. `remaining` is what no period that is over has spent. */
export type Grant = { id: string; priority: number; expiresAt: Date | null; createdAt: Date; remaining: number }

export type Burn = { creditId: string; quantity: number }

/** Grants in the order of spending: priority, then what expires first (never is last), then the older, then the id. */
export function spendingOrder<One extends Grant>(grants: readonly One[]): One[] {
  const expiry = ({ expiresAt }: Grant) => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY
  // Infinity - Infinity is no number
  const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1)
  return [...grants].sort(
    (a, b) =>
      compare(a.priority, b.priority) ||
      compare(expiry(a), expiry(b)) ||
      compare(a.createdAt.getTime(), b.createdAt.getTime()) ||
      (a.id < b.id ? -1 : 1),
  )
}

/** What of each grant is spent when `quantity` is spent in all; at most what remains. Grants of which nothing is spent are left out. */
export function spend(grants: readonly Grant[], quantity: number): Burn[] {
  let left = quantity
  const burns: Burn[] = []
  for (const { id, remaining } of spendingOrder(grants)) {
    const spent = Math.min(remaining, left)
    if (spent <= 0) continue
    burns.push({ creditId: id, quantity: spent })
    left -= spent
  }
  return burns
}

/** What of each burn is given back when `quantity` was not spent after all: the last spent comes back first. */
export function unspend(burns: readonly Burn[], quantity: number): Burn[] {
  let left = quantity
  const back: Burn[] = []
  for (const { creditId, quantity: spent } of [...burns].reverse()) {
    const returned = Math.min(spent, left)
    if (returned <= 0) continue
    back.push({ creditId, quantity: returned })
    left -= returned
  }
  return back
}

/** What of the included units goes over into the next period: what was not used, up to the tier's setting. */
export function rolledOver(period: { used: number; cap: number; most: number }): number {
  return Math.max(0, Math.min(period.most, period.cap - period.used))
}

/** What of a grant stands for money that was given back: all of it for the whole price, else whole units, rounded down. */
export function unitsOfRefund(bought: { quantity: number; paidCents: number; refundedCents: number }): number {
  const { quantity, paidCents, refundedCents } = bought
  if (refundedCents <= 0) return 0
  if (refundedCents >= paidCents) return quantity
  return Number((BigInt(quantity) * BigInt(refundedCents)) / BigInt(paidCents))
}
