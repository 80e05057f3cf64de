import type { Delivery, Signable, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'
import { hasSigned, signWith } from '../ed25519.ts'

const toleranceMs = 300_000
const signedBytes = (stamp: string, body: Uint8Array) => Buffer.concat([Buffer.from(`${stamp}|`), body])

/**
 * `telnyx-signature-ed25519`: base64 of the 64 bytes of an Ed25519 signature over `<unix seconds>|<body>`, with the seconds in
 * `telnyx-timestamp`; five minutes either way. The secret is the account's public key, base64 of its 32 bytes.
 */
export function verifyTelnyx(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const { 'telnyx-signature-ed25519': header, 'telnyx-timestamp': stamp } = delivery.headers
  if (header === undefined || header === '' || stamp === undefined) return { verdict: 'signature_missing' }
  if (!/^[A-Za-z0-9+/]{86}==$/.test(header) || !/^\d{1,12}$/.test(stamp)) return { verdict: 'malformed_header' }
  const signature = Buffer.from(header, 'base64')
  const bytes = signedBytes(stamp, delivery.body)
  const signer = secrets.find((secret) => hasSigned(secret, secret.text, { bytes, signature }))
  if (signer === undefined) return { verdict: 'signature_invalid' }
  const isFresh = Math.abs(delivery.receivedAt - Number(stamp) * 1000) <= toleranceMs
  return { verdict: isFresh ? 'verified' : 'timestamp_stale', secretId: signer.id }
}

/** The headers with which the holder of the private key would send it. */
export function signTelnyx({ body, at }: Signable, secret: SigningSecret): Record<string, string> {
  const stamp = String(Math.floor(at / 1000))
  const signature = signWith(secret.text, signedBytes(stamp, body)).toString('base64')
  return { 'telnyx-timestamp': stamp, 'telnyx-signature-ed25519': signature }
}
