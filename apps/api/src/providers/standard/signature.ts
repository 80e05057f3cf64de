import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Delivery, Signable, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'
import { hasSigned, signWith } from '../ed25519.ts'

const toleranceMs = 300_000
const mostSignatures = 20

/**
 * The id, time and signatures of a message, by the standard's names or all three by those of Svix, whose senders may still use them
 * (svix/svix-webhooks); never some of the one and some of the other.
 */
export function statedIn(headers: Delivery['headers']) {
  const by = headers['webhook-id'] === undefined && headers['svix-id'] !== undefined ? 'svix' : 'webhook'
  return { id: headers[`${by}-id`], stamp: headers[`${by}-timestamp`], signatures: headers[`${by}-signature`] }
}

type Given = { scheme: 'v1' | 'v1a'; signature: Buffer }

/** The signatures of a header `v1,<base64> v1a,<base64>`; a scheme that we do not know counts for nothing. */
function signaturesIn(header: string): Given[] {
  return header.split(' ', mostSignatures).flatMap((part): Given[] => {
    const [scheme, text = ''] = part.split(',', 2)
    if (scheme === 'v1' && /^[A-Za-z0-9+/]{43}=$/.test(text))
      return [{ scheme, signature: Buffer.from(text, 'base64') }]
    if (scheme === 'v1a' && /^[A-Za-z0-9+/]{86}==$/.test(text))
      return [{ scheme, signature: Buffer.from(text, 'base64') }]
    return []
  })
}

const signedBytes = (id: string, stamp: string, body: Uint8Array) =>
  Buffer.concat([Buffer.from(`${id}.${stamp}.`), body])
const digestOf = (text: string, bytes: Uint8Array) =>
  createHmac('sha256', Buffer.from(text, 'base64')).update(bytes).digest()

function signs(secret: SigningSecret, bytes: Uint8Array, given: readonly Given[]): boolean {
  const isPublicKey = secret.text.startsWith('whpk_')
  const text = secret.text.replace(/^wh(sec|pk)_/, '')
  if (isPublicKey) {
    return given.some(({ scheme, signature }) => scheme === 'v1a' && hasSigned(secret, text, { bytes, signature }))
  }
  const expected = digestOf(text, bytes)
  // each is compared, so that the time says nothing of which one it was
  return given.map(({ scheme, signature }) => scheme === 'v1' && timingSafeEqual(signature, expected)).includes(true)
}

/**
 * Standard Webhooks: `webhook-signature` holds HMAC-SHA256 (`v1`, secret `whsec_<base64>`) or Ed25519 (`v1a`, public key `whpk_<base64>`)
 * over `<webhook-id>.<webhook-timestamp>.<body>`, five minutes either way.
 */
export function verifyStandard(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const { id, stamp, signatures: header } = statedIn(delivery.headers)
  if (!header || !id || stamp === undefined) return { verdict: 'signature_missing' }
  const given = signaturesIn(header)
  if (given.length === 0 || !/^\d{1,12}$/.test(stamp)) return { verdict: 'malformed_header' }
  const bytes = signedBytes(id, stamp, delivery.body)
  const signer = secrets.find((secret) => signs(secret, bytes, given))
  if (signer === undefined) return { verdict: 'signature_invalid' }
  const isFresh = Math.abs(delivery.receivedAt - Number(stamp) * 1000) <= toleranceMs
  return { verdict: isFresh ? 'verified' : 'timestamp_stale', secretId: signer.id }
}

/** The headers with which a sender of Standard Webhooks would send it: by a `whsec_`, or by the private key of a pair, `whsk_`. */
export function signStandard({ body, at, id }: Signable, secret: SigningSecret): Record<string, string> {
  const stamp = String(Math.floor(at / 1000))
  const bytes = signedBytes(id, stamp, body)
  const text = secret.text.replace(/^wh(sec|sk)_/, '')
  const signature = secret.text.startsWith('whsk_')
    ? `v1a,${signWith(text, bytes).toString('base64')}`
    : `v1,${digestOf(text, bytes).toString('base64')}`
  return { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': signature }
}
