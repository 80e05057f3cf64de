import fc from 'fast-check'
import { expect, test } from 'vitest'
import { monthPeriod } from './period.ts'
import { feeOf, prorate } from './proration.ts'

const cents = fc.integer({ min: 0, max: 200_000 })
const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Asia/Kathmandu']
const months = fc.record({ zone: fc.constantFrom(...zones), month: fc.integer({ min: 0, max: 35 }) })

test('nothing is given back that was not paid, and a change at the end of the period costs nothing', () => {
  fc.assert(
    fc.property(months, cents, cents, cents, fc.double({ min: 0, max: 1, noNaN: true }), (where, ...rest) => {
      const [oldCents, newCents, paidCents, share] = rest
      const { start, end } = monthPeriod(where.zone, new Date(Date.UTC(2025, where.month, 15)))
      const at = new Date(start.getTime() + share * (end.getTime() - start.getTime()))
      const { creditCents, chargeCents } = prorate({ oldCents, newCents, paidCents, start, end, at })
      expect(creditCents).toBeLessThanOrEqual(paidCents)
      expect(chargeCents).toBeLessThanOrEqual(newCents)
      expect(prorate({ oldCents, newCents, paidCents, start, end, at: end })).toEqual({
        creditCents: 0,
        chargeCents: 0,
      })
      expect(prorate({ oldCents, newCents, paidCents: oldCents, start, end, at: start })).toEqual({
        creditCents: oldCents,
        chargeCents: newCents,
      })
    }),
  )
})

test('there and back in one moment costs nothing, however often', () => {
  fc.assert(
    fc.property(cents, cents, fc.integer({ min: 0, max: 2_678_400 }), (oldCents, newCents, second) => {
      const { start, end } = monthPeriod('UTC', new Date('2026-03-10T00:00:00Z'))
      const at = new Date(start.getTime() + second * 1000)
      const there = prorate({ oldCents, newCents, paidCents: oldCents, start, end, at })
      const paidCents = oldCents + there.chargeCents - there.creditCents
      const back = prorate({ oldCents: newCents, newCents: oldCents, paidCents, start, end, at })
      expect(there.chargeCents - there.creditCents + back.chargeCents - back.creditCents).toBe(0)
    }),
  )
})

test('a month in which the clock changes is as long as it is: New York’s March has 743 hours', () => {
  const { start, end } = monthPeriod('America/New_York', new Date('2026-03-10T12:00:00Z'))
  const at = new Date('2026-03-16T04:00:00Z')
  // 384 of 743 hours are left, by days it would be 16 of 31
  expect(prorate({ oldCents: 0, newCents: 1_000_000, paidCents: 0, start, end, at }).chargeCents).toBe(516_824)
})

test('a first month costs its seconds, never more than a whole one, and what a change gives back was paid', () => {
  fc.assert(
    fc.property(months, cents, fc.double({ min: -0.5, max: 1, noNaN: true }), (where, monthlyCents, share) => {
      const { start, end } = monthPeriod(where.zone, new Date(Date.UTC(2025, where.month, 15)))
      const since = new Date(start.getTime() + share * (end.getTime() - start.getTime()))
      const paidCents = feeOf({ monthlyCents, start, end, since })
      expect(paidCents).toBeLessThanOrEqual(monthlyCents)
      if (since <= start) expect(paidCents).toBe(monthlyCents)
      const whole = Math.floor((end.getTime() - start.getTime()) / 1000)
      const rest = Math.min(whole, Math.floor((end.getTime() - since.getTime()) / 1000))
      expect(Math.abs(paidCents - (monthlyCents * rest) / whole)).toBeLessThanOrEqual(0.5)
      const left = prorate({ oldCents: monthlyCents, newCents: 0, paidCents: 1_000_000, start, end, at: since })
      if (since > start) expect(left.creditCents).toBe(paidCents)
    }),
  )
})
