import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviceOf, devices, emailSchema, newPasswordSchema } from './session.ts'

test.each([
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15',
    'desktop',
  ],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148', 'mobile'],
  ['Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36', 'mobile'],
  ['Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148', 'tablet'],
  ['Mozilla/5.0 (Android 14; Tablet; rv:130.0) Gecko/130.0 Firefox/130.0', 'tablet'],
  ['curl/8.9.1', 'desktop'],
  ['', 'desktop'],
])('%s is a device', (userAgent, device) => {
  expect(deviceOf(userAgent)).toBe(device)
})

test('every user agent is one of the devices', () => {
  fc.assert(
    fc.property(fc.string(), (userAgent) => {
      expect(devices).toContain(deviceOf(userAgent))
    }),
  )
})

test('an address is one address however it is capitalised', () => {
  fc.assert(
    fc.property(fc.emailAddress(), (email) => {
      const known = emailSchema.safeParse(email)
      if (known.success) expect(emailSchema.parse(email.toUpperCase())).toBe(known.data)
    }),
  )
  expect(emailSchema.parse('Admin@localhost')).toBe('admin@localhost')
  for (const wrong of ['', 'admin', '@localhost', 'a b@c.example', 'a@b@c.example', 'a@'])
    expect(emailSchema.safeParse(wrong).success).toBe(false)
})

test('a new password has 12 to 200 characters', () => {
  expect([11, 12, 200, 201].map((length) => newPasswordSchema.safeParse('x'.repeat(length)).success)).toEqual([
    false,
    true,
    true,
    false,
  ])
})
