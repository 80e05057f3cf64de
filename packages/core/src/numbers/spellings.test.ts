import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { spellingPattern } from './spellings.ts'

const finds = (e164: string, text: string) => new RegExp(spellingPattern(e164)).test(text)

describe('a number is found however it is written', () => {
  test.each([
    '+13125550101',
    '13125550101',
    '"to":"+13125550101"',
    'From=%2B13125550101&To=x',
    'From=%2B1+312+555-0101&',
    '+1 (312) 555-0101',
    '+1-312-555-0101',
    '1.312.555.0101',
    '(312) 555-0101',
    'call me: 312 555 0101.',
    '3125550101',
    '%28312%29%20555%2D0101',
    String.raw`"312\u00a0555\u00a00101"`,
    '312\u2011555\u20110101',
    '312 – 555 – 0101',
    '001 312 555 0101',
    '011 1 312 5550101',
    'tel:+1-312-555-0101',
  ])('%s', (text) => {
    expect(finds('+13125550101', text)).toBe(true)
  })

  test.each([
    '+447700900123',
    '+44 (0)7700 900123',
    '07700 900123',
    '(07700) 900-123',
    '0044 7700 900123',
    '7700900123',
  ])('in Britain: %s', (text) => {
    expect(finds('+447700900123', text)).toBe(true)
  })
})

test.each([
  '+131255501012',
  '93125550101',
  '+4413125550101',
  '+44 312 555 0101',
  '+1 312 555 0102',
  '3125550101999',
  '"a":312,"b":5550101',
  '{"x":[312,555,101]}',
  '31255501 is not 01',
])('another number is not: %s', (text) => {
  expect(finds('+13125550101', text)).toBe(false)
})

test('a national number of few digits counts with its country code alone', () => {
  expect(finds('+3541234567', 'in 1234567 ms')).toBe(false)
  expect(finds('+3541234567', 'from +354 123 4567')).toBe(true)
})

test('whatever stands between its digits, and whatever letters around it', () => {
  const between = fc.constantFrom('', ' ', '-', '.', ' - ', '(', ') ', '%20', '\u00a0', '/')
  fc.assert(
    fc.property(
      fc.array(between, { minLength: 10, maxLength: 10 }),
      fc.constantFrom('', 'Tel ', '"', '='),
      (gaps, before) => {
        const written = '3125550101'
          .split('')
          .map((digit, at) => digit + (gaps[at] ?? ''))
          .join('')
        expect(finds('+13125550101', `${before}${written}`)).toBe(true)
      },
    ),
  )
})
