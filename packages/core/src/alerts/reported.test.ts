import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reportedRule, silenceOf } from './reported.ts'

test('silence ends: six hours after it was raised, a day after it was taken, and never before', () => {
  const seconds = fc.integer({ min: 0, max: 3 * 86_400 })
  fc.assert(
    fc.property(seconds, fc.option(seconds), (age, takenAfter) => {
      const now = new Date('2026-03-01T00:00:00Z')
      const createdAt = new Date(now.getTime() - age * 1000)
      const isTaken = takenAfter !== null && takenAfter <= age
      const acknowledgedAt = isTaken ? new Date(createdAt.getTime() + takenAfter * 1000) : null
      const silence = silenceOf({ createdAt, acknowledgedAt }, now)

      if (isTaken) expect(silence === 'taken_lately').toBe(age - takenAfter < reportedRule.silentAfterTakenSeconds)
      else expect(silence === 'raised_lately').toBe(age < reportedRule.silentSeconds)
    }),
  )
})
