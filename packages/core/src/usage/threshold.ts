export const thresholds = [80, 100] as const
export type Threshold = (typeof thresholds)[number]

/** Beyond 100 %: where admission ends. Only where there is a grace; without one the limit is the stop. */
export const hardStopLevel = 101
export const levels = [...thresholds, hardStopLevel] as const
export type Level = (typeof levels)[number]

/** Where a meter stands: what is used, against cap + credit + roll-over, and how far beyond it admission goes. */
export type Standing = { used: number; base: number; grace: number }

/** Whether `used` has reached `percent` of `base`: exactly 80 % counts. A base of zero is reached by the first unit. */
export function reaches(used: number, base: number, percent: Threshold): boolean {
  return base === 0 ? used > 0 : used * 100 >= base * percent
}

function isAt({ used, base, grace }: Standing, level: Level): boolean {
  if (level === hardStopLevel) return grace > 0 && used >= base + grace
  return reaches(used, base, level)
}

/**
 * Every level that this step crosses upwards, lowest first: because usage grew, or because the base shrank. Integers only, so
 * that no edge is lost to rounding.
 */
export function crossedLevels(step: { before: Standing; after: Standing }): Level[] {
  return levels.filter((level) => isAt(step.after, level) && !isAt(step.before, level))
}

/** The levels that stand before the step and after it. */
export function keptLevels(step: { before: Standing; after: Standing }): Level[] {
  return levels.filter((level) => isAt(step.after, level) && isAt(step.before, level))
}

/** The levels that this step leaves: the way back from `crossedLevels`. */
export function recoveredLevels(step: { before: Standing; after: Standing }): Level[] {
  return crossedLevels({ before: step.after, after: step.before })
}
