import { hash } from 'node:crypto'
import type { SigningSecret } from '@trunkline/core/webhooks/adapter'

const blockBytes = 64
const digestBytes = 32

/** UTF-8 text, or the bytes themselves. */
type HmacKey = SigningSecret | Uint8Array
type Pads = { inner: Buffer; outer: Buffer }
const padsOf = new WeakMap<HmacKey, Pads>()

const scratch = Buffer.allocUnsafeSlow(16 * 1024)

/**
 * HMAC-SHA256 (RFC 2104) of a body and what follows it. Written over one-shot hashes because `createHmac` leaves native
 * objects to the garbage collector, which costs a busy door more than the hashing. A key is an object that stays the same:
 * what is made of it is kept with it.
 */
export function hmacSha256(key: HmacKey, body: Uint8Array, suffix: string): Buffer {
  const { inner, outer } = padsFor(key)
  const bytes = blockBytes + body.length + Buffer.byteLength(suffix)
  const message = bytes <= scratch.length ? scratch : Buffer.allocUnsafe(bytes)
  inner.copy(message)
  message.set(body, blockBytes)
  message.write(suffix, blockBytes + body.length)
  hash('sha256', message.subarray(0, bytes), 'buffer').copy(outer, blockBytes)
  return hash('sha256', outer, 'buffer')
}

function padsFor(key: HmacKey): Pads {
  const known = padsOf.get(key)
  if (known !== undefined) return known
  const bytes = key instanceof Uint8Array ? Buffer.from(key) : Buffer.from(key.text)
  const block = Buffer.alloc(blockBytes)
  ;(bytes.length > blockBytes ? hash('sha256', bytes, 'buffer') : bytes).copy(block)
  const pads = { inner: Buffer.from(block.map((byte) => byte ^ 0x36)), outer: Buffer.alloc(blockBytes + digestBytes) }
  pads.outer.set(block.map((byte) => byte ^ 0x5c))
  padsOf.set(key, pads)
  return pads
}
