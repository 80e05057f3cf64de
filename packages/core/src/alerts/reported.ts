/** A program that keeps reporting the same is heard again after six hours, and after a day where somebody has taken it. */
export const reportedRule = { silentSeconds: 6 * 3600, silentAfterTakenSeconds: 24 * 3600 } as const

export const silences = ['raised_lately', 'taken_lately'] as const
export type Silence = (typeof silences)[number]

/** Why nothing new is said about what was reported before, if nothing is. */
export function silenceOf(last: { createdAt: Date; acknowledgedAt: Date | null }, now: Date): Silence | undefined {
  const secondsSince = (at: Date) => (now.getTime() - at.getTime()) / 1000
  if (last.acknowledgedAt !== null)
    return secondsSince(last.acknowledgedAt) < reportedRule.silentAfterTakenSeconds ? 'taken_lately' : undefined
  return secondsSince(last.createdAt) < reportedRule.silentSeconds ? 'raised_lately' : undefined
}
