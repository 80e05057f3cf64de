import { createHmac, timingSafeEqual } from 'node:crypto'
import { plainText } from '@trunkline/core/platform/plain-text'
import {
  type Delivery,
  longestId,
  type Reading,
  type SigningSecret,
  type Verification,
  type WebhookAdapter,
} from '@trunkline/core/webhooks/adapter'
import { standardIdentity } from '@trunkline/core/webhooks/idempotency'
import { z } from 'zod'
import { hasSigned } from '../ed25519.ts'
import { readJson } from '../json-body.ts'

const toleranceMs = 300_000
const mostSignatures = 20

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

function signs(secret: SigningSecret, bytes: Uint8Array, given: readonly Given[]): boolean {
  const isPublicKey = secret.text.startsWith('whpk_')
  const text = secret.text.replace(/^wh(sec|pk)_/, '')
  if (isPublicKey) {
    return given.some(({ scheme, signature }) => scheme === 'v1a' && hasSigned(secret, text, { bytes, signature }))
  }
  const expected = createHmac('sha256', Buffer.from(text, 'base64')).update(bytes).digest()
  // each is compared, so that the time says nothing of which one it was
  return given.map(({ scheme, signature }) => scheme === 'v1' && timingSafeEqual(signature, expected)).includes(true)
}

/**
 * Standard Webhooks: `webhook-signature` holds HMAC-SHA256 (`v1`, secret `whsec_<base64>`) or Ed25519 (`v1a`, public key `whpk_<base64>`)
 * over `<webhook-id>.<webhook-timestamp>.<body>`, five minutes either way.
 */
function verify(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': header } = delivery.headers
  if (!header || !id || stamp === undefined) return { verdict: 'signature_missing' }
  const given = signaturesIn(header)
  if (given.length === 0 || !/^\d{1,12}$/.test(stamp)) return { verdict: 'malformed_header' }
  const bytes = Buffer.concat([Buffer.from(`${id}.${stamp}.`), delivery.body])
  const signer = secrets.find((secret) => signs(secret, bytes, given))
  if (signer === undefined) return { verdict: 'signature_invalid' }
  const isFresh = Math.abs(delivery.receivedAt - Number(stamp) * 1000) <= toleranceMs
  return { verdict: isFresh ? 'verified' : 'timestamp_stale', secretId: signer.id }
}

const typed = z.object({ type: z.string().min(1) })

/** Known by the sender's own name of it. The body may be anything: what it says is its sender's business. */
function read(delivery: Delivery): Reading {
  const id = delivery.headers['webhook-id'] ?? ''
  if (id === '') return { readable: false, reason: 'There is no header «webhook-id»' }
  if (id.length > longestId) return { readable: false, reason: `webhook-id is longer than ${longestId} characters` }
  const found = readJson(delivery.body)
  const parsed = 'json' in found ? typed.safeParse(found.json) : undefined
  const type = parsed?.success ? plainText(parsed.data.type, 100).replaceAll(/\s/g, '_') : 'untyped'
  return {
    readable: true,
    identity: standardIdentity({ source: delivery.door, messageId: plainText(id, longestId) }),
    eventType: type,
    phoneNumber: undefined,
  }
}

export const standard: WebhookAdapter = { provider: 'standard', verify, read, events: () => [] }
