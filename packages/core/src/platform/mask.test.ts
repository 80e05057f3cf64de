import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskPhone, maskText } from './mask.ts'

const e164 = fc.stringMatching(/^\+[1-9]\d{9,13}$/)
const digits = (text: string) => text.replaceAll(/\D/g, '')
const around = fc.constantFrom(
  '',
  ' ',
  '"',
  "'",
  '(',
  ')',
  '<',
  '>',
  ',',
  ';',
  '=',
  ': ',
  '.',
  '…',
  '\n',
  '\\"',
  ' x ',
  ' y ',
  '[',
  ']',
  '{"to":"',
  '"}',
)
/** The ways in which one number is written. */
const shapes: ((phone: string) => string)[] = [
  (phone) => phone,
  (phone) => phone.replace('+', '%2B'),
  (phone) => phone.replace('+', '%2b'),
  (phone) => `tel:${phone}`,
  (phone) => `sip:${phone}@carrier.example`,
  (phone) => `From=${encodeURIComponent(phone)}&To=x`,
  (phone) => `retell:${phone}`,
  (phone) => `${phone.slice(0, 2)} (${phone.slice(2, 5)}) ${phone.slice(5, 8)}-${phone.slice(8)}`,
  (phone) => `${phone.slice(0, 3)} ${phone.slice(3, 6)} ${phone.slice(6)}`,
  (phone) => `${phone.slice(0, 3)}.${phone.slice(3, 6)}.${phone.slice(6)}`,
  (phone) => `${phone.slice(0, 3)}-${phone.slice(3, 6)}-${phone.slice(6)}`,
]

test('no phone number with its country code survives, however it is written and wherever it stands (K-24, J-14)', () => {
  fc.assert(
    fc.property(e164, fc.constantFrom(...shapes), around, around, (phone, shape, before, after) => {
      const masked = maskText(`${before}${shape(phone)}${after}`)
      expect(digits(masked)).not.toContain(digits(phone).slice(2))
      expect(masked).toContain('•••')
    }),
    { numRuns: 500 },
  )
})

test('a number without its plus does not survive either', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^1[2-9]\d{9}$|^44\d{10}$|^49\d{10,11}$/), around, around, (phone, before, after) => {
      expect(maskText(`${before}${phone}${after}`)).not.toContain(phone)
    }),
    { numRuns: 500 },
  )
  for (const text of ['tel:13125550101', 'sip:13125550101@x', 'Call 13125550101.', '(312) 555-0101', '312-555-0101'])
    expect(maskText(text)).toContain('•••')
})

test.each([
  '1-312-555-0101',
  '1 312 555 0101',
  '1.312.555.0101',
  '1 (312) 555-0101',
  '1(312)555-0101',
  '(312)555-0101',
  '%28312%29%20555-0101',
  '%28312%29+555-0101',
  '1%20%28312%29%20555-0101',
  '312%20555%200101',
  '312\u2011555\u20110101',
  '07700 900123',
  '07700%20900123',
  '07700+900123',
  '(020) 7946 0018',
  '020 7946 0018',
  '0044 7700 900123',
  '0044 20 7946 0018',
  '00447700900123',
  '030-90182000',
])('nor does %s, as people and forms write it', (written) => {
  for (const [before, after] of [
    ['', ''],
    ['Called ', '.'],
    ['From=', '&To=x'],
    ['{"to":"', '"}'],
    ['{\\"to\\":\\"', '\\"}'],
    ['tel:', ';'],
    ['q=%20', '%20'],
  ] as const) {
    const masked = maskText(`${before}${written}${after}`)
    expect(masked).toContain('•••')
    expect(masked).not.toMatch(/555.{0,3}0101|900123|7946|9018/)
    expect(masked.startsWith(before) && masked.endsWith(after)).toBe(true)
  }
})

test('a number that stands as one in JSON is masked too, and the JSON stays JSON', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[2-9]\d{9}$|^1[2-9]\d{9}$|^44\d{10}$/), (digits) => {
      const facts = { from: Number(digits), more: { to: Number(digits) }, last: Number(digits) }
      const line = JSON.stringify(facts)
      const nested = JSON.stringify({ message: line })
      for (const text of [line, nested, JSON.stringify(facts, null, 2)]) expect(maskText(text)).not.toContain(digits)
      const from = `${digits.slice(0, 2)}•••${digits.slice(-2)}`
      expect(JSON.parse(maskText(line))).toEqual({ from, more: { to: from }, last: from })
      expect(JSON.parse(JSON.parse(maskText(nested)).message)).toEqual({ from, more: { to: from }, last: from })
    }),
  )
})

test.each([
  '0',
  '1 ',
  '07700 ',
  '0044-',
  '(312) ',
  '312-',
  '1-312-555-',
  '%20',
  '%28',
  '+',
  '":1',
  '"0',
  '"',
  '": ',
  '020 (',
  '1(',
  '[ ',
  ',\\\\n',
  '[20000000000 ',
])('a long text of «%s» costs no more than its length', (piece) => {
  // a cost that grew with the square of the length would take longer than any test may
  const text = piece.repeat(200_000)

  expect(maskText(text).length).toBeLessThanOrEqual(text.length)
})

test('two numbers side by side are both masked', () => {
  fc.assert(
    fc.property(e164, e164, fc.constantFrom('', ',', ' ', '|', ':'), (a, b, between) => {
      const masked = maskText(`${a}${between}${b}`)
      expect(masked).not.toContain(a.slice(3))
      expect(masked).not.toContain(b.slice(3))
    }),
  )
})

test('masking what is masked changes nothing more', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), e164, fc.json()), (text) => {
      expect(maskText(maskText(text))).toBe(maskText(text))
    }),
  )
})

test.each([
  ['uuid', fc.uuid()],
  ['id on the wire', fc.stringMatching(/^(whk|cus|alr)_[0-9a-f]{32}$/)],
  ['CallSid', fc.stringMatching(/^(CA|SM|MM|AC)[0-9a-f]{32}$/)],
  ['Retell call', fc.stringMatching(/^call_[0-9a-f]{32}$/)],
  ['request id', fc.stringMatching(/^req_[0-9a-f]{16}$/)],
  ['hash', fc.stringMatching(/^[0-9a-f]{64}$/).filter((hash) => /[a-f]/.test(hash))],
  ['instant', fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString())],
  ['moment of the database', fc.constantFrom('2026-11-21 04:40:34.123456+00', '2026-11-21 10:10:34+05:30')],
  ['RFC 2822 time', fc.constant('Sat, 21 Nov 2026 04:40:34 +0000')],
  ['milliseconds since 1970', fc.integer({ min: 1_500_000_000_000, max: 1_999_999_999_999 }).map(String)],
  ['seconds since 1970', fc.integer({ min: 1_500_000_000, max: 1_999_999_999 }).map(String)],
  ['SQLSTATE', fc.constantFrom('40P01', '23505')],
  ['address', fc.ipV4()],
  ['figure', fc.integer({ min: -999_999_999, max: 999_999_999 }).map(String)],
  ['fraction', fc.constantFrom('0.12345678901', '04.123456789Z', '12.0770090012', '000.1', '0.000012345678')],
  ['count with its unit', fc.constantFrom('010 ms', '007 of 100', '0 1 2 3 4 5 6 7 8 9', '00 01 02', '001-002')],
  ['date', fc.constantFrom('2026-11-21', '01-02-2026 04:05', '21.11.2026 04:05', '2026-11-21 04:40:34.012345+00')],
  ['sentence', fc.constantFrom('The password is wrong', 'Sign in first', 'No secret is configured for retell')],
])('a %s survives: a log without it is of no use', (_, text) => {
  fc.assert(
    fc.property(text, fc.constantFrom('', ' ', '"', ': ', '=', '/', ',', '(', ')'), (text, around) => {
      expect(maskText(`${around}${text}${around}`)).toBe(`${around}${text}${around}`)
    }),
  )
})

test('no secret that the process knows survives, plain, in JSON or in a URL (K-24)', () => {
  const secret = fc
    .string({ minLength: 6, unit: 'grapheme' })
    .filter((text) => text.isWellFormed() && text.trim() !== '')
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (secret, before, after) => {
      for (const spelling of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
        expect(maskText(`${before}${spelling}${after}`.replaceAll('•', ''), [secret])).not.toContain(spelling)
      }
    }),
  )
})

test('an empty secret hides nothing', () => {
  expect(maskText('as it was', [''])).toBe('as it was')
})

const password = fc.stringMatching(/^[A-Za-z0-9!"',;& {}#%-]{12,20}$/)

test('what is called a password, token or key does not survive, in a log line or in one quoted in another', () => {
  const name = fc.constantFrom(
    'password',
    'newPassword',
    'token',
    'accessToken',
    'secret',
    'apiKey',
    'api_key',
    'cookie',
  )
  fc.assert(
    fc.property(name, password, (name, password) => {
      const line = JSON.stringify({ level: 'error', body: { [name]: password, other: 'kept' } })
      const nested = JSON.stringify({ message: line })
      const form = new URLSearchParams({ [name]: password, other: 'kept' }).toString()
      for (const text of [line, form, nested]) {
        const masked = maskText(text)
        expect(masked).toContain('•••')
        expect(masked).toContain('kept')
        for (const spelling of [password, JSON.stringify(password).slice(1, -1), form.slice(name.length + 1, -11)])
          expect(masked).not.toContain(spelling)
      }
      expect(() => JSON.parse(maskText(line))).not.toThrow()
      expect(() => JSON.parse(maskText(nested))).not.toThrow()
    }),
  )
})

test.each([
  'Authorization: Bearer tls_0123456789abcdefghijklmnopqrstuvwxyzABCDEF',
  'authorization: Basic QUMxMjM0NTY3ODkwOnRva2Vu',
  'the session tls_0123456789abcdefghijklmnopqrstuvwxyzABCDEF was opened',
  'postgres://trunkline:s3cr3tpass@127.0.0.1:5432/trunkline',
  'postgres://trunkline:s3cr3t@pass@127.0.0.1:5432/trunkline',
  'redis://:s3cr3tpass@127.0.0.1',
  'x-twilio-signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  'TWILIO_AUTH_TOKEN=s3cr3tpasss3cr3tpass',
])('«%s» loses its credential', (text) => {
  const masked = maskText(text)

  expect(masked).toContain('•••')
  expect(masked).not.toMatch(/s3cr3t|0123456789abc|QUMx|RSOY/)
})

test('a masked number is recognised by its ends', () => {
  expect(maskPhone('+13125550101')).toBe('+13•••01')
  expect(maskPhone('13125550101')).toBe('13•••01')
  expect(maskText('from +13125550101 to %2B14155550123')).toBe('from +13•••01 to %2B14•••23')
})

test('a line of the log stays JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), e164, (value, phone) => {
      const line = JSON.stringify({ value, to: phone, number: 13_125_550_101, ms: 12_345, text: `Called ${phone}.` })
      expect(JSON.parse(maskText(line))).toMatchObject({ number: '13•••01', ms: 12_345 })
    }),
  )
})

test('a number in a list is taken away and the line stays JSON, however deep it is quoted', () => {
  const number = fc.integer({ min: 2_000_000_000_000, max: 999_999_999_999_999 })
  const list = fc.array(fc.oneof(number, fc.jsonValue()), { minLength: 1 })
  fc.assert(
    fc.property(number, list, fc.nat(4), (first, others, depth) => {
      let line = JSON.stringify({ numbers: [first, ...others] }, undefined, depth % 2)
      for (let quoted = 0; quoted < depth; quoted++) line = JSON.stringify({ line })
      const masked = maskText(line)

      expect(masked).not.toContain(String(first))
      let said = JSON.parse(masked)
      for (let quoted = 0; quoted < depth; quoted++) said = JSON.parse(said.line)
      expect(said.numbers[0]).toBe(Number(`${String(first).slice(0, 2)}e${String(first).length - 2}`))
    }),
  )
})
