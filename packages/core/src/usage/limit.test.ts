import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Allowance,
  admissionReason,
  baseOf,
  callAllowance,
  hardLimitOf,
  type Limits,
  limitState,
  percentUsed,
  remaining,
  smsAllowance,
} from './limit.ts'
import { crossedLevels } from './threshold.ts'

const units = fc.integer({ min: 0, max: 12_000 })
const allowance: fc.Arbitrary<Allowance> = fc.record({
  used: units,
  reserved: fc.integer({ min: 0, max: 3000 }),
  cap: units,
  credit: fc.integer({ min: 0, max: 3000 }),
  rollover: fc.integer({ min: 0, max: 3000 }),
  grace: fc.constantFrom(0, 600),
  paused: fc.boolean(),
})
const core: Allowance = { used: 0, reserved: 0, cap: 9000, credit: 0, rollover: 0, grace: 600, paused: false }

test.each([
  [0, 'ok'],
  [7199, 'ok'],
  [7200, 'warned'],
  [8999, 'warned'],
  [9000, 'limit'],
  [9599, 'limit'],
  [9600, 'hard_stop'],
  [99_000, 'hard_stop'],
])('a customer of 9000 s who has used %i s is %s', (used, state) => {
  expect(limitState({ ...core, used })).toBe(state)
})

test('texts have no grace: the cap is the hard stop', () => {
  expect(limitState({ ...core, grace: 0, used: 8999 })).toBe('warned')
  expect(limitState({ ...core, grace: 0, used: 9000 })).toBe('hard_stop')
})

test('a top-up lifts every limit, the hard stop too (K-12)', () => {
  const stopped = { ...core, used: 9600 }

  expect(limitState(stopped)).toBe('hard_stop')
  expect(limitState({ ...stopped, credit: 48_000 })).toBe('ok')
  expect(limitState({ ...stopped, rollover: 48_000 })).toBe('ok')
  expect(admissionReason({ ...stopped, credit: 48_000 }, 60)).toBe('within_limit')
})

test('where nothing is included, nothing used is fine and the first unit is beyond', () => {
  const none = { ...core, cap: 0, grace: 0 }

  expect([limitState(none), percentUsed(none), remaining(none)]).toEqual(['ok', 0, 0])
  expect(admissionReason(none, 1)).not.toBe('within_limit')
  expect([limitState({ ...none, used: 1 }), percentUsed({ ...none, used: 1 })]).toEqual(['hard_stop', 100])
  expect(limitState({ ...none, grace: 600, used: 1 })).toBe('limit')
})

test('the state says the same as the levels that were crossed', () => {
  fc.assert(
    fc.property(allowance, (allowance) => {
      const crossed = crossedLevels({
        before: { used: 0, base: baseOf(allowance), grace: allowance.grace },
        after: { used: allowance.used, base: baseOf(allowance), grace: allowance.grace },
      })
      const state = limitState({ ...allowance, paused: false })
      if (state === 'ok') expect(crossed).toEqual([])
      if (state === 'warned') expect(crossed).toEqual([80])
      if (state === 'limit') expect(crossed).toEqual([80, 100])
      if (state === 'hard_stop') expect(crossed).toEqual(allowance.grace > 0 ? [80, 100, 101] : [80, 100])
    }),
  )
})

test('one vocabulary: a paused customer is paused whatever he used, and nobody else is (K-11)', () => {
  fc.assert(
    fc.property(allowance, (allowance) => {
      expect(limitState(allowance) === 'paused').toBe(allowance.paused)
    }),
  )
})

test('what is admitted never passes the hard limit, and what fits is never refused', () => {
  fc.assert(
    fc.property(allowance, fc.integer({ min: 1, max: 12_000 }), (allowance, quantity) => {
      const fits = allowance.used + allowance.reserved + quantity <= hardLimitOf(allowance)
      expect(admissionReason(allowance, quantity) === 'within_limit').toBe(fits && !allowance.paused)
      expect(remaining(allowance) >= quantity).toBe(fits)
    }),
  )
})

test('the percentage is whole, rounded down: 100 means reached', () => {
  fc.assert(
    fc.property(allowance, (allowance) => {
      const base = baseOf(allowance)
      const percent = percentUsed(allowance)
      expect(Number.isInteger(percent)).toBe(true)
      if (base > 0) expect(percent >= 100).toBe(allowance.used >= base)
    }),
  )
})

test('calls and texts are counted apart: no text stops a voice (K-15)', () => {
  const limits: Limits = {
    callUsedSeconds: 0,
    callReservedSeconds: 0,
    callCapSeconds: 9000,
    callCreditSeconds: 0,
    rolloverSeconds: 0,
    graceSeconds: 600,
    smsUsed: 999,
    smsReserved: 0,
    smsCap: 250,
    smsCredit: 0,
    smsGrace: 0,
    forcePause: false,
  }

  expect(limitState(smsAllowance(limits))).toBe('hard_stop')
  expect(limitState(callAllowance(limits))).toBe('ok')
  expect(admissionReason(callAllowance(limits), 60)).toBe('within_limit')
})
