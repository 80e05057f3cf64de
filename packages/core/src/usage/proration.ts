/** What a change of price in the midst of a period comes to, in whole cents. */
export type Proration = { creditCents: number; chargeCents: number }

/** Half a cent goes up; in integers of any size, so that no product is rounded. */
const shareOf = (cents: number, part: number, whole: number): number =>
  Number((2n * BigInt(cents) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)))

const secondsBetween = (from: Date, to: Date) => Math.max(0, Math.floor((to.getTime() - from.getTime()) / 1000))

/**
 * The fee of a period for somebody who is a customer since `since`: whole where that lies before it, else that of the seconds which
 * are left, in real time. The first month of whoever comes in the midst of one costs its rest.
 */
export function feeOf(period: { monthlyCents: number; start: Date; end: Date; since: Date }): number {
  const { monthlyCents, start, end, since } = period
  const whole = secondsBetween(start, end)
  if (since <= start || whole === 0) return monthlyCents
  return shareOf(monthlyCents, Math.min(whole, secondsBetween(since, end)), whole)
}

/**
 * The rest of the period at the old price is given back and at the new one charged, by the second of real time: a month with a
 * clock change has an hour more or less. The credit never passes what was paid and is not yet given back.
 */
export function prorate(change: {
  oldCents: number
  newCents: number
  paidCents: number
  start: Date
  end: Date
  at: Date
}): Proration {
  const whole = secondsBetween(change.start, change.end)
  const part = Math.min(whole, secondsBetween(change.at, change.end))
  if (whole === 0) return { creditCents: 0, chargeCents: 0 }
  return {
    creditCents: Math.min(change.paidCents, shareOf(change.oldCents, part, whole)),
    chargeCents: shareOf(change.newCents, part, whole),
  }
}
