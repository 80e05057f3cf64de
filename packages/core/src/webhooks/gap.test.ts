import fc from 'fast-check'
import { expect, test } from 'vitest'
import { askAgainAfter, gapAnswers } from './gap.ts'

test('a provider that knows no more is asked ever more seldom, five times in all; one that was not reached, soon', () => {
  expect([1, 2, 3, 4, 5].map((asks) => askAgainAfter({ answer: 'unchanged', asks }))).toEqual([
    900,
    3600,
    14_400,
    57_600,
    null,
  ])
  expect(askAgainAfter({ answer: 'unanswered', asks: 7 })).toBe(300)
})

test('what is filled is never asked for again, and nothing is asked for again at once', () => {
  fc.assert(
    fc.property(fc.constantFrom(...gapAnswers), fc.integer({ min: 0, max: 1000 }), (answer, asks) => {
      const seconds = askAgainAfter({ answer, asks })
      if (answer === 'filled') expect(seconds).toBeNull()
      else expect(seconds ?? 300).toBeGreaterThanOrEqual(300)
    }),
  )
})
