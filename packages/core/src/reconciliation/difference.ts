export const differenceClasses = [
  'missing_here',
  'missing_there',
  'quantity_differs',
  'price_differs',
  'late',
  'duplicate',
] as const
export type DifferenceClass = (typeof differenceClasses)[number]

/** A figure booked here for one call or message. Quantities are whole seconds or segments, prices whole micro-dollars. */
export interface Booked {
  providerId: string
  quantity: number
  price?: number
  occurredAt: Date
  bookedAt: Date
}

/** The same call or message as its provider lists it; one that has not ended is under way. */
export interface Listed {
  providerId: string
  quantity: number
  price?: number
  endedAt?: Date
}

export interface Difference {
  class: DifferenceClass
  providerId: string
  ours: number
  theirs: number
  /** Ours less theirs. */
  delta: number
}

const difference = (found: DifferenceClass, providerId: string, ours: number, theirs: number): Difference => ({
  class: found,
  providerId,
  ours,
  theirs,
  delta: ours - theirs,
})

const milliseconds = (instant: Date): number => instant.getTime()

/**
 * How what is booked differs from what the provider lists, by provider id. What is not older than `settledBefore`, or still
 * under way, may yet arrive and is no difference. A provider's page may repeat a record: the one listed last counts.
 * `late` gives its figures in whole seconds: how long the booking took, and how long it may take.
 */
export function differences(
  booked: readonly Booked[],
  listed: readonly Listed[],
  watermark: { settledBefore: Date; lateAfterSeconds: number },
): Difference[] {
  const { settledBefore, lateAfterSeconds } = watermark
  const ours = Map.groupBy(booked, ({ providerId }) => providerId)
  const theirs = new Map(listed.map((record) => [record.providerId, record]))
  const found: Difference[] = []

  for (const [providerId, record] of theirs) {
    if (!record.endedAt || record.endedAt >= settledBefore) continue
    const [first, ...others] = ours.get(providerId) ?? []
    if (!first) {
      if (record.quantity !== 0) found.push(difference('missing_here', providerId, 0, record.quantity))
      continue
    }
    if (others.length > 0) {
      const sum = others.reduce((total, { quantity }) => total + quantity, first.quantity)
      found.push(difference('duplicate', providerId, sum, record.quantity))
      continue
    }
    if (first.quantity !== record.quantity)
      found.push(difference('quantity_differs', providerId, first.quantity, record.quantity))
    if (first.price !== undefined && record.price !== undefined && first.price !== record.price)
      found.push(difference('price_differs', providerId, first.price, record.price))
    const seconds = Math.floor((milliseconds(first.bookedAt) - milliseconds(record.endedAt)) / 1000)
    if (seconds > lateAfterSeconds) found.push(difference('late', providerId, seconds, lateAfterSeconds))
  }

  for (const [providerId, entries] of ours) {
    if (theirs.has(providerId) || entries.some(({ occurredAt }) => occurredAt >= settledBefore)) continue
    const sum = entries.reduce((total, { quantity }) => total + quantity, 0)
    if (sum !== 0) found.push(difference('missing_there', providerId, sum, 0))
  }
  return found
}

/** Below these a difference of a customer's sums is said and alerts nobody: a minute, five segments, a dollar in micro-dollars. */
export const floors = { call_seconds: 60, sms_segments: 5, money: 1_000_000 } as const

/** Whether two sums lie further apart than 5 % of ours and than the floor of what they count. */
export function isFlagged(of: keyof typeof floors, ours: number, theirs: number): boolean {
  const apart = BigInt(ours) - BigInt(theirs)
  const size = apart < 0n ? -apart : apart
  const stored = ours < 0 ? -BigInt(ours) : BigInt(ours)
  return size > BigInt(floors[of]) && size * 20n > stored
}
