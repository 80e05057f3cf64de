import { expect, test } from 'vitest'
import { drawnSeries, stepsOf } from './series.ts'

const at = '2026-03-05T10:00:00.000Z'
const point = (group: string, quantity: number) => ({ at, group, name: group, quantity, entries: 1 })
const nameOf = (_group: string | null, name: string | null) => name ?? 'All'

test('a step in which nothing was used is drawn as nothing, and no day is left out or told twice', () => {
  const from = new Date(2026, 2, 1, 13, 20).getTime()
  const steps = stepsOf('day', from, new Date(2026, 3, 1).getTime())
  const { series } = drawnSeries([], { kind: 'sms', steps, nameOf })

  expect(steps.map((step) => new Date(step).getDate())).toEqual(Array.from({ length: 31 }, (_, day) => day + 1))
  expect(series).toMatchObject([{ label: 'All', values: Array.from({ length: 31 }, () => 0) }])
})

test('the seven largest are named, and the others are one series that leaves nothing out', () => {
  const points = Array.from({ length: 10 }, (_, nth) => point(`customer ${nth}`, (nth + 1) * 60))
  const { series } = drawnSeries(points, { kind: 'calls', steps: [], nameOf })

  expect(series.map(({ label }) => label)).toEqual([
    ...[9, 8, 7, 6, 5, 4, 3].map((nth) => `customer ${nth}`),
    'All others',
  ])
  expect(series.reduce((sum, { values }) => sum + (values[0] ?? 0), 0)).toBe(55)
  expect(new Set(series.map(({ color, striped }) => `${color} ${striped}`)).size).toBe(8)
})
