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

const offsetAt = (zone: string, at: Date): number => {
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
