import { createHmac } from 'node:crypto'

/** A `webhook-signature`: HMAC-SHA256 over id, unix seconds and the raw body, keyed with the bytes behind `whsec_`. */
export function signStandard(body: string, secret: string, said: { id: string; atSeconds: number }): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const digest = createHmac('sha256', key).update(`${said.id}.${said.atSeconds}.${body}`).digest('base64')
  return `v1,${digest}`
}
