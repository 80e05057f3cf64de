import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideContact } from './consent.ts'

const moment = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined })
const consents = fc.record({ revokedByText: moment, revokedOtherwise: moment, restored: moment, granted: moment })
const purpose = fc.constantFrom('service' as const, 'marketing' as const)
const may = (input: Parameters<typeof decideContact>[0]) => decideContact(input).allowed

test('who has just said no is not contacted, whatever was said before or at the same moment', () => {
  fc.assert(
    fc.property(consents, purpose, fc.boolean(), (consents, purpose, isByText) => {
      const revoked = isByText ? { revokedByText: 4 } : { revokedOtherwise: 4 }
      expect(may({ consents: { ...consents, ...revoked }, purpose })).toBe(false)
    }),
  )
})

test('an older yes never takes back a newer no, and START takes back nothing but a keyword', () => {
  expect(may({ consents: { revokedByText: 2, granted: 1, restored: 1 }, purpose: 'service' })).toBe(false)
  expect(may({ consents: { revokedByText: 2, restored: 3 }, purpose: 'service' })).toBe(true)
  expect(may({ consents: { revokedOtherwise: 2, restored: 3 }, purpose: 'service' })).toBe(false)
  expect(may({ consents: { revokedOtherwise: 2, revokedByText: 3, granted: 4 }, purpose: 'service' })).toBe(true)
})

test('marketing needs a grant; service does not', () => {
  expect(decideContact({ consents: {}, purpose: 'marketing' })).toEqual({ allowed: false, reason: 'no_consent' })
  expect(may({ consents: { granted: 0 }, purpose: 'marketing' })).toBe(true)
  expect(may({ consents: {}, purpose: 'service' })).toBe(true)
})

test('one more no never opens, one more yes never closes', () => {
  fc.assert(
    fc.property(consents, purpose, (consents, purpose) => {
      const before = may({ consents, purpose })
      const later = (more: object) => may({ consents: { ...consents, ...more }, purpose })
      if (!before) expect(later({ revokedByText: 5 })).toBe(false)
      if (before) expect([later({ granted: 5 }), later({ restored: 5 })]).toEqual([true, true])
    }),
  )
})
