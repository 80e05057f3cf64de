import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineOf, phoneSchema, soughtNumber, toE164 } from './phone.ts'

const e164 = fc.stringMatching(/^\+[1-9]\d{6,14}$/)

test('what is E.164 already stays as it is: providers deliver numbers that no plan lists', () => {
  fc.assert(
    fc.property(e164, fc.constantFrom('', ' ', '\t'), (phone, space) => {
      expect(toE164(phone)).toBe(phone)
      expect(toE164(space + phone + space, 'GB')).toBe(phone)
    }),
  )
})

test('any text gives E.164 or nothing, and E.164 is its own form', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[+(]?[\d ().x-]{0,18}$/))
  fc.assert(
    fc.property(text, fc.constantFrom(undefined, 'US', 'GB', 'DE', 'XX', ''), (text, country) => {
      const phone = toE164(text, country)
      if (phone === undefined) return
      expect(phone).toMatch(/^\+[1-9]\d{6,14}$/)
      expect(toE164(phone, country)).toBe(phone)
    }),
  )
})

test.each([
  ['(312) 555-0101', 'US', '+13125550101'],
  ['312-555-0101', 'US', '+13125550101'],
  ['13125550101', 'US', '+13125550101'],
  ['+1 (312) 555-0101', undefined, '+13125550101'],
  ['07700 900123', 'GB', '+447700900123'],
  ['00447700900123', 'GB', '+447700900123'],
  ['+49 30 901820', undefined, '+4930901820'],
  ['+49 30 901820', 'US', '+4930901820'],
])('%s in %s is %s', (text, country, phone) => {
  expect(toE164(text, country)).toBe(phone)
})

test.each([
  ['07700900123', undefined],
  ['00447700900123', undefined],
  ['415-555-1234 x5', 'US'],
  ['0123456789', 'US'],
  ['sip:4155551234@x', 'US'],
  ['sip:+14155551234@carrier.example', undefined],
  ['client:alice', 'US'],
  ['anonymous', 'US'],
  ['Restricted', undefined],
  ['', 'US'],
  ['+', undefined],
  ['+1', undefined],
  ['12345', 'US'],
  ['+0123456789', undefined],
  ['+1234567890123456', undefined],
])('«%s» (%s) is no number that we could call, so none is made up of it (000.3)', (text, country) => {
  expect(toE164(text, country)).toBeUndefined()
})

test('a form tells what it wants', () => {
  const refused = phoneSchema.safeParse('312 555 0101')

  expect(phoneSchema.parse('+1 312 555 0101')).toBe('+13125550101')
  expect(refused.error?.issues[0]?.message).toBe('must be a phone number with country code, such as +13125550101')
})

test.each([
  ['(312) 555-0101', '+13125550101'],
  ['312.555.0101', '+13125550101'],
  ['+44 7700 900123', '+447700900123'],
  ['trunk-7.carrier.example', 'trunk-7.carrier.example'],
  ['07700 900123', '07700 900123'],
  ['12345', '12345'],
  [' ', undefined],
  [undefined, undefined],
])('a provider that says «%s» means %s', (raw, line) => {
  expect(lineOf(raw)).toBe(line)
})

test('a number that is sought is found as it stands, and behind the blank that its plus became in an address', () => {
  fc.assert(
    fc.property(e164, (phone) => {
      expect(soughtNumber(phone)).toBe(phone)
      expect(soughtNumber(` ${phone.slice(1)}`)).toBe(phone)
    }),
  )
})

test.each([
  ['(312) 555-0101', '+13125550101'],
  ['13125550101', '+13125550101'],
  [' 1 312 555 0101', '+13125550101'],
  ['agent:agent_1', 'agent:agent_1'],
  ['sip:trunk@example.com', 'sip:trunk@example.com'],
  ['+1', '+1'],
])('who seeks «%s» finds %s', (text, sought) => {
  expect(soughtNumber(text)).toBe(sought)
})
