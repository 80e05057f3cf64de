import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leavesAnother, secretFault } from './secret.ts'
import { webhookProviders } from './state.ts'

const base64 = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((all) => Buffer.from(all).toString('base64'))

test('what a provider hands out is taken as its secret', () => {
  const given = fc.oneof(
    fc.tuple(
      fc.constant('standard' as const),
      fc
        .integer({ min: 16, max: 64 })
        .chain(base64)
        .map((text) => `whsec_${text}`),
    ),
    fc.tuple(
      fc.constant('standard' as const),
      base64(32).map((text) => `whpk_${text}`),
    ),
    fc.tuple(fc.constant('telnyx' as const), base64(32)),
    fc.tuple(fc.constant('stripe' as const), fc.stringMatching(/^whsec_[A-Za-z0-9]{32}$/)),
    fc.tuple(fc.constantFrom('retell', 'twilio'), fc.stringMatching(/^(key_)?[0-9a-f]{32}$/)),
  )
  fc.assert(
    fc.property(given, ([provider, secret]) => {
      expect(secretFault({ provider, secret })).toBeUndefined()
    }),
  )
})

test('what holds a space or a line, or next to nothing, is nobody’s secret, and whatever is said of it does not repeat it', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 7 }),
    fc.tuple(fc.string(), fc.constantFrom(' ', '\n', '\u0000', 'ü'), fc.string()).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(fc.constantFrom(...webhookProviders), text, (provider, secret) => {
      const fault = secretFault({ provider, secret })
      expect(fault).toMatch(/^must be /)
      if (secret.length > 12) expect(fault).not.toContain(secret)
    }),
  )
  expect(secretFault({ provider: 'standard', secret: `whpk_${'A'.repeat(24)}` })).toBeDefined()
})

test('whichever secret ends, one without an end stays, or it is said that none does', () => {
  const all = fc.uniqueArray(fc.record({ id: fc.string(), notAfter: fc.option(fc.date({ noInvalidDate: true })) }), {
    minLength: 1,
    selector: ({ id }) => id,
  })
  fc.assert(
    fc.property(all, fc.nat(), (all, nth) => {
      const ended = all[nth % all.length]?.id ?? ''
      const left = all.filter(({ id }) => id !== ended)
      expect(leavesAnother(ended, all)).toBe(!left.every(({ notAfter }) => notAfter !== null))
    }),
  )
})
