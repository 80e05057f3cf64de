import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto'

const seed = createHash('sha256').update('world telnyx').digest()
/** PKCS#8 of an Ed25519 key is a fixed head and its 32 bytes. */
const key = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
})

export const telnyxPublicKey = createPublicKey(key)
  .export({ format: 'der', type: 'spki' })
  .subarray(-32)
  .toString('base64')

export const calendarSecret = `whsec_${createHash('sha256').update('world calendar').digest('base64')}`
export const formsSecret = `whsec_${createHash('sha256').update('world forms').digest('base64')}`

export function telnyxHeaders(body: string, at = Date.now()): Record<string, string> {
  const stamp = String(Math.floor(at / 1000))
  return {
    'content-type': 'application/json',
    'telnyx-timestamp': stamp,
    'telnyx-signature-ed25519': sign(null, Buffer.from(`${stamp}|${body}`), key).toString('base64'),
  }
}

export function standardHeaders(body: string, by: { id: string; secret: string }): Record<string, string> {
  const stamp = String(Math.floor(Date.now() / 1000))
  const secret = Buffer.from(by.secret.slice('whsec_'.length), 'base64')
  const digest = createHmac('sha256', secret).update(`${by.id}.${stamp}.${body}`).digest('base64')
  return {
    'content-type': 'application/json',
    'webhook-id': by.id,
    'webhook-timestamp': stamp,
    'webhook-signature': `v1,${digest}`,
  }
}

let events = 0
/** An event as Telnyx tells it. */
export function telnyxEvent(type: string, payload: object, at = Date.now()) {
  return {
    data: {
      record_type: 'event',
      event_type: type,
      id: `evt-${process.pid}-${++events}-${at}`,
      occurred_at: new Date(at).toISOString(),
      payload,
    },
    meta: { attempt: 1, delivered_to: 'https://hooks.trunkline.example/webhooks/telnyx' },
  }
}

/** A text that somebody sends to a line of Telnyx's. */
export const telnyxText = (text: { id: string; from: string; to: string; body: string; parts?: number }) =>
  telnyxEvent('message.received', {
    id: text.id,
    record_type: 'message',
    direction: 'inbound',
    type: 'SMS',
    from: { phone_number: text.from, carrier: 'Example', line_type: 'Wireless' },
    to: [{ phone_number: text.to, status: 'webhook_delivered' }],
    text: text.body,
    parts: text.parts ?? 1,
    errors: [],
  })
