import { timingSafeEqual } from 'node:crypto'
import type { Delivery, Signable, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'
import { hmacSha256 } from '../../platform/hmac.ts'

/** A delivery older than this is refused. One from the future passes, as Stripe's own library lets it. */
const toleranceMs = 300_000
const mostSignatures = 20
const signedBytes = (stamp: string, body: Uint8Array) => Buffer.concat([Buffer.from(`${stamp}.`), body])

/**
 * `Stripe-Signature: t=<unix s>,v1=<64 hex>[,v1=…]`: HMAC-SHA256(whole `whsec_…`, `<t>.` ++ body). While a secret is rolled there is
 * one `v1` for each; other schemes count for nothing (stripe-node, Webhooks.ts).
 */
export function verifyStripe(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const header = delivery.headers['stripe-signature']
  if (header === undefined || header === '') return { verdict: 'signature_missing' }
  const parts = header.split(',', mostSignatures).map((part) => part.split('=', 2))
  const stamps = parts.flatMap(([scheme, value]) => (scheme === 't' && value !== undefined ? [value] : []))
  const given = parts.flatMap(([scheme, value]) =>
    scheme === 'v1' && value !== undefined && /^[0-9a-f]{64}$/i.test(value) ? [Buffer.from(value, 'hex')] : [],
  )
  const [stamp] = stamps
  if (stamp === undefined || stamps.length > 1 || !/^\d{1,12}$/.test(stamp) || given.length === 0)
    return { verdict: 'malformed_header' }
  const signed = signedBytes(stamp, delivery.body)
  for (const secret of secrets) {
    const expected = hmacSha256(secret, signed, '')
    // each is compared, so that the time says nothing of which one it was
    if (!given.map((one) => timingSafeEqual(one, expected)).includes(true)) continue
    const isFresh = delivery.receivedAt - Number(stamp) * 1000 <= toleranceMs
    return { verdict: isFresh ? 'verified' : 'timestamp_stale', secretId: secret.id }
  }
  return { verdict: 'signature_invalid' }
}

/** The header with which Stripe would send it. */
export function signStripe({ body, at }: Signable, secret: SigningSecret): Record<string, string> {
  const stamp = String(Math.floor(at / 1000))
  const digest = hmacSha256(secret, signedBytes(stamp, body), '').toString('hex')
  return { 'stripe-signature': `t=${stamp},v1=${digest}` }
}
