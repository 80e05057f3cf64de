import { createHash, createPrivateKey, createPublicKey, sign as signBytes } from 'node:crypto'
import { summarizeCall } from '@trunkline/core/events/call'
import { joinFacts } from '@trunkline/core/events/facts'
import type { Delivery, VendorEvent } from '@trunkline/core/webhooks/adapter'
import fc from 'fast-check'
import Telnyx from 'telnyx'
import { expect, test, vi } from 'vitest'
import { keepsTheContract } from '../exam.ts'
import { type Body, deliver, type Key, now, secretOf } from '../exam-terms.ts'
import { telnyx } from './webhook.ts'

const keyOf = (name: string): Key => {
  const der = Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    createHash('sha256').update(name).digest(),
  ])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const verifies = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
  return { signs: der.toString('base64'), verifies, ours: der.subarray(-32).toString('base64') }
}
const [own, other] = [keyOf('own'), keyOf('other')]

function sign(delivery: Delivery, secret: string): Delivery {
  const key = createPrivateKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'pkcs8' })
  const stamp = String(delivery.receivedAt / 1000)
  const signature = signBytes(null, Buffer.concat([Buffer.from(`${stamp}|`), delivery.body]), key)
  return {
    ...delivery,
    headers: { 'telnyx-signature-ed25519': signature.toString('base64'), 'telnyx-timestamp': stamp },
  }
}

const at = (ms: number) => new Date(now + ms).toISOString()
let events = 0
const event = (event_type: string, occurred_at: string, payload: object) => ({
  data: { record_type: 'event', event_type, id: `6f1c-${++events}`, occurred_at, payload },
  meta: { attempt: 1, delivered_to: 'https://hooks.trunkline.example/webhooks/telnyx' },
})
const leg = {
  call_control_id: 'v3:kq7',
  call_leg_id: '0d3c1a52-7b1e-4a55-9b1c-2f60e3a1d001',
  call_session_id: '0d3c1a52-7b1e-4a55-9b1c-2f60e3a1d002',
  connection_id: '1684641123236054244',
  client_state: null,
  from: '+14155550123',
  to: '+13125550101',
}
const initiated = event('call.initiated', at(0), { ...leg, direction: 'incoming', state: 'parked' })
const answered = event('call.answered', at(2000), { ...leg, start_time: at(0), state: 'answered' })
const hangup = event('call.hangup', at(66_200), {
  ...leg,
  hangup_cause: 'normal_clearing',
  hangup_source: 'caller',
  state: 'hangup',
})
const cost = event('call.cost', at(70_000), {
  ...leg,
  billed_duration_secs: 120,
  total_cost: '0.0135',
  status: 'success',
})
const recorded = event('call.recording.saved', at(72_000), {
  ...leg,
  channels: 'dual',
  recording_started_at: at(2000),
  recording_ended_at: at(66_000),
  recording_urls: { mp3: 'https://recordings.telnyx.example/1.mp3' },
})
const text = {
  id: '4d8e3f10-2b51-4c17-8c2f-95a1c7e0aa01',
  direction: 'inbound',
  type: 'SMS',
  from: { phone_number: '+14155550123', carrier: 'Example', line_type: 'Wireless' },
  to: [{ phone_number: '+13125550101', status: 'webhook_delivered' }],
  text: ' My sink is leaking — again! ',
  parts: 2,
  encoding: 'UCS-2',
  errors: [],
}
const received = event('message.received', at(0), text)
const outbound = { ...text, id: '4d8e3f10-2b51-4c17-8c2f-95a1c7e0aa02', direction: 'outbound' }
const sentTo = (status: string) => ({ ...outbound, to: [{ phone_number: '+14155550123', status }] })
const undelivered = { ...sentTo('delivery_failed'), errors: [{ code: '40008', title: 'Undeliverable' }] }
const body = (name: string, json: object): Body => ({ name, door: 'events', text: JSON.stringify(json) })

keepsTheContract(telnyx, {
  header: 'telnyx-signature-ed25519',
  keys: [own, other],
  sign,
  freshForMs: 300_000,
  bodies: [
    body('a call that comes in', initiated),
    body('a call that is answered', answered),
    body('a call that is over', hangup),
    body('what a call cost', cost),
    body('a recording that is ready', recorded),
    body('who answered', event('call.machine.detection.ended', at(3000), { ...leg, result: 'machine' })),
    body(
      'who answered, by the other way',
      event('call.machine.premium.detection.ended', at(3000), { ...leg, result: 'human_business' }),
    ),
    body('an inbound text', received),
    body('a text that was sent', event('message.sent', at(0), sentTo('sent'))),
    body('a text that was not delivered', event('message.finalized', at(0), undelivered)),
    body('an event that says nothing of money', event('call.dtmf.received', at(0), { ...leg, digit: '1' })),
  ],
  official: {
    async takes({ body, headers }, { verifies }) {
      vi.useFakeTimers({ now, toFake: ['Date'] })
      try {
        const text = Buffer.from(body).toString()
        await new Telnyx({ apiKey: 'unused' }).webhooks.unwrap(text, {
          headers: headers as Record<string, string>,
          key: verifies,
        })
        return true
      } catch {
        return false
      } finally {
        vi.useRealTimers()
      }
    },
  },
  samples: { files: 'telnyx/{call,message,streaming}.*[!e].openapi.json', door: () => 'events' },
})

const verify = (delivery: Delivery) => telnyx.verify(delivery, [secretOf(own.verifies)]).verdict

test.each([
  ['telnyx-signature-ed25519', 'x', 'malformed_header'],
  ['telnyx-signature-ed25519', Buffer.alloc(63).toString('base64'), 'malformed_header'],
  ['telnyx-signature-ed25519', Buffer.alloc(64).toString('base64'), 'signature_invalid'],
  ['telnyx-timestamp', 'soon', 'malformed_header'],
  ['telnyx-timestamp', '1e9', 'malformed_header'],
  ['telnyx-timestamp', undefined, 'signature_missing'],
  ['telnyx-timestamp', String(now / 1000 + 1), 'signature_invalid'],
])('the header %s of «%s» is %s', (header, value, verdict) => {
  const genuine = sign(deliver(JSON.stringify(hangup)), own.signs)
  expect(verify({ ...genuine, headers: { ...genuine.headers, [header]: value } })).toBe(verdict)
})

test('one from the future is as stale as one of the past', () => {
  const genuine = sign(deliver(JSON.stringify(hangup)), own.signs)
  expect(verify({ ...genuine, receivedAt: now - 300_000 })).toBe('verified')
  expect(verify({ ...genuine, receivedAt: now - 301_000 })).toBe('timestamp_stale')
})

test('a text that is no key has signed nothing', () => {
  const genuine = sign(deliver(JSON.stringify(hangup)), own.signs)
  expect(telnyx.verify(genuine, [secretOf('no key'), secretOf('')])).toEqual({ verdict: 'signature_invalid' })
})

const said = (json: object): VendorEvent[] => telnyx.events(deliver(JSON.stringify(json)), 'whk')
const callSaid = (json: object) => said(json).filter((one) => one.kind === 'call')
const summaryOf = (stories: readonly object[]) =>
  summarizeCall(
    stories.flatMap(callSaid).reduce((facts, { register, fact }) => joinFacts(facts, { [register]: fact }), {}),
  )

test('a call lasts from its answer to its end, whatever order they are told in (V-4)', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([initiated, answered, hangup, cost], { minLength: 4 }), (order) => {
      expect(summaryOf(order)).toMatchObject({
        status: 'completed',
        direction: 'inbound',
        seconds: 65,
        secondsSource: 'telnyx',
        costMicros: 13_500,
        from: '+14155550123',
        to: '+13125550101',
        disconnectReason: 'normal_clearing',
      })
    }),
  )
})

test('a recording brings its address and neither a length, a status nor an end; who answered changes nothing', () => {
  const ended = event('call.machine.greeting.ended', at(4000), { ...leg, result: 'beep_detected' })

  expect(summaryOf([initiated, recorded])).toMatchObject({
    status: 'ringing',
    seconds: undefined,
    endedAt: undefined,
    recordingUrl: 'https://recordings.telnyx.example/1.mp3',
  })
  expect(said(ended)).toEqual([])
})

test('one that nobody answered took no time; one whose answer is not known yet owes nothing yet; without it the bill counts', () => {
  const over = (hangup_cause: string) => event('call.hangup', at(9000), { ...leg, hangup_cause })

  expect(summaryOf([initiated, over('user_busy')])).toMatchObject({ status: 'busy', seconds: 0 })
  expect(summaryOf([initiated, over('originator_cancel')])).toMatchObject({ status: 'canceled', seconds: 0 })
  expect(summaryOf([initiated, over('normal_clearing')])).toMatchObject({ status: 'completed', seconds: undefined })
  expect(summaryOf([initiated, over('normal_clearing'), cost])).toMatchObject({ seconds: 120, secondsSource: 'telnyx' })
})

test('an inbound text is read where Telnyx nests it (C-3)', () => {
  expect(said(received)).toEqual([
    {
      kind: 'message',
      keys: ['telnyx:4d8e3f10-2b51-4c17-8c2f-95a1c7e0aa01'],
      register: 'telnyx:received',
      fact: {
        at: now,
        source: 'telnyx',
        receivedAt: now,
        webhookId: 'whk',
        status: 'received',
        direction: 'inbound',
        from: '+14155550123',
        to: '+13125550101',
        segments: 2,
        body: ' My sink is leaking — again! ',
      },
    },
  ])
})

test.each([
  ['queued', 'queued'],
  ['delivered', 'delivered'],
  ['sending_failed', 'failed'],
  ['expired', 'failed'],
  ['delivery_failed', 'undelivered'],
  ['delivery_unconfirmed', 'sent'],
])('a text that is %s is %s', (word, status) => {
  expect(said(event('message.finalized', at(0), sentTo(word)))).toMatchObject([
    { register: `telnyx:${status}`, fact: { status } },
  ])
})

test.each([
  ['delivered', ['sending_failed', 'delivered', 'delivery_failed']],
  ['delivered', ['delivered', 'expired']],
  ['undelivered', ['sending_failed', 'delivery_failed']],
  ['sent', ['sending_failed', 'delivery_unconfirmed']],
  ['sent', ['queued', 'sent']],
  ['failed', ['sending_failed', 'expired']],
])('a text to several is %s where with each of them it is %j', (status, words) => {
  const to = words.map((word, index) => ({ phone_number: `+1415555012${index}`, status: word }))
  const told = said(event('message.finalized', at(0), { ...outbound, type: 'MMS', to }))

  expect(told).toMatchObject([{ register: `telnyx:${status}`, fact: { status, to: '+14155550120' } }])
  expect(told.map(({ fact }) => 'isFinal' in fact)).toEqual([words.includes('delivery_unconfirmed')])
})

test('which of several has blocked us is not said, so nobody is taken for him', () => {
  const blocked = (...words: string[]) => {
    const to = words.map((status, index) => ({ phone_number: `+1415555012${index}`, status }))
    return said(event('message.finalized', at(0), { ...outbound, to, errors: [{ code: '40300' }] }))
  }

  expect(blocked('sending_failed')).toMatchObject([{ fact: { to: '+14155550120', errorCode: '40300' } }])
  expect(blocked('delivered', 'sending_failed').map(({ fact }) => 'errorCode' in fact)).toEqual([false])
})

test.each([
  ['parts', 1001],
  ['parts', -1],
  ['parts', '2'],
])('%s of %s cannot be true: it is refused, never charged', (name, value) => {
  expect(() => said(event('message.received', at(0), { ...text, [name]: value }))).toThrow(/^parts is no whole number/)
})

test('a second try of one event says the same, whatever it says of itself', () => {
  const again = { ...hangup, meta: { attempt: 2, delivered_to: 'https://elsewhere.example' } }
  const [first, second] = [hangup, again].map((json) => telnyx.read(deliver(JSON.stringify(json)), 'hash'))

  expect(second).toEqual(first)
})

test.each([
  [{}, 'The body is no event'],
  [{ data: { id: 'x', event_type: 'message.received' } }, 'has no payload'],
  [{ data: { id: 'x', event_type: 'message.received', payload: {} } }, 'names no message'],
  [{ data: { id: 'x', event_type: 'call.hangup', payload: {} } }, 'names no call'],
  [{ data: { id: 'x', event_type: 'call.hangup', payload: { call_leg_id: 'l'.repeat(256) } } }, 'longer than 255'],
])('%j is unreadable', (json, reason) => {
  const delivery = deliver(JSON.stringify(json))
  expect(telnyx.read(delivery, 'hash')).toEqual({ readable: false, reason: expect.stringContaining(reason) })
  expect(() => telnyx.events(delivery, 'whk')).toThrow(SyntaxError)
})

const kept = (json: object) => telnyx.read(deliver(JSON.stringify(json)), 'hash')
const identityIn = (json: object) => {
  const reading = kept(json)
  return reading.readable ? reading.identity : undefined
}

test.each([
  ['a campaign', { campaignId: '4b30017a', type: 'MNO_REVIEW', status: 'ACCEPTED' }, 'campaign.MNO_REVIEW'],
  ['a click', { data: { record_type: 'link_click', message_id: 'm1', url: 'https://a.example' } }, 'link_click'],
  ['a session', { id: 'ev_1', event: 'artifact.completed', data: { artifact_id: 'a' } }, 'artifact.completed'],
  ['a message that we know nothing of', event('message.link_clicked', at(0), { url: 'x' }), 'message.link_clicked'],
  [
    'what a business wrote by its own app',
    event('message.echo', at(0), { id: 'm2', to: '+14155550123' }),
    'message.echo',
  ],
  [
    'an order of numbers',
    event('number_order.complete', at(0), { id: 'o1', phone_numbers: [] }),
    'number_order.complete',
  ],
  [
    'what has no content',
    { data: { id: 'x', event_type: 'porting_order.status_changed' } },
    'porting_order.status_changed',
  ],
])('what is told of %s is kept under its name and charges nothing', (_name, json, eventType) => {
  expect(kept(json)).toMatchObject({ readable: true, eventType })
  expect(said(json)).toEqual([])
})

test('what gives itself no name is known by what it says, and not by which try of it this is', () => {
  const click = { data: { record_type: 'link_click', message_id: 'm1' }, meta: { attempt: 1 } }

  expect(identityIn({ ...click, meta: { attempt: 2 } })).toBe(identityIn(click))
  expect(identityIn({ ...click, data: { ...click.data, message_id: 'm2' } })).not.toBe(identityIn(click))
  expect(identityIn({ id: 'ev_1', event: 'a' })).toBe('telnyx:ev_1')
})

test.each([
  ['WHATSAPP', { type: 'text', text: { body: 'STOP' } }],
  ['RCS', { text: 'STOP' }],
])('what is written by %s is read where Telnyx puts it, and is no text message', (type, body) => {
  const { text: _none, parts: _parts, ...bare } = text
  const written = event('message.received', at(0), { ...bare, type, body, to: '+13125550101' })

  expect(kept(written)).toMatchObject({
    phoneNumber: '+13125550101',
    inboundText: { from: '+14155550123', to: '+13125550101', body: 'STOP', isElsewhere: true },
  })
  expect(said(written)).toMatchObject([{ fact: { status: 'received', body: 'STOP' } }])
  expect(kept(received)).toMatchObject({ inboundText: { isElsewhere: false } })
})

test('a cost that Telnyx could not work out is none, and no length', () => {
  const unknown = event('call.cost', at(70_000), {
    ...leg,
    status: 'error',
    billed_duration_secs: 0,
    total_cost: '0.0',
  })

  expect(summaryOf([initiated, unknown])).toMatchObject({ seconds: undefined, costMicros: undefined })
  expect(summaryOf([initiated, answered, hangup, unknown])).toMatchObject({ seconds: 65, costMicros: undefined })
})

test.each(['unspecified', 'timeout', 'call_rejected', 'originator_cancel'])(
  'a call that was answered is completed, though it ends by «%s»',
  (hangup_cause) => {
    const over = event('call.hangup', at(66_200), { ...leg, hangup_cause })

    expect(summaryOf([initiated, answered, over])).toMatchObject({ status: 'completed', seconds: 65 })
  },
)

test('a text whose carrier says no more has come to its end', () => {
  const isFinal = (json: object) => said(json).map(({ fact }) => 'isFinal' in fact && fact.isFinal)

  expect(isFinal(event('message.finalized', at(0), sentTo('delivery_unconfirmed')))).toEqual([true])
  expect(isFinal(event('message.sent', at(0), sentTo('sent')))).toEqual([false])
})
