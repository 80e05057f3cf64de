import { timingSafeEqual } from 'node:crypto'
import type { Delivery, Signable, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'
import { hmacSha256 } from '../../platform/hmac.ts'

/** `X-Retell-Signature: v=<unix ms>,d=<64 hex>`: HMAC-SHA256(API key, body ++ ms), five minutes either way (retell-sdk, lib/webhook_auth). */
const headerPattern = /^v=(\d{1,16}),d=([0-9a-f]{64})$/i
const toleranceMs = 300_000

export function verifyRetell(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const header = delivery.headers['x-retell-signature']
  if (header === undefined || header === '') return { verdict: 'signature_missing' }
  const [, stamp, digest] = headerPattern.exec(header) ?? []
  if (stamp === undefined || digest === undefined) return { verdict: 'malformed_header' }
  const given = Buffer.from(digest, 'hex')
  for (const secret of secrets) {
    if (!timingSafeEqual(hmacSha256(secret, delivery.body, stamp), given)) continue
    const isFresh = Math.abs(delivery.receivedAt - Number(stamp)) <= toleranceMs
    return { verdict: isFresh ? 'verified' : 'timestamp_stale', secretId: secret.id }
  }
  return { verdict: 'signature_invalid' }
}

/** The headers with which Retell would send it. */
export function signRetell({ body, at }: Signable, secret: SigningSecret): Record<string, string> {
  return { 'x-retell-signature': `v=${at},d=${hmacSha256(secret, body, String(at)).toString('hex')}` }
}
