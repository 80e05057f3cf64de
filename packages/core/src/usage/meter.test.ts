import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryFor } from './meter.ts'

type Entry = { kind: string; quantity: number }

/** A ledger that books what becomes known, one figure after the other. */
function book(figures: readonly number[]): Entry[] {
  const ledger: Entry[] = []
  for (const quantity of figures) {
    const booked = ledger.reduce((sum, entry) => sum + entry.quantity, 0)
    const entry = entryFor({ booked, entries: ledger.length, quantity })
    if (entry !== undefined) ledger.push(entry)
  }
  return ledger
}

const figures = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 12 })

test('the ledger always sums to the last figure that became known', () => {
  fc.assert(
    fc.property(figures, (figures) => {
      expect(book(figures).reduce((sum, { quantity }) => sum + quantity, 0)).toBe(figures.at(-1) ?? 0)
    }),
  )
})

test('the ledger holds one entry for each change of the figure and none for a repetition', () => {
  fc.assert(
    fc.property(figures, (figures) => {
      const changes = figures.filter((figure, index) => figure !== (figures[index - 1] ?? 0))
      expect(book(figures)).toHaveLength(changes.length)
      expect(book(figures.flatMap((figure) => [figure, figure, figure]))).toEqual(book(figures))
    }),
  )
})

test('the first entry is usage, later ones correct it, and only a fall to nothing is a void', () => {
  fc.assert(
    fc.property(figures, (figures) => {
      let sum = 0
      for (const [index, { kind, quantity }] of book(figures).entries()) {
        sum += quantity
        expect(quantity).not.toBe(0)
        expect(kind).toBe(index === 0 ? 'usage' : sum === 0 ? 'void' : 'revision')
      }
    }),
  )
})
