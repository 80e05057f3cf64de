import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Booked, type Difference, differences, floors, isFlagged, type Listed } from './difference.ts'

const minute = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes))
const watermark = { settledBefore: minute(50), lateAfterSeconds: 600 }
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const quantity = fc.integer({ min: 0, max: 3 })
const instant = fc.integer({ min: 0, max: 60 }).map(minute)
const booked: fc.Arbitrary<Booked[]> = fc.array(
  fc.record(
    { providerId: ids, quantity, price: quantity, occurredAt: instant, bookedAt: instant },
    { requiredKeys: ['providerId', 'quantity', 'occurredAt', 'bookedAt'] },
  ),
  { maxLength: 8 },
)
const listed: fc.Arbitrary<Listed[]> = fc.array(
  fc.record(
    { providerId: ids, quantity, price: quantity, endedAt: instant },
    { requiredKeys: ['providerId', 'quantity'] },
  ),
  { maxLength: 8 },
)

/** The same answer by looking at every id by itself, once for each class. */
function byHand(booked: Booked[], listed: Listed[]): string[] {
  return ['a', 'b', 'c', 'd', 'e'].flatMap((id) => {
    const ours = booked.filter(({ providerId }) => providerId === id)
    const theirs = listed.findLast(({ providerId }) => providerId === id)
    const sum = ours.reduce((total, { quantity }) => total + quantity, 0)
    if (!theirs) {
      const settled = ours.every(({ occurredAt }) => occurredAt < watermark.settledBefore)
      return settled && sum > 0 ? [`missing_there ${id} ${sum} 0`] : []
    }
    const endedAt = theirs.endedAt
    if (!endedAt || endedAt >= watermark.settledBefore) return []
    if (ours.length === 0) return theirs.quantity > 0 ? [`missing_here ${id} 0 ${theirs.quantity}`] : []
    if (ours.length > 1) return [`duplicate ${id} ${sum} ${theirs.quantity}`]
    return ours.flatMap(({ price, bookedAt }) => {
      const seconds = (bookedAt.getTime() - endedAt.getTime()) / 1000
      return [
        ...(sum === theirs.quantity ? [] : [`quantity_differs ${id} ${sum} ${theirs.quantity}`]),
        ...(price === undefined || theirs.price === undefined || price === theirs.price
          ? []
          : [`price_differs ${id} ${price} ${theirs.price}`]),
        ...(seconds > 600 ? [`late ${id} ${seconds} 600`] : []),
      ]
    })
  })
}

const told = ({ class: found, providerId, ours, theirs }: Difference) => `${found} ${providerId} ${ours} ${theirs}`

test('every difference is found and classed as by looking at each id by itself', () => {
  fc.assert(
    fc.property(booked, listed, (booked, listed) => {
      const found = differences(booked, listed, watermark)
      expect(found.map(told).sort()).toEqual(byHand(booked, listed).sort())
      for (const { ours, theirs, delta } of found) expect(delta).toBe(ours - theirs)
    }),
  )
})

test('what is under way or has not settled is no difference', () => {
  const late = { occurredAt: minute(55), bookedAt: minute(56), quantity: 9 }
  const settling: Listed[] = [
    { providerId: 'a', quantity: 9 },
    { providerId: 'b', quantity: 9, endedAt: minute(50) },
  ]
  expect(differences([{ providerId: 'c', ...late }], settling, watermark)).toEqual([])
})

test('sums that differ are flagged above five per cent and the floor, exactly (K-26)', () => {
  expect(isFlagged('call_seconds', 1200, 1260)).toBe(false)
  expect(isFlagged('call_seconds', 1200, 1261)).toBe(true)
  expect(isFlagged('call_seconds', 2000, 2100)).toBe(false)
  expect(isFlagged('call_seconds', 2000, 2101)).toBe(true)
  expect(isFlagged('sms_segments', 0, 5)).toBe(false)
  expect(isFlagged('sms_segments', 0, 6)).toBe(true)
  expect(isFlagged('money', 0, floors.money)).toBe(false)
  expect(isFlagged('money', 0, floors.money + 1)).toBe(true)
  const exact = 2 ** 52
  expect(isFlagged('money', exact, exact - Math.ceil(exact / 20))).toBe(true)
  expect(isFlagged('money', exact, exact - Math.floor(exact / 20))).toBe(false)
})
