import { hash } from 'node:crypto'
import type { SigningSecret } from '@trunkline/core/webhooks/adapter'

const blockBytes = 64
const digestBytes = 32

type Pads = { inner: Buffer; outer: Buffer }
const padsOf = new WeakMap<SigningSecret, Pads>()

const scratch = Buffer.allocUnsafeSlow(16 * 1024)

/**
 * HMAC-SHA256 (RFC 2104) of a body and what follows it. Written over one-shot hashes because `createHmac` leaves native
 * objects to the garbage collector, which costs a busy door more than the hashing.
 */
export function hmacSha256(secret: SigningSecret, body: Uint8Array, suffix: string): Buffer {
  const { inner, outer } = padsFor(secret)
  const bytes = blockBytes + body.length + Buffer.byteLength(suffix)
  const message = bytes <= scratch.length ? scratch : Buffer.allocUnsafe(bytes)
  inner.copy(message)
  message.set(body, blockBytes)
  message.write(suffix, blockBytes + body.length)
  hash('sha256', message.subarray(0, bytes), 'buffer').copy(outer, blockBytes)
  return hash('sha256', outer, 'buffer')
}

function padsFor(secret: SigningSecret): Pads {
  const known = padsOf.get(secret)
  if (known !== undefined) return known
  const text = Buffer.from(secret.text)
  const key = Buffer.alloc(blockBytes)
  ;(text.length > blockBytes ? hash('sha256', text, 'buffer') : text).copy(key)
  const pads = { inner: Buffer.from(key.map((byte) => byte ^ 0x36)), outer: Buffer.alloc(blockBytes + digestBytes) }
  pads.outer.set(key.map((byte) => byte ^ 0x5c))
  padsOf.set(secret, pads)
  return pads
}
