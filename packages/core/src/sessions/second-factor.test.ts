import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedSteps, otpauthUri, recoveryCodeOf, secondFactorCode, stepAt, toBase32 } from './second-factor.ts'

const instant = fc.date({ min: new Date('2020-01-01Z'), max: new Date('2100-01-01Z'), noInvalidDate: true })

test('a code is taken for its half minute and the ones beside it, and never again once it was used', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -3, max: 3 }), (now, used) => {
      const lastStep = stepAt(now) + used
      const steps = acceptedSteps({ now, lastStep })
      for (const step of steps) {
        expect(Math.abs(step - stepAt(now))).toBeLessThanOrEqual(1)
        expect(step).toBeGreaterThan(lastStep)
      }
      expect(acceptedSteps({ now, lastStep: 0 })).toHaveLength(3)
    }),
  )
})

test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('RFC 4648 writes %j as %j', (text, written) => {
  expect(toBase32(new TextEncoder().encode(text))).toBe(written)
})

test('what an app opens names the account and the key', () => {
  const uri = new URL(otpauthUri({ account: 'ann+ops@trunkline.example', key: 'MZXW6YTB' }))
  expect([uri.protocol, decodeURIComponent(uri.pathname.split(':').at(-1) ?? '')]).toEqual([
    'otpauth:',
    'ann+ops@trunkline.example',
  ])
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    secret: 'MZXW6YTB',
    issuer: 'Trunkline',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
})

test('a recovery code is read however it is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (bytes) => {
      const shown = recoveryCodeOf(bytes)
      expect(shown).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/)
      for (const typed of [shown, shown.toUpperCase(), shown.replaceAll('-', ' '), ` ${shown} `]) {
        expect(secondFactorCode.parse(typed)).toEqual({ kind: 'recovery', code: shown.replaceAll('-', '') })
      }
    }),
  )
  expect(secondFactorCode.parse('123 456')).toEqual({ kind: 'totp', code: '123456' })
})

test('anything else is no code', () => {
  for (const typed of ['', '12345', '1234567', 'abcd-efgh', '１２３４５６', '0000-0000-0000-0000', 'x'.repeat(41)])
    expect(secondFactorCode.safeParse(typed).success).toBe(false)
})
