const partsIn = (zone: string, at: Date) => {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, Number(part.value)]))
  return parts as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
}

/** By how many milliseconds the clock on the wall is ahead of UTC. */
export const offsetAt = (zone: string, at: Date): number => {
  const local = partsIn(zone, at)
  const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second)
  return asUtc - Math.floor(at.getTime() / 1000) * 1000
}

/** The instant at which a month begins in a zone. `month` counts from 1 and may run past 12. */
export function monthStart(zone: string, year: number, month: number): Date {
  const wall = Date.UTC(year, month - 1, 1)
  // the offset at the wall time read as UTC may belong to the other side of a clock change: ask twice
  const guess = new Date(wall - offsetAt(zone, new Date(wall)))
  const start = new Date(wall - offsetAt(zone, guess))
  // where a clock change skips this midnight the month begins with the change itself
  return start.getTime() + offsetAt(zone, start) < wall ? guess : start
}

/** The calendar month of the customer's zone that holds `at`, half-open: `start` ≤ t < `end`. */
export function monthPeriod(zone: string, at: Date): { start: Date; end: Date } {
  const { year, month } = partsIn(zone, at)
  return { start: monthStart(zone, year, month), end: monthStart(zone, year, month + 1) }
}

export type Period = { start: Date; end: Date }

/** A customer's periods: those that are over, oldest first, and the open one. */
export type Account = { over: readonly Period[]; open: Period }

/** Shorter than any month and longer than a day of any zone: see `periodAfter`. */
const shortestMs = 2 * 86_400_000

/**
 * The period that follows one that ended at `end`: without gap or overlap, up to a month's beginning in the present zone of
 * the customer. A zone that moved west begins its month some hours later: those hours are no period of their own.
 */
export function periodAfter(zone: string, end: Date): Period {
  const next = monthPeriod(zone, end).end
  const isLongEnough = next.getTime() - end.getTime() >= shortestMs
  return { start: end, end: isLongEnough ? next : monthPeriod(zone, next).end }
}

/** The account as it stands at `now`: periods that have ended are over, however many, and the one that holds `now` is open. */
export function rollAccount(account: Account, present: { zone: string; now: Date }): Account {
  const over = [...account.over]
  let { open } = account
  while (open.end.getTime() <= present.now.getTime()) {
    over.push(open)
    open = periodAfter(present.zone, open.end)
  }
  return { over, open }
}

export type Placement = { period: Period; standing: 'open' | 'over' | 'unrecorded' }

/**
 * The one period that usage of `at` belongs to. What is older than every period on record belongs to its calendar month, as
 * far as no recorded period has it.
 */
export function placeUsage(account: Account, usage: { zone: string; at: Date }): Placement {
  const { open, over } = account
  const at = usage.at.getTime()
  if (at >= open.start.getTime()) return { period: open, standing: 'open' }
  const recorded = over.findLast(({ start }) => start.getTime() <= at)
  if (recorded !== undefined && at < recorded.end.getTime()) return { period: recorded, standing: 'over' }
  const next = over.find(({ start }) => start.getTime() > at) ?? open
  const month = monthPeriod(usage.zone, usage.at)
  const start = Math.max(month.start.getTime(), recorded?.end.getTime() ?? month.start.getTime())
  const end = Math.min(month.end.getTime(), next.start.getTime())
  return { period: { start: new Date(start), end: new Date(end) }, standing: 'unrecorded' }
}

const graceMs = 72 * 3_600_000

/** Three days after its end a period is closed: what is booked into it from then on is an adjustment. */
export function isClosed(period: Period, now: Date): boolean {
  return now.getTime() >= period.end.getTime() + graceMs
}
