export const errorStates = ['open', 'resolved', 'ignored'] as const
export type ErrorState = (typeof errorStates)[number]

/** How long an error is left alone: until a moment, until it has happened so often, or to so many customers. */
export type IgnoreRule = {
  until?: number | undefined
  occurrences?: number | undefined
  customers?: number | undefined
}

export type ErrorGroup = {
  state: ErrorState
  occurrences: number
  customers: number
  /** Present while it is ignored; thresholds count from the group's beginning. */
  ignored: IgnoreRule | undefined
}

/** Why somebody is told: it has never been seen, it has come back, or it has outgrown what it was ignored for. */
export type ErrorNews = 'new' | 'regressed' | 'outgrown'

/** The group after it happened again, and whether that is news. The counts passed in hold what has just happened. */
export function afterOccurrence(
  group: ErrorGroup & { isNew: boolean },
  now: number,
): { state: ErrorState; news: ErrorNews | undefined } {
  if (group.isNew) return { state: 'open', news: 'new' }
  if (group.state === 'resolved') return { state: 'open', news: 'regressed' }
  if (group.state === 'ignored' && !isStillIgnored(group, now)) return { state: 'open', news: 'outgrown' }
  return { state: group.state, news: undefined }
}

function isStillIgnored({ ignored, occurrences, customers }: ErrorGroup, now: number): boolean {
  const { until, occurrences: most, customers: mostCustomers } = ignored ?? {}
  if (until !== undefined && now >= until) return false
  if (most !== undefined && occurrences >= most) return false
  return mostCustomers === undefined || customers < mostCustomers
}
