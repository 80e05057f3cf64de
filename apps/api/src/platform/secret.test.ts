import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openSecret, sealSecret } from './secret.ts'

const key = 'c0ffee00'.repeat(8)

test('what was sealed opens to what it was, and looks like nothing before', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 6 }), (text) => {
      const sealed = sealSecret(text, key)
      expect(openSecret(sealed, key)).toBe(text.toWellFormed())
      expect(sealed).not.toContain(text)
      expect(sealSecret(text, key)).not.toBe(sealed)
    }),
  )
})

test('another key, or a changed character, opens nothing', () => {
  const sealed = sealSecret('key_of_retell', key)
  expect(() => openSecret(sealed, 'deadbeef'.repeat(8))).toThrow()
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom('A', 'b', '7', '.'), (at, sign) => {
      const changed = sealed.slice(0, at) + sign + sealed.slice(at + 1)
      const bytes = (text: string) =>
        text
          .split('.')
          .map((part) => Buffer.from(part, 'base64url').toString('hex'))
          .join('.')
      fc.pre(bytes(changed) !== bytes(sealed) || !changed.startsWith('v1.'))
      expect(() => openSecret(changed, key)).toThrow()
    }),
  )
})

test('a seal that was cut short proves nothing', () => {
  const [version, nonce, tag = '', text] = sealSecret('key_of_retell', key).split('.')
  const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url')

  expect(() => openSecret([version, nonce, short, text].join('.'), key)).toThrow()
})
