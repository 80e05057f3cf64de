import { createHash, createHmac, createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto'
import type { Delivery } from '@trunkline/core/webhooks/adapter'
import { Webhook } from 'standardwebhooks'
import { expect, test, vi } from 'vitest'
import { keepsTheContract } from '../exam.ts'
import { deliver, now, secretOf } from '../exam-terms.ts'
import { standard } from './webhook.ts'

const keyOf = (name: string) => {
  const secret = `whsec_${createHash('sha256').update(name).digest('base64')}`
  return { signs: secret, verifies: secret }
}
const [own, other] = [keyOf('own'), keyOf('other')]
const id = 'msg_2b7e9c'

const stamped = (delivery: Delivery, signature: string): Delivery => ({
  ...delivery,
  headers: {
    'webhook-id': id,
    'webhook-timestamp': String(delivery.receivedAt / 1000),
    'webhook-signature': signature,
  },
})
const contentOf = ({ receivedAt, body }: Delivery) => Buffer.concat([Buffer.from(`${id}.${receivedAt / 1000}.`), body])

function sign(delivery: Delivery, secret: string): Delivery {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return stamped(delivery, `v1,${createHmac('sha256', key).update(contentOf(delivery)).digest('base64')}`)
}

const body = (name: string, text: string) => ({ name, door: 'calendar', text })
const bodies = [
  body(
    'an event',
    JSON.stringify({ type: 'booking.created', timestamp: '2026-03-02T10:00:00Z', data: { id: 'bk_1' } }),
  ),
  body('an event with spaces', '{ "type": "booking.moved",\n "data": {} }'),
  body('no JSON at all', 'name=Ada&at=10%3A00'),
]

keepsTheContract(standard, {
  header: 'webhook-signature',
  keys: [own, other],
  sign,
  freshForMs: 300_000,
  bodies,
  official: {
    signs: (delivery, { signs }) =>
      stamped(delivery, new Webhook(signs).sign(id, new Date(now), Buffer.from(delivery.body).toString())),
    takes({ body, headers }, { verifies }) {
      vi.useFakeTimers({ now, toFake: ['Date'] })
      try {
        new Webhook(verifies).verify(Buffer.from(body).toString(), headers as Record<string, string>, {
          jsonParse: false,
        })
        return true
      } catch {
        return false
      } finally {
        vi.useRealTimers()
      }
    },
  },
  samples: { files: 'standard-webhooks/*.json', door: () => 'contacts' },
  vectors: {
    provider: 'standard-webhooks',
    atLeast: 5,
    delivered: ({ body, headers, verify_at_s: at = 0 }) => ({ ...deliver(body), receivedAt: at * 1000, headers }),
  },
})

const text = bodies[0]?.text ?? ''
const verify = (delivery: Delivery, secret = own.verifies) => standard.verify(delivery, [secretOf(secret)]).verdict

test('a sender of Svix’s may use its own names, all three of them, and is known by the same id', () => {
  const genuine = sign(deliver(text), own.signs)
  const renamed = (...names: string[]): Delivery => ({
    ...genuine,
    headers: Object.fromEntries(
      Object.entries(genuine.headers).map(([name, value]) => [
        names.includes(name) ? name.replace('webhook-', 'svix-') : name,
        value,
      ]),
    ),
  })
  const theirs = renamed('webhook-id', 'webhook-timestamp', 'webhook-signature')

  expect(verify(theirs)).toBe('verified')
  expect(verify(theirs, other.verifies)).toBe('signature_invalid')
  expect(verify({ ...theirs, body: Buffer.from(`${text} `) })).toBe('signature_invalid')
  expect(verify(renamed('webhook-timestamp', 'webhook-signature'))).toBe('signature_missing')
  expect(verify(renamed('webhook-signature'))).toBe('signature_missing')
  expect(verify(renamed('webhook-timestamp'))).toBe('signature_missing')
  expect(standard.read(theirs, '')).toEqual(standard.read(genuine, ''))
})

test('one of several signatures is enough, and a scheme that nobody knows counts for nothing', () => {
  const genuine = sign(deliver(text), own.signs)
  const theirs = sign(deliver(text), other.signs).headers['webhook-signature']
  const header = genuine.headers['webhook-signature'] ?? ''

  expect(verify(stamped(genuine, `v9,${'A'.repeat(43)}= ${theirs} ${header}`))).toBe('verified')
  expect(verify(stamped(genuine, `v2,${header.slice(3)}`))).toBe('malformed_header')
  expect(verify(stamped(genuine, `v1a,${header.slice(3)}`))).toBe('malformed_header')
})

test('an Ed25519 signature proves the holder of the public key', () => {
  const seed = createHash('sha256').update('sender').digest()
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  const delivery = deliver(text)
  const signed = stamped(delivery, `v1a,${signBytes(null, contentOf(delivery), key).toString('base64')}`)
  const secret = `whpk_${raw.toString('base64')}`

  expect(verify(signed, secret)).toBe('verified')
  expect(verify({ ...signed, body: Buffer.from(`${text} `) }, secret)).toBe('signature_invalid')
  expect(verify(signed)).toBe('signature_invalid')
})

test('the name and the time are signed too', () => {
  const genuine = sign(deliver(text), own.signs)
  const withHeader = (name: string, value: string | undefined) => ({
    ...genuine,
    headers: { ...genuine.headers, [name]: value },
  })

  expect(verify(withHeader('webhook-id', 'msg_other'))).toBe('signature_invalid')
  expect(verify(withHeader('webhook-timestamp', String(now / 1000 - 1)))).toBe('signature_invalid')
  expect(verify(withHeader('webhook-id', undefined))).toBe('signature_missing')
  expect(verify(withHeader('webhook-timestamp', 'now'))).toBe('malformed_header')
})

test('two senders may give one name; each of them gives it once', () => {
  const identity = (door: string, name: string) => {
    const reading = standard.read({ ...deliver(text, { door }), headers: { 'webhook-id': name } }, 'hash')
    return reading.readable ? reading.identity : undefined
  }

  expect(identity('calendar', 'msg_1')).toBe(identity('calendar', 'msg_1'))
  expect(new Set([identity('calendar', 'msg_1'), identity('calendar', 'msg_2'), identity('forms', 'msg_1')]).size).toBe(
    3,
  )
  expect(standard.read({ ...deliver(text), headers: { 'webhook-id': 'm'.repeat(256) } }, 'hash')).toMatchObject({
    readable: false,
  })
})
