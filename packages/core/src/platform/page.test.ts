import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pageInput, toPage } from './page.ts'

const rows = fc
  .uniqueArray(fc.integer({ min: 1, max: 1000 }), { maxLength: 60 })
  .map((all) => all.sort((a, b) => b - a))

test('the pages of a list are the list: nothing twice, nothing left out, and an end', () => {
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 20 }), (rows, limit) => {
      const seen: number[] = []
      let cursor: string | null = null
      let pages = 0
      do {
        const after: string | null = cursor
        const found = rows.filter((row) => after === null || row < Number(after)).slice(0, limit + 1)
        const page: { items: number[]; nextCursor: string | null } = toPage(found, {
          limit,
          cursorOf: String,
          toItem: (row) => row,
        })
        expect(page.items.length).toBeLessThanOrEqual(limit)
        seen.push(...page.items)
        cursor = page.nextCursor
        pages++
      } while (cursor !== null)
      expect(seen).toEqual(rows)
      expect(pages).toBe(Math.max(1, Math.ceil(rows.length / limit)))
    }),
  )
})

test('a page holds 50 unless told, at most 200', () => {
  expect(pageInput.parse({}).limit).toBe(50)
  expect(pageInput.parse({ limit: 200 }).limit).toBe(200)
  for (const limit of [0, 201, 1.5, -1, '10', null]) expect(pageInput.safeParse({ limit }).success).toBe(false)
})
