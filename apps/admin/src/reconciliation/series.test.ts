import { expect, test } from 'vitest'
import { dailySeries } from './series.ts'

const at = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString()
const point = (when: string, state: 'matched' | 'differences' | 'failed', deltas: number[]) => ({
  runId: `rcn_${when}`,
  at: when,
  state,
  differences: deltas.length,
  flagged: 1,
  missingHere: 0,
  sums: deltas.map((delta) => ({ level: 1 as const, unit: 'seconds' as const, ours: 0, theirs: -delta, delta })),
})

test('a day shows what its last run found, more and less apart, and a day without a whole run shows nothing', () => {
  const {
    at: days,
    more,
    less,
  } = dailySeries(
    [
      point(at(1, 3), 'differences', [600]),
      point(at(1, 15), 'differences', [120, -60]),
      point(at(2, 3), 'failed', [900]),
      point(at(14, 3), 'matched', [0]),
    ],
    'time',
    new Date(2026, 2, 14, 9).getTime(),
  )
  expect(days).toHaveLength(14)
  expect(more).toEqual([2, ...Array(12).fill(null), 0])
  expect(less).toEqual([1, ...Array(12).fill(null), 0])
})

test('counts tell what is flagged from what is not, and no day is lost or told twice when the clock changes', () => {
  const {
    at: days,
    more,
    less,
  } = dailySeries([point(at(20, 3), 'differences', [1, 2, 3])], 'differences', new Date(2026, 3, 5, 9).getTime())
  expect(days).toHaveLength(17)
  expect([more[0], less[0]]).toEqual([1, 2])
})
