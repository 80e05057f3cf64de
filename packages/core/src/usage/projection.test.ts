import fc from 'fast-check'
import { expect, test } from 'vitest'
import { projectExhaustion } from './projection.ts'

const now = new Date('2026-03-15T00:00:00Z')
const periodEnd = new Date('2026-04-01T00:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)

test('a hundred a day, a thousand left: exhausted in ten days', () => {
  expect(
    projectExhaustion({
      standing: { used: 8000, base: 9000, grace: 600 },
      recent: { quantity: 1400, since: daysAgo(14) },
      periodEnd,
      now,
    }),
  ).toEqual({
    perDay: 100,
    days: 14,
    projectedAtPeriodEnd: 9700,
    base: 9000,
    limitAt: '2026-03-25T00:00:00.000Z',
    stopAt: '2026-03-31T00:00:00.000Z',
  })
})

test('the limit is reached before the stop, never before now, and after the period not at all', () => {
  const units = fc.integer({ min: 0, max: 100_000 })
  fc.assert(
    fc.property(
      units,
      units,
      fc.nat(600),
      units,
      fc.integer({ min: 0, max: 14 }),
      (used, base, grace, quantity, days) => {
        const { limitAt, stopAt } = projectExhaustion({
          standing: { used, base, grace },
          recent: { quantity, since: daysAgo(days) },
          periodEnd,
          now,
        })
        for (const at of [limitAt, stopAt])
          if (at !== null) expect([Date.parse(at) >= now.getTime(), new Date(at) <= periodEnd]).toEqual([true, true])
        if (stopAt !== null) expect(Date.parse(limitAt ?? '')).toBeLessThanOrEqual(Date.parse(stopAt))
        if (used >= base) expect(limitAt).toBe(now.toISOString())
      },
    ),
  )
})
