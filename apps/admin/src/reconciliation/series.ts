import type { ReconciliationSeries } from '../app/contract.ts'

export const measures = ['differences', 'time', 'sms', 'money'] as const
export type Measure = (typeof measures)[number]
type Point = ReconciliationSeries['points'][number]
type Daily = { at: number[]; more: (number | null)[]; less: (number | null)[] }

const fewestDays = 14
const dayOf = (time: number) => new Date(time).setHours(0, 0, 0, 0)

/** Seconds as minutes, micro-dollars and cents as dollars: as the axis tells them. */
const perUnit = { time: { seconds: 60 }, sms: { segments: 1 }, money: { micros: 1_000_000, cents: 100 } } as const

function figuresOf(point: Point, measure: Measure): { more: number; less: number } {
  if (measure === 'differences') return { more: point.flagged, less: point.differences - point.flagged }
  const sizes: Partial<Record<Point['sums'][number]['unit'], number>> = perUnit[measure]
  const deltas = point.sums.flatMap(({ unit, delta }) => {
    const size = sizes[unit]
    return size === undefined ? [] : [delta / size]
  })
  const sum = (sign: 1 | -1) => deltas.reduce((all, delta) => all + Math.max(0, delta * sign), 0)
  return { more: sum(1), less: sum(-1) }
}

/**
 * How far ours and theirs lay apart, day by day as the day's last run found it; a day without a run that ended well has no figure.
 * `more` is what is more here than there (of counts, what is flagged), `less` the rest.
 */
export function dailySeries(points: readonly Point[], measure: Measure, now: number): Daily {
  const usable = points.filter(({ state }) => state === 'matched' || state === 'differences')
  const latest = new Map(usable.map((point) => [dayOf(Date.parse(point.at)), point]))
  const start = new Date(dayOf(now))
  start.setDate(start.getDate() - fewestDays + 1)
  const first = Math.min(start.getTime(), ...latest.keys())
  const days: number[] = []
  for (const day = new Date(first); day.getTime() <= now; day.setDate(day.getDate() + 1)) days.push(day.getTime())
  const figures = days.map((day) => {
    const point = latest.get(day)
    return point && figuresOf(point, measure)
  })
  return {
    at: days.map((day) => day / 1000),
    more: figures.map((one) => one?.more ?? null),
    less: figures.map((one) => one?.less ?? null),
  }
}
