import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from './plain-text.ts'

const anything = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) })

test('whatever comes in, a text column and jsonb can hold what comes out', () => {
  fc.assert(
    fc.property(anything, fc.nat(30), (text, atMost) => {
      const plain = plainText(text, atMost)
      expect(plain.isWellFormed()).toBe(true)
      expect(plain).not.toContain('\0')
      expect(plain.length).toBe(Math.min(text.length, atMost))
      expect(plainText(plain, atMost)).toBe(plain)
    }),
  )
})

test('text that is plain stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('\0') && text.isWellFormed())
      expect(plainText(text, text.length)).toBe(text)
    }),
  )
})

test('a pair that the cut would part is not left half', () => {
  expect(plainText('ab😀', 3)).toBe('ab\uFFFD')
  expect(plainText('a\0b\ud83d', 9)).toBe('a\uFFFDb\uFFFD')
})
