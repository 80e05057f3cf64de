import type { UsageSeries } from '../app/contract.ts'
import type { Series } from '../ui/chart-plot.ts'
import type { MeterKind } from './usage-meter.tsx'

export type Grain = 'hour' | 'day' | 'month'

const mostNamed = 7
const colors = ['--chart-1', '--chart-2', '--chart-4']
// red is what has failed elsewhere, so it comes last
const looks = [
  ...[false, true].flatMap((striped) => colors.map((color) => ({ color, striped }))),
  { color: '--chart-3', striped: false },
  { color: '--chart-3', striped: true },
] as const
const others = 'All others'

/** Where the steps of a grain begin, by the reader's clock: from the one that `from` lies in to the last before `to`. */
export function stepsOf(grain: Grain, from: number, to: number): number[] {
  const at = new Date(from)
  at.setMinutes(0, 0, 0)
  if (grain !== 'hour') at.setHours(0)
  if (grain === 'month') at.setDate(1)
  const steps: number[] = []
  while (at.getTime() < to) {
    steps.push(at.getTime())
    if (grain === 'month') at.setMonth(at.getMonth() + 1)
    else if (grain === 'day') at.setDate(at.getDate() + 1)
    else at.setTime(at.getTime() + 3_600_000)
  }
  return steps
}

/** Points as the chart draws them: one series a group, the largest first, and the many small ones as one. */
export function drawnSeries(
  points: UsageSeries['points'],
  shown: { kind: MeterKind; steps: number[]; nameOf: (group: string | null, name: string | null) => string },
): { at: number[]; series: Series[] } {
  const { kind, steps, nameOf } = shown
  const times = [...new Set([...steps, ...points.map(({ at }) => Date.parse(at))])].sort((a, b) => a - b)
  const totals = new Map<string, number>()
  for (const { group, name, quantity } of points) {
    const label = nameOf(group, name)
    totals.set(label, (totals.get(label) ?? 0) + quantity)
  }
  const ranked = [...totals.keys()].sort((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0))
  const named = ranked.filter((label) => label !== others).slice(0, mostNamed)
  const hasOthers = ranked.length > named.length
  const sums = new Map<string, number>()
  for (const { at, group, name, quantity } of points) {
    const label = nameOf(group, name)
    const key = `${Date.parse(at)} ${named.includes(label) ? label : others}`
    sums.set(key, (sums.get(key) ?? 0) + quantity)
  }
  const inUnit = (quantity: number) => (kind === 'calls' ? Math.round(quantity / 6) / 10 : quantity)
  const labels = named.length === 0 && !hasOthers ? [nameOf(null, null)] : [...named, ...(hasOthers ? [others] : [])]
  return {
    at: times.map((time) => time / 1000),
    series: labels.map((label, index) => ({
      label,
      ...(looks[index] ?? looks[0]),
      values: times.map((time) => inUnit(sums.get(`${time} ${label}`) ?? 0)),
    })),
  }
}
