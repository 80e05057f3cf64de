import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagesTonight } from './key-retention.ts'

const day = 86_400_000

test('a small table is looked through every night', () => {
  expect(pagesTonight({ pages: 20_000, now: new Date() })).toEqual({ from: 0, to: 20_000 })
  expect(pagesTonight({ pages: 0, now: new Date() })).toEqual({ from: 0, to: 0 })
})

test('of a large one each page is looked at in one of any 28 nights that follow each other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20_001, max: 2 ** 32 - 1 }),
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      (pages, first) => {
        const slices = Array.from({ length: 28 }, (_, night) =>
          pagesTonight({ pages, now: new Date(first.getTime() + night * day) }),
        ).sort((a, b) => a.from - b.from)
        expect(slices[0]?.from).toBe(0)
        expect(slices.at(-1)?.to).toBe(pages)
        for (const [place, slice] of slices.entries()) if (place > 0) expect(slice.from).toBe(slices[place - 1]?.to)
      },
    ),
  )
})
