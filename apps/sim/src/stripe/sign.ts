import { createHmac } from 'node:crypto'

/** The value of `stripe-signature`: HMAC-SHA256 over unix seconds, a point and the raw body, keyed with the whole `whsec_…`. */
export function signStripe(body: string | Uint8Array, secret: string, atMs: number) {
  const seconds = Math.floor(atMs / 1000)
  const digest = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
  return `t=${seconds},v1=${digest}`
}
