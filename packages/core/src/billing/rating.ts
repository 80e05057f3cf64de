/** What units of one meter cost: so many are included, each beyond them has a price in micro-dollars. */
export type Terms = { included: number; unitPriceMicros: number }

type LineFigures = { quantity: number; amountCents: number; providerCostMicros: number; unpriced: number }

const microsPerCent = 10_000

/** The price of a quantity in whole cents, half a cent up. What is included costs nothing here: the tier's fee has paid it. */
export function rateUsage(quantity: number, terms: Terms): number {
  const beyond = Math.max(0, quantity - terms.included)
  return Math.floor((beyond * terms.unitPriceMicros + microsPerCent / 2) / microsPerCent)
}

/**
 * The line that makes what is on lines equal to the price of what is known now, whatever came before it and in whatever
 * portions. Undefined where nothing is missing.
 */
export function lineFor(known: {
  quantity: number
  costMicros: number
  /** Calls or messages among it whose provider has named no price. */
  unpriced: number
  terms: Terms
  lines: readonly LineFigures[]
}): LineFigures | undefined {
  const sum = (pick: (line: (typeof known.lines)[number]) => number) =>
    known.lines.reduce((all, line) => all + pick(line), 0)
  const line = {
    quantity: known.quantity - sum(({ quantity }) => quantity),
    amountCents: rateUsage(known.quantity, known.terms) - sum(({ amountCents }) => amountCents),
    providerCostMicros: known.costMicros - sum(({ providerCostMicros }) => providerCostMicros),
    unpriced: known.unpriced - sum(({ unpriced }) => unpriced),
  }
  return Object.values(line).every((figure) => figure === 0) ? undefined : line
}

/** A sum of whole cents split by weights: the parts are whole, add up to the sum, and none is off by a cent or more. */
export function splitCents(cents: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + BigInt(Math.abs(weight)), 0n)
  if (total === 0n) return weights.map((_, index) => (index === 0 ? cents : 0))
  const sign = cents < 0 ? -1 : 1
  const whole = BigInt(Math.abs(cents))
  const parts = weights.map((weight, index) => {
    const share = whole * BigInt(Math.abs(weight))
    return { index, cents: share / total, rest: share % total }
  })
  const left = Number(whole - parts.reduce((sum, part) => sum + part.cents, 0n))
  const byRest = [...parts].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
  const extra = new Set(byRest.slice(0, left).map(({ index }) => index))
  return parts.map((part) => sign * (Number(part.cents) + (extra.has(part.index) ? 1 : 0)))
}

export type Topup = { key: string; quantity: number; priceCents: number }

/** The cheapest top-ups that cover so many units, by key. Undefined where none are on sale. */
export function cheapestTopups(
  units: number,
  topups: readonly Topup[],
): { cents: number; count: Record<string, number> } | undefined {
  if (units <= 0) return { cents: 0, count: {} }
  const offers = topups.filter(({ quantity, priceCents }) => quantity > 0 && priceCents >= 0)
  const bulk = [...offers].sort((a, b) => a.priceCents * b.quantity - b.priceCents * a.quantity)[0]
  if (bulk === undefined) return undefined
  // far beyond the largest offer the one that is cheapest by the unit is bought again and again
  const largest = Math.max(...offers.map(({ quantity }) => quantity))
  const many = Math.max(0, Math.floor((units - 20 * largest) / bulk.quantity))
  const step = offers.map(({ quantity }) => quantity).reduce(divisor)
  const rest = Math.max(0, Math.ceil((units - many * bulk.quantity) / step))
  const best: { cents: number; offer?: Topup; before: number }[] = [{ cents: 0, before: 0 }]
  for (let place = 1; place <= rest; place++) {
    const ways = offers.map((offer) => {
      const before = Math.max(0, place - offer.quantity / step)
      return { cents: (best[before]?.cents ?? 0) + offer.priceCents, offer, before }
    })
    best[place] = ways.reduce((cheapest, way) => (way.cents < cheapest.cents ? way : cheapest))
  }
  const count: Record<string, number> = many > 0 ? { [bulk.key]: many } : {}
  for (let place = rest; place > 0; place = best[place]?.before ?? 0) {
    const key = best[place]?.offer?.key
    if (key !== undefined) count[key] = (count[key] ?? 0) + 1
  }
  return { cents: many * bulk.priceCents + (best[rest]?.cents ?? 0), count }
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))

/** What usage of a period would have cost under a tier: its fee, what is beyond it, and the top-ups that it would have needed. */
export function rateUnder(tier: {
  monthlyPriceCents: number
  meters: readonly { used: number; cap: number; unitPriceMicros: number; topups: readonly Topup[] }[]
}) {
  const meters = tier.meters.map(({ used, cap, unitPriceMicros, topups }) => {
    const beyond = Math.max(0, used - cap)
    // where units beyond the cap have a price nobody is stopped, and nobody needs top-ups
    const needed = unitPriceMicros > 0 ? { cents: 0, count: {} } : cheapestTopups(beyond, topups)
    return {
      used,
      cap,
      beyond,
      overageCents: rateUsage(used, { included: cap, unitPriceMicros }),
      topupCents: needed?.cents ?? 0,
      topups: needed?.count ?? {},
      isCovered: needed !== undefined,
    }
  })
  const totalCents = meters.reduce((sum, meter) => sum + meter.overageCents + meter.topupCents, tier.monthlyPriceCents)
  return { feeCents: tier.monthlyPriceCents, meters, totalCents }
}
