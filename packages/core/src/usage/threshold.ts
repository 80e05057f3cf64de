export const thresholds = [80, 100] as const
export type Threshold = (typeof thresholds)[number]

/** Whether `used` has reached `percent` of `base`: exactly 80 % counts. A base of zero is reached by the first unit. */
export function reaches(used: number, base: number, percent: Threshold): boolean {
  return base === 0 ? used > 0 : used * 100 >= base * percent
}

/**
 * Every level that this step crosses upwards, lowest first. Integers only, so that no edge is lost to rounding.
 * `base` is cap + credit + roll-over (seconds or segments).
 */
export function crossedThresholds(step: { before: number; after: number; base: number }): Threshold[] {
  const { before, after, base } = step
  return thresholds.filter((percent) => reaches(after, base, percent) && !reaches(before, base, percent))
}
