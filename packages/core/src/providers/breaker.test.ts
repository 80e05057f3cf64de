import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterCall, type Breaker, breakerRule, closedBreaker, mayCall } from './breaker.ts'

const now = 1_700_000_000_000
const fail = (breaker: Breaker, at: number) => afterCall(breaker, { succeeded: false, now: at })
const failTimes = (times: number, from: Breaker = closedBreaker, everyMs = 1000) =>
  Array.from({ length: times }).reduce<Breaker>((breaker, _, index) => fail(breaker, now + index * everyMs), from)

test('five failures in a row open the circuit, four do not', () => {
  expect(mayCall(failTimes(4), now + 4000)).toBe('yes')
  expect(failTimes(5).circuit).toBe('open')
  expect(mayCall(failTimes(5), now + 5000)).toBe('no')
})

test('failures age out: any number in a month opens nothing (V-2)', () => {
  const slowly = (breakerRule.windowSeconds + 1) * 1000

  expect(failTimes(100, closedBreaker, slowly)).toMatchObject({ circuit: 'closed', failures: 1 })
})

test('a success clears what was before it', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (calls) => {
      const breaker = calls.reduce<Breaker>(
        (breaker, succeeded, index) => afterCall(breaker, { succeeded, now: now + index }),
        closedBreaker,
      )
      expect(afterCall(breaker, { succeeded: true, now })).toEqual(closedBreaker)
    }),
  )
})

test('an open circuit lets nothing through until its cooldown has passed, and then one probe', () => {
  const open = failTimes(5, closedBreaker, 0)
  const cooled = now + breakerRule.cooldownSeconds * 1000

  expect(mayCall(open, cooled - 1)).toBe('no')
  expect(mayCall(open, cooled)).toBe('probe')
})

test('an open circuit whose cooldown nobody wrote down recovers by a probe (V-2)', () => {
  expect(mayCall({ ...failTimes(5), cooldownUntil: undefined }, now)).toBe('probe')
})

test('each failed probe waits twice as long, up to five minutes', () => {
  let breaker = failTimes(5, closedBreaker, 0)
  const waits: number[] = []
  for (let probe = 0; probe < 7; probe++) {
    const from = breaker.lastFailureAt ?? 0
    waits.push(((breaker.cooldownUntil ?? 0) - from) / 1000)
    breaker = fail({ ...breaker, circuit: 'half_open' }, breaker.cooldownUntil ?? 0)
  }

  expect(waits).toEqual([30, 60, 120, 240, 300, 300, 300])
})

test('calls that were under way when the circuit opened do not lengthen its cooldown', () => {
  const open = failTimes(5, closedBreaker, 0)

  expect(failTimes(20, open, 1)).toMatchObject({ circuit: 'open', openings: 1, cooldownUntil: open.cooldownUntil })
})

test('whatever happens, the circuit is closed or has an end to wait for', () => {
  const calls = fc.array(fc.record({ succeeded: fc.boolean(), wait: fc.integer({ min: 0, max: 400_000 }) }))
  fc.assert(
    fc.property(calls, (calls) => {
      let breaker = closedBreaker
      let at = now
      for (const { succeeded, wait } of calls) {
        at += wait
        breaker = afterCall(breaker, { succeeded, now: at })
        expect(mayCall(breaker, at + breakerRule.maxCooldownSeconds * 1000)).not.toBe('no')
        if (breaker.circuit === 'closed') expect(breaker.failures).toBeLessThan(breakerRule.failures)
      }
    }),
  )
})
