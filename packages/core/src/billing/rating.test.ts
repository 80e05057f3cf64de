import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cheapestTopups, lineFor, rateUnder, rateUsage, splitCents, type Terms } from './rating.ts'

const terms: fc.Arbitrary<Terms> = fc.record({
  included: fc.nat(200_000),
  unitPriceMicros: fc.oneof(fc.constant(0), fc.nat(2_000_000)),
})

test('however usage arrives, is corrected and rated, the lines add up to the price of what is left in the end', () => {
  const step = fc.record({
    delta: fc.integer({ min: -5000, max: 20_000 }),
    cost: fc.integer({ min: -5, max: 900_000 }),
    unpriced: fc.integer({ min: -2, max: 3 }),
    closes: fc.boolean(),
  })
  fc.assert(
    fc.property(terms, fc.array(step, { maxLength: 30 }), (terms, steps) => {
      const closed: { quantity: number; amountCents: number; providerCostMicros: number; unpriced: number }[] = []
      let quantity = 0
      let costMicros = 0
      let unknown = 0
      for (const { delta, cost, unpriced, closes } of steps) {
        quantity += delta
        costMicros += cost
        unknown += unpriced
        const line = lineFor({ quantity, costMicros, unpriced: unknown, terms, lines: closed })
        if (closes && line !== undefined) closed.push(line)
      }
      const last = lineFor({ quantity, costMicros, unpriced: unknown, terms, lines: closed })
      const lines = last === undefined ? closed : [...closed, last]
      const sum = (pick: (line: (typeof lines)[number]) => number) => lines.reduce((all, line) => all + pick(line), 0)
      expect(sum((line) => line.amountCents)).toBe(rateUsage(quantity, terms))
      expect(sum((line) => line.quantity)).toBe(quantity)
      expect(sum((line) => line.providerCostMicros)).toBe(costMicros)
      expect(sum((line) => line.unpriced)).toBe(unknown)
    }),
    { numRuns: 1000 },
  )
})

test('rating the same again gives no line', () => {
  fc.assert(
    fc.property(terms, fc.nat(1_000_000), (terms, quantity) => {
      const first = lineFor({ quantity, costMicros: 7, unpriced: 1, terms, lines: [] })
      expect(lineFor({ quantity, costMicros: 7, unpriced: 1, terms, lines: first ? [first] : [] })).toBeUndefined()
    }),
  )
})

test('what is included costs nothing, what is beyond it is priced to the half cent', () => {
  expect(rateUsage(9000, { included: 9000, unitPriceMicros: 10_834 })).toBe(0)
  expect(rateUsage(9001, { included: 9000, unitPriceMicros: 4_999 })).toBe(0)
  expect(rateUsage(9001, { included: 9000, unitPriceMicros: 5_000 })).toBe(1)
  expect(rateUsage(9060, { included: 9000, unitPriceMicros: 10_834 })).toBe(65)
})

test('the parts of a split sum are whole, add up to it, and none is a cent away from its share', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 }),
      (cents, weights) => {
        const parts = splitCents(cents, weights)
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(cents)
        const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
        if (total === 0) return
        for (const [index, part] of parts.entries())
          expect(Math.abs(part - (cents * Math.abs(weights[index] ?? 0)) / total)).toBeLessThan(1)
      },
    ),
  )
})

const sold = [
  { key: 'call_300', quantity: 18_000, priceCents: 19_500 },
  { key: 'call_800', quantity: 48_000, priceCents: 52_000 },
]

test('the cheapest top-ups cover what is needed, and no other choice of them is cheaper', () => {
  fc.assert(
    fc.property(
      fc.nat(400),
      fc.uniqueArray(
        fc.record({
          key: fc.constantFrom('a', 'b', 'c'),
          quantity: fc.integer({ min: 1, max: 40 }),
          priceCents: fc.nat(500),
        }),
        {
          minLength: 1,
          selector: ({ key }) => key,
        },
      ),
      (units, offers) => {
        const found = cheapestTopups(units, offers)
        const bought = offers.map((offer) => ({ ...offer, times: found?.count[offer.key] ?? 0 }))
        expect(bought.reduce((sum, { quantity, times }) => sum + quantity * times, 0)).toBeGreaterThanOrEqual(units)
        expect(bought.reduce((sum, { priceCents, times }) => sum + priceCents * times, 0)).toBe(found?.cents)
        for (const { quantity, priceCents } of offers)
          expect(found?.cents).toBeLessThanOrEqual(Math.ceil(units / quantity) * priceCents)
      },
    ),
  )
  expect(cheapestTopups(20_000, sold)).toEqual({ cents: 39_000, count: { call_300: 2 } })
  expect(cheapestTopups(60, [])).toBeUndefined()
  expect(cheapestTopups(100_000_000, sold)?.cents).toBeGreaterThan(0)
})

test('a tier whose cap is too small costs the top-ups that it would have needed', () => {
  const rated = rateUnder({
    monthlyPriceCents: 14_900,
    meters: [{ used: 20_000, cap: 9000, unitPriceMicros: 0, topups: sold }],
  })

  expect(rated).toMatchObject({
    feeCents: 14_900,
    totalCents: 34_400,
    meters: [{ beyond: 11_000, topupCents: 19_500 }],
  })
})
