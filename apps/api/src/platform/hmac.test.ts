import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hmacSha256 } from './hmac.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 200 })

test('an HMAC over one-shot hashes is the HMAC of node:crypto, whatever the secret, the body and what follows', () => {
  fc.assert(
    fc.property(
      text,
      fc.uint8Array({ maxLength: 2000 }),
      text,
      fc.constantFrom(1, 40),
      (secret, part, suffix, times) => {
        const body = Buffer.concat(Array.from({ length: times }, () => part))
        const expected = createHmac('sha256', secret).update(body).update(suffix).digest('hex')

        // the second time with what the first one left behind
        const signing = { id: 'one', text: secret }
        expect(hmacSha256(signing, body, suffix).toString('hex')).toBe(expected)
        expect(hmacSha256(signing, body, suffix).toString('hex')).toBe(expected)
        expect(hmacSha256(Buffer.from(secret), body, suffix).toString('hex')).toBe(expected)
      },
    ),
  )
})
