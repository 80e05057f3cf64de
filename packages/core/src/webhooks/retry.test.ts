import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isHopeless, isTransient, maxAttempts, maxTransientAttempts, nextAttemptSeconds } from './retry.ts'

const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('the wait doubles from attempt to attempt, spread over its upper half', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: maxAttempts - 1 }), jitter, (attempts, jitter) => {
      const wait = nextAttemptSeconds({ attempts, jitter, isTransient: false }) ?? 0
      expect(wait).toBeGreaterThanOrEqual(2 ** attempts / 2)
      expect(wait).toBeLessThanOrEqual(2 ** attempts)
    }),
  )
})

test('after the last attempt a webhook waits for a person (K-7)', () => {
  for (const [isTransient, last] of [
    [false, maxAttempts],
    [true, maxTransientAttempts],
  ] as const) {
    expect(nextAttemptSeconds({ attempts: last - 1, jitter: 0, isTransient })).toBeDefined()
    expect(nextAttemptSeconds({ attempts: last, jitter: 0, isTransient })).toBeUndefined()
    expect(nextAttemptSeconds({ attempts: last + 5, jitter: 0.9, isTransient })).toBeUndefined()
  }
})

test('the database’s own trouble is waited out for a day, a quarter of an hour at a time, and then a person is needed', () => {
  const waits = (jitter: number) =>
    Array.from({ length: maxTransientAttempts - 1 }, (_, index) =>
      Number(nextAttemptSeconds({ attempts: index + 1, jitter, isTransient: true })),
    )
  const hours = waits(0.5).reduce((sum, wait) => sum + wait, 0) / 3600
  expect(hours).toBeGreaterThan(22)
  expect(hours).toBeLessThan(26)
  expect(Math.max(...waits(0.999))).toBeLessThanOrEqual(900)
})

test.each([
  '08006',
  '40001',
  '40P01',
  '53300',
  '55P03',
  '57014',
  '57P01',
  '25006',
  'ECONNREFUSED',
  'CONNECTION_CLOSED',
])('the database’s own trouble (%s) says nothing about the webhook', (sqlState) => {
  expect([isTransient(sqlState), isHopeless(sqlState)]).toEqual([true, false])
})

test.each(['22021', '22P05', '22003', '23514', '23502'])(
  'data that can never be stored (%s) is not tried again',
  (sqlState) => {
    expect([isTransient(sqlState), isHopeless(sqlState)]).toEqual([false, true])
  },
)

test('an error without a code is tried again until the attempts are used up', () => {
  expect([isTransient(undefined), isHopeless(undefined)]).toEqual([false, false])
})
