import { createHmac } from 'node:crypto'

/** The value of `x-retell-signature`: HMAC-SHA256 over the raw body followed by the unix milliseconds. */
export function signRetell(body: string | Uint8Array, key: string, atMs: number) {
  const digest = createHmac('sha256', key).update(body).update(String(atMs)).digest('hex')
  return `v=${atMs},d=${digest}`
}
