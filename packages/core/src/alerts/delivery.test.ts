import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertReference, alertText } from './delivery.ts'
import { severities } from './severity.ts'

const long = fc
  .tuple(
    fc.string({ minLength: 1, maxLength: 9, unit: fc.constantFrom('a', 'é', '☎', '😀', '\n') }),
    fc.integer({ min: 1, max: 1000 }),
  )
  .map(([part, times]) => part.repeat(times))
const alert = fc.record({
  id: fc.uuid({ version: 7 }),
  severity: fc.constantFrom(...severities),
  title: long,
  message: long,
})

test('a text is never longer than a carrier takes and always ends with its reference', () => {
  fc.assert(
    fc.property(alert, (alert) => {
      const text = alertText(alert)
      expect(text.length).toBeLessThanOrEqual(1600)
      expect(text.endsWith(`\n${alertReference(alert.id)}`)).toBe(true)
      expect(text.startsWith(alert.severity.toUpperCase())).toBe(true)
      expect(text.isWellFormed()).toBe(true)
    }),
  )
})

test('what is short enough is sent whole', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057'

  expect(alertText({ id, severity: 'high', title: 'Harbor Plumbing', message: 'Offer a top-up.' })).toBe(
    'HIGH: Harbor Plumbing\nOffer a top-up.\nTL-099A8057',
  )
})
