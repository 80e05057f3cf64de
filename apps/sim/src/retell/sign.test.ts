import { expect, test } from 'vitest'
import { hasVectors, readVectors } from '../testing/vectors.ts'
import { signRetell } from './sign.ts'

// the digest was made by openssl over the body followed by the milliseconds
test('a Retell signature is the time and the digest of body and time', () => {
  const body = '{"event":"call_ended","call":{"call_id":"call_9a"}}'
  expect(signRetell(body, 'key_lighthouse', 1767225600123)).toBe(
    'v=1767225600123,d=e79978b85f9fe209800fcc64e41b8c7db6fdbbfa879be22bbc24417cc57972be',
  )
})

test('text and its bytes are signed alike', () => {
  const body = '{"caller":"Zoë Löwe"}'
  expect(signRetell(Buffer.from(body), 'key', 1)).toBe(signRetell(body, 'key', 1))
})

test.runIf(hasVectors)('the signatures that Retell has published are made, and the broken ones are not', () => {
  const vectors = readVectors('retell').filter(({ headers }) => /^v=\d+,/.test(headers['x-retell-signature'] ?? ''))
  expect(vectors.length).toBeGreaterThan(3)
  for (const { id, headers, body = '', secret, expect: verdict, verify_at_ms: now = 0 } of vectors) {
    const shown = headers['x-retell-signature'] ?? ''
    const signedAt = Number(/^v=(\d+)/.exec(shown)?.[1])
    const isFresh = Math.abs(now - signedAt) <= 300_000
    expect([id, signRetell(body, secret, signedAt) === shown && isFresh]).toEqual([id, verdict === 'valid'])
  }
})
