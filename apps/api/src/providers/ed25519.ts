import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { SigningSecret } from '@trunkline/core/webhooks/adapter'

/** What stands before the 32 bytes of an Ed25519 key in its usual envelope (RFC 8410, SubjectPublicKeyInfo). */
const envelope = Buffer.from('302a300506032b6570032100', 'hex')
const keyOf = new WeakMap<SigningSecret, KeyObject | null>()

/** The public key in base64, or undefined where the text is none. */
function publicKey(secret: SigningSecret, text: string): KeyObject | null {
  const known = keyOf.get(secret)
  if (known !== undefined) return known
  const raw = Buffer.from(text, 'base64')
  const key =
    raw.length === 32 ? createPublicKey({ key: Buffer.concat([envelope, raw]), format: 'der', type: 'spki' }) : null
  keyOf.set(secret, key)
  return key
}

/** Whether the holder of this public key (base64 of its 32 bytes) signed these bytes. A text that is no key has signed nothing. */
export function hasSigned(
  secret: SigningSecret,
  text: string,
  signed: { bytes: Uint8Array; signature: Buffer },
): boolean {
  const key = publicKey(secret, text)
  return key !== null && verify(null, signed.bytes, key, signed.signature)
}

/** The same for a private key (RFC 8410, PrivateKeyInfo). */
const privateEnvelope = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Signs with a private key: base64 of its 32 bytes, or of these and its public ones. */
export function signWith(text: string, bytes: Uint8Array): Buffer {
  const raw = Buffer.from(text, 'base64')
  if (raw.length !== 32 && raw.length !== 64)
    throw new TypeError('It is no private key: base64 of its 32 bytes is wanted')
  const der = Buffer.concat([privateEnvelope, raw.subarray(0, 32)])
  return sign(null, bytes, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}
