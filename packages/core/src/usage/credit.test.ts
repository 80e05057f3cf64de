import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Grant, rolledOver, spend, spendingOrder, unitsOfRefund, unspend } from './credit.ts'

const day = (days: number) => new Date(Date.UTC(2026, 0, 1 + days))
const grants: fc.Arbitrary<Grant[]> = fc
  .array(
    fc.record({
      priority: fc.integer({ min: 0, max: 3 }),
      expiresAt: fc.option(fc.integer({ min: 0, max: 5 }).map(day)),
      createdAt: fc.integer({ min: 0, max: 5 }).map(day),
      remaining: fc.integer({ min: 0, max: 500 }),
    }),
    { maxLength: 8 },
  )
  .map((all) => all.map((grant, index) => ({ ...grant, id: `grant ${index}` })))

const sum = (burns: readonly { quantity: number }[]) => burns.reduce((total, { quantity }) => total + quantity, 0)

test('what is spent is what was asked for or all there is, and no grant gives more than it has', () => {
  fc.assert(
    fc.property(grants, fc.integer({ min: 0, max: 3000 }), (grants, quantity) => {
      const burns = spend(grants, quantity)
      expect(sum(burns)).toBe(Math.min(quantity, sum(grants.map(({ remaining }) => ({ quantity: remaining })))))
      for (const { creditId, quantity: spent } of burns)
        expect(spent).toBeLessThanOrEqual(grants.find(({ id }) => id === creditId)?.remaining ?? 0)
    }),
  )
})

test('spending unit by unit spends the same as spending at once, whatever order the grants stand in', () => {
  fc.assert(
    fc.property(grants, fc.integer({ min: 0, max: 400 }), (grants, quantity) => {
      const left = new Map(grants.map(({ id, remaining }) => [id, remaining]))
      for (let unit = 0; unit < quantity; unit++) {
        // the oracle: the first in the order of words that still has something
        const next = [...grants]
          .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
          .find(({ id }) => (left.get(id) ?? 0) > 0)
        if (next !== undefined) left.set(next.id, (left.get(next.id) ?? 0) - 1)
      }
      const spent = spend([...grants].reverse(), quantity)
      for (const { id, remaining } of grants)
        expect(spent.find(({ creditId }) => creditId === id)?.quantity ?? 0).toBe(remaining - (left.get(id) ?? 0))
    }),
  )
})
const orderOf = ({ priority, expiresAt, createdAt, id }: Grant) =>
  [priority, expiresAt?.toISOString() ?? 'never', createdAt.toISOString(), id].join(' ')

test('taking back what was spent leaves every grant as if it had never been spent', () => {
  fc.assert(
    fc.property(grants, fc.nat(2000), fc.nat(2000), (grants, quantity, less) => {
      const burns = spend(grants, quantity)
      const back = new Map(unspend(burns, less).map(({ creditId, quantity }) => [creditId, quantity]))
      const kept = burns.map(({ creditId, quantity }) => ({
        creditId,
        quantity: quantity - (back.get(creditId) ?? 0),
      }))
      expect(kept.filter(({ quantity }) => quantity > 0)).toEqual(spend(grants, Math.max(0, sum(burns) - less)))
    }),
  )
})

test('a grant that never expires is spent after one that does', () => {
  const grant = { priority: 1, createdAt: day(0), remaining: 1 }
  const order = spendingOrder([
    { ...grant, id: 'never', expiresAt: null },
    { ...grant, id: 'soon', expiresAt: day(9) },
  ])
  expect(order.map(({ id }) => id)).toEqual(['soon', 'never'])
})

test('only what was included and not used goes over, up to the tier’s setting', () => {
  expect(rolledOver({ used: 100, cap: 150, most: 30 })).toBe(30)
  expect(rolledOver({ used: 140, cap: 150, most: 30 })).toBe(10)
  expect(rolledOver({ used: 200, cap: 150, most: 30 })).toBe(0)
  expect(rolledOver({ used: 0, cap: 150, most: 0 })).toBe(0)
})

test('refunds in any portions take back no more than was bought, and all of it with the last cent', () => {
  const cents = fc.integer({ min: 1, max: 500_000 })
  fc.assert(
    fc.property(cents, fc.integer({ min: 1, max: 10_000_000 }), cents, cents, (paidCents, quantity, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      const units = (refundedCents: number) => unitsOfRefund({ quantity, paidCents, refundedCents })
      expect(units(0)).toBe(0)
      expect(units(less)).toBeLessThanOrEqual(units(more))
      expect(units(more)).toBeLessThanOrEqual(quantity)
      expect(units(paidCents)).toBe(quantity)
      if (more < paidCents) expect(units(more) * paidCents).toBeLessThanOrEqual(quantity * more)
    }),
  )
})
