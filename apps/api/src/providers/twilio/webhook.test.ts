import { createHmac, hash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { parse, stringify } from 'node:querystring'
import type { Delivery } from '@trunkline/core/webhooks/adapter'
import fc from 'fast-check'
import twilioSdk from 'twilio'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { keepsTheContract } from '../exam.ts'
import { type Body, deliver, now, secretOf } from '../exam-terms.ts'
import { eventsOrFault, expectSensible } from '../strangers.ts'
import { signedUrls } from './signature.ts'
import { twilio } from './webhook.ts'

const { getExpectedTwilioSignature, validateRequest, validateRequestWithBody, getExpectedBodyHash } = twilioSdk
const token = 'f0e1d2c3b4a5968778695a4b3c2d1e0f'
const url = 'https://hooks.trunkline.example/webhooks/twilio/status'

const voice = {
  AccountSid: 'AC00000000000000000000000000000001',
  ApiVersion: '2010-04-01',
  CallSid: 'CA5b0e7b1c2d3f4a5968778695a4b3c2d1',
  From: '+14155550123',
  To: '+13125550101',
  Caller: '+14155550123',
  Called: '+13125550101',
  CallerCity: '',
  FromCity: 'SAN FRANCISCO',
  Direction: 'inbound',
}
const progress = { CallbackSource: 'call-progress-events', Timestamp: 'Tue, 14 Nov 2023 22:13:20 +0000' }
const ringing = { ...voice, ...progress, CallStatus: 'ringing', SequenceNumber: '0' }
const answered = { ...voice, ...progress, CallStatus: 'in-progress', SequenceNumber: '1' }
const completed = {
  ...voice,
  ...progress,
  CallStatus: 'completed',
  SequenceNumber: '2',
  Duration: '2',
  CallDuration: '65',
}
const plainCompleted = { ...voice, CallStatus: 'completed', Duration: '1', CallDuration: '49' }
const busy = { ...voice, ...progress, Direction: 'outbound-api', CallStatus: 'busy', Duration: '0', CallDuration: '0' }
const recording = {
  AccountSid: voice.AccountSid,
  CallSid: voice.CallSid,
  RecordingSid: 'RE0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  RecordingUrl: 'https://api.twilio.test/2010-04-01/Recordings/RE0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  RecordingStatus: 'completed',
  RecordingDuration: '61',
  RecordingChannels: '2',
  RecordingSource: 'StartCallRecordingAPI',
  RecordingStartTime: 'Tue, 14 Nov 2023 22:12:15 +0000',
  ErrorCode: '0',
}
const detection = {
  AccountSid: voice.AccountSid,
  CallSid: voice.CallSid,
  AnsweredBy: 'machine_end_beep',
  MachineDetectionDuration: '5300',
}
const text = {
  AccountSid: voice.AccountSid,
  ApiVersion: '2010-04-01',
  MessageSid: 'SM11223344556677889900aabbccddeeff',
  SmsSid: 'SM11223344556677889900aabbccddeeff',
  SmsMessageSid: 'SM11223344556677889900aabbccddeeff',
  From: '+14155550123',
  To: '+13125550101',
  Body: ' My sink is leaking — again! ',
  NumMedia: '0',
  NumSegments: '2',
  SmsStatus: 'received',
  FromCity: '',
}
const status = {
  AccountSid: voice.AccountSid,
  ApiVersion: '2010-04-01',
  MessageSid: 'SM99887766554433221100ffeeddccbbaa',
  SmsSid: 'SM99887766554433221100ffeeddccbbaa',
  From: '+13125550101',
  To: '+14155550123',
  MessageStatus: 'delivered',
  SmsStatus: 'delivered',
  RawDlrDoneDate: '2311142213',
}
const encoded = (form: Record<string, string>) => new URLSearchParams(form).toString()
const body = (name: string, door: string, form: Record<string, string>): Body => ({ name, door, text: encoded(form) })

/** Twilio's rule once more, in other words than ours. */
function sign(delivery: Delivery, secret: string): Delivery {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of new URLSearchParams(Buffer.from(delivery.body).toString()))
    values.set(name, (values.get(name) ?? new Set()).add(value))
  const data = [...values.keys()]
    .sort()
    .flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value))
    .join('')
  const digest = createHmac('sha1', secret)
    .update(delivery.url + data)
    .digest('base64')
  return { ...delivery, headers: { 'x-twilio-signature': digest } }
}

keepsTheContract(twilio, {
  header: 'x-twilio-signature',
  sign,
  bodies: [
    body('ringing', 'status', ringing),
    body('answered', 'status', answered),
    body('completed', 'status', completed),
    body('completed without a sequence', 'status', plainCompleted),
    body('busy', 'status', busy),
    body('a recording that is ready', 'status', recording),
    body('a recording that is not', 'status', { ...recording, RecordingStatus: 'absent', ErrorCode: '16101' }),
    body('who answered', 'status', detection),
    body('a call that waits for an answer', 'voice', { ...voice, CallStatus: 'ringing' }),
    body('inbound text', 'sms', text),
    body('picture without text', 'sms', { ...text, Body: '', NumMedia: '1', MediaUrl0: 'https://api.twilio.test/m' }),
    body('delivered', 'sms-status', status),
    body('undelivered', 'sms-status', { ...status, MessageStatus: 'undelivered', ErrorCode: '30003' }),
  ],
  // a space may be sent as + or as %20: Twilio signs what the parameters say; the names are sorted, equal pairs count once
  covered: (bytes) =>
    [...new Set([...new URLSearchParams(Buffer.from(bytes).toString())].map((pair) => pair.join('')))].sort().join(''),
})

const verify = (address: string, header: string, form: string, secret = token) =>
  twilio.verify(deliver(form, { url: address, headers: { 'x-twilio-signature': header } }), [secretOf(secret)]).verdict

describe('beside Twilio’s own code', () => {
  const param = fc.tuple(
    fc.oneof(fc.constantFrom('From', 'To', 'Body', 'body', 'From2', 'ÄB'), fc.string({ minLength: 1, maxLength: 8 })),
    fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('')),
  )
  const params = fc.uniqueArray(param, { maxLength: 8, selector: ([name]) => name })
  const wellFormed = (pairs: [string, string][]) => pairs.every((pair) => pair.join('').isWellFormed())

  test('any parameters that Twilio signs, we verify', () => {
    fc.assert(
      fc.property(params.filter(wellFormed), (pairs) => {
        fc.pre(!pairs.some(([name]) => name === '__proto__'))
        const form = Object.fromEntries(pairs)
        const header = getExpectedTwilioSignature(token, url, form)
        expect(verify(url, header, encoded(form))).toBe('verified')
        expect(verify(url, header, encoded({ ...form, Added: 'x' }))).toBe('signature_invalid')
      }),
    )
  })

  test('any parameters that our fixtures sign, Twilio verifies', () => {
    fc.assert(
      fc.property(params.filter(wellFormed), (pairs) => {
        fc.pre(!pairs.some(([name]) => name === '__proto__'))
        const form = Object.fromEntries(pairs)
        const header = sign(deliver(encoded(form), { url }), token).headers['x-twilio-signature'] ?? ''
        expect(validateRequest(token, header, url, form)).toBe(true)
      }),
    )
  })

  test('a repeated parameter counts once a value, in order', () => {
    const repeated = { MediaUrl: ['b', 'a', 'b'], From: '+14155550123' }
    const header = getExpectedTwilioSignature(token, url, repeated)
    const form = 'MediaUrl=b&From=%2B14155550123&MediaUrl=a&MediaUrl=b'

    expect(verify(url, header, form)).toBe('verified')
    expect(verify(url, header, form.replace('=a', '=c'))).toBe('signature_invalid')
  })

  test('a space is a space, as + or as %20', () => {
    const header = getExpectedTwilioSignature(token, url, { Body: 'a b', To: '+1' })

    expect(verify(url, header, 'Body=a+b&To=%2B1')).toBe('verified')
    expect(verify(url, header, 'Body=a%20b&To=%2B1')).toBe('verified')
    expect(verify(url, header, 'Body=a%2Bb&To=%2B1')).toBe('signature_invalid')
  })

  test('a JSON body is signed by its hash in the address', () => {
    const json = '{"event":"anything","text":"grün"}'
    const hashed = `${url}?bodySHA256=${getExpectedBodyHash(json)}`
    const header = getExpectedTwilioSignature(token, hashed, {})

    expect(validateRequestWithBody(token, header, hashed, json)).toBe(true)
    expect(verify(hashed, header, json)).toBe('verified')
    expect(verify(hashed, header, `${json} `)).toBe('signature_invalid')
    expect(verify(`${url}?bodySHA256=${hash('sha256', `${json} `)}`, header, `${json} `)).toBe('signature_invalid')
  })
})

describe('the address that was signed', () => {
  const form = encoded(ringing)
  const over = (address: string) => sign(deliver(form, { url: address }), token).headers['x-twilio-signature'] ?? ''
  const host = 'hooks.trunkline.example'

  test.each([
    [`https://${host}/a?b=c`, `https://${host}/a?b=c`],
    [`https://${host}/a?b=c`, `https://${host}:443/a?b=c`],
    [`https://${host}:8443/a`, `https://${host}:8443/a`],
    // voice drops the port of https
    [`https://${host}:8443/a`, `https://${host}/a`],
    [`http://${host}/a`, `http://${host}:80/a`],
    [`http://${host}:3000/a`, `http://${host}:3000/a`],
    [`https://user:pass@${host}/a`, `https://${host}/a`],
    [`https://${host}/a#rc=3&ct=2000`, `https://${host}/a`],
    ['http://[::1]:3000/a', 'http://[::1]:3000/a'],
    ['http://[::1]/a', 'http://[::1]:80/a'],
  ])('%s may have been signed as %s', (ours, signed) => {
    expect(verify(ours, over(signed), form)).toBe('verified')
  })

  test.each([
    [`https://${host}/a?b=c`, `https://${host}/a`],
    [`https://${host}/a`, `http://${host}/a`],
    [`https://${host}/a`, 'https://elsewhere.example/a'],
    [`https://${host}/a`, `https://${host}/b`],
    [`https://${host}/a`, `https://${host}:8443/a`],
    [`https://${host}/a/`, `https://${host}/a`],
  ])('%s is not %s', (ours, signed) => {
    expect(verify(ours, over(signed), form)).toBe('signature_invalid')
  })

  test('an address that Twilio’s library takes for the signed one is it, however its host and query are spelt', () => {
    const params = { CallSid: 'CA1', Body: 'a b' }
    const query = fc.stringMatching(/^([ab'!()*~|[\]{}"^=&+ ]|%27|%2B){0,12}$/)
    const hosts = fc.constantFrom(host, 'Hooks.Trunkline.Example', 'HOOKS.trunkline.example:443')
    const spellings: ((url: string) => string)[] = [
      (url) => url,
      (url) => new URL(url).href,
      (url) => `${new URL(url).origin}/a?${stringify(parse(url.slice(url.indexOf('?') + 1)))}`,
    ]
    fc.assert(
      fc.property(hosts, query, fc.constantFrom(...spellings), (at, text, spelt) => {
        const address = `https://${at}/a?${text}`
        const header = getExpectedTwilioSignature(token, spelt(address), params)
        const official = validateRequest(token, header, address, params)
        expect([address, verify(address, header, encoded(params))]).toEqual([
          address,
          official ? 'verified' : 'signature_invalid',
        ])
      }),
      { numRuns: 1000 },
    )
  })

  test('an address that is none is compared as it stands', () => {
    fc.assert(
      fc.property(fc.string(), (address) => {
        expect(signedUrls(address).length).toBeGreaterThan(0)
      }),
    )
  })
})

test.each(['x', 'not base64!', Buffer.alloc(19).toString('base64'), Buffer.alloc(21).toString('base64'), '='])(
  'the header «%s» is malformed',
  (header) => {
    expect(verify(url, header, encoded(ringing))).toBe('malformed_header')
  },
)

describe('what a webhook says', () => {
  const only = (door: string, form: Record<string, string>) => {
    const events = twilio.events(deliver(encoded(form), { door }), 'whk')
    expect(events).toHaveLength(1)
    return events[0]
  }

  test('a finished call brings its seconds, not its minutes', () => {
    expect(only('status', completed)).toEqual({
      kind: 'call',
      keys: ['twilio:CA5b0e7b1c2d3f4a5968778695a4b3c2d1'],
      register: 'twilio:completed',
      fact: {
        at: now,
        source: 'twilio',
        receivedAt: now,
        webhookId: 'whk',
        status: 'completed',
        direction: 'inbound',
        from: '+14155550123',
        to: '+13125550101',
        durationSeconds: 65,
        endedAt: now,
      },
    })
  })

  test('an answered call has begun, a ringing one has not', () => {
    expect(only('status', answered)?.fact).toMatchObject({ status: 'in-progress', startedAt: now })
    expect(only('status', ringing)?.fact).not.toHaveProperty('startedAt')
  })

  test('an older set-up sends no time, and the call is known all the same', () => {
    expect(only('status', plainCompleted)?.fact).toMatchObject({ at: 0, status: 'completed', durationSeconds: 49 })
  })

  test('busy stays busy and costs nothing (V-4)', () => {
    expect(only('status', busy)?.fact).toMatchObject({ status: 'busy', direction: 'outbound', durationSeconds: 0 })
  })

  test('a recording that is ready brings its address, and neither a length, a status nor an end (V-4)', () => {
    expect(only('status', recording)).toEqual({
      kind: 'call',
      keys: ['twilio:CA5b0e7b1c2d3f4a5968778695a4b3c2d1'],
      register: 'twilio:recording',
      fact: {
        at: Date.parse(recording.RecordingStartTime),
        source: 'twilio',
        receivedAt: now,
        webhookId: 'whk',
        recordingUrl: recording.RecordingUrl,
      },
    })
  })

  test('a conference through which a call is handed over, and a stream of it, are events of their own and say nothing of the call', () => {
    const CallSid = 'CA5b0e7b1c2d3f4a5968778695a4b3c2d1'
    const conference = { ConferenceSid: 'CF1', StatusCallbackEvent: 'participant-join', SequenceNumber: '2', CallSid }
    const { CallSid: _, ...begun } = { ...conference, StatusCallbackEvent: 'conference-start', SequenceNumber: '1' }
    const stream = { StreamSid: 'MZ1', StreamEvent: 'stream-started', CallSid }
    const forms = [begun, conference, { ...conference, SequenceNumber: '4' }, stream]
    const deliveries = forms.map((form) => deliver(encoded(form), { door: 'status' }))
    const readings = deliveries.map((delivery) => twilio.read(delivery, 'hash'))

    expect(readings).toMatchObject([
      { eventType: 'conference.start' },
      { eventType: 'conference.participant-join' },
      { eventType: 'conference.participant-join' },
      { eventType: 'stream.started' },
    ])
    expect(new Set(readings.map((reading) => reading.readable && reading.identity)).size).toBe(4)
    expect(deliveries.flatMap((delivery) => twilio.events(delivery, 'whk'))).toEqual([])
  })

  test('what is told beside a call is an event of its own, by its own name, and never a call that waits for an answer', () => {
    const { CallSid: _, ...ofConference } = recording
    const named = (form: Record<string, string>) => twilio.read(deliver(encoded(form), { door: 'voice' }), 'hash')
    const sids = 'CA5b0e7b1c2d3f4a5968778695a4b3c2d1:RE0a1b2c3d4e5f60718293a4b5c6d7e8f9'
    const beside = { readable: true, phoneNumber: undefined }

    expect(
      [recording, { ...recording, RecordingStatus: 'in-progress' }, ofConference, detection].map(named),
    ).toStrictEqual([
      { ...beside, identity: `twilio:recording:${sids}:completed`, eventType: 'recording.completed' },
      { ...beside, identity: `twilio:recording:${sids}:in-progress`, eventType: 'recording.in-progress' },
      {
        ...beside,
        identity: 'twilio:recording::RE0a1b2c3d4e5f60718293a4b5c6d7e8f9:completed',
        eventType: 'recording.completed',
      },
      {
        ...beside,
        identity: 'twilio:detection:CA5b0e7b1c2d3f4a5968778695a4b3c2d1:machine_end_beep',
        eventType: 'detection.machine_end_beep',
      },
    ])
    for (const form of [ofConference, detection, { ...recording, RecordingStatus: 'absent' }])
      expect(twilio.events(deliver(encoded(form), { door: 'status' }), 'whk')).toEqual([])
  })

  test('a call that is over and says who answered and where it is recorded is a call that is over', () => {
    const { RecordingStatus: _, ...recorded } = recording
    expect(only('status', { ...recorded, ...detection, ...completed })).toMatchObject({
      register: 'twilio:completed',
      fact: { status: 'completed', durationSeconds: 65, recordingUrl: recording.RecordingUrl },
    })
  })

  test('an inbound text keeps its words untrimmed and counts its segments', () => {
    expect(only('sms', text)?.fact).toMatchObject({
      status: 'received',
      direction: 'inbound',
      segments: 2,
      body: ' My sink is leaking — again! ',
      to: '+13125550101',
    })
  })

  test('a receipt names its message, status and error', () => {
    const event = only('sms-status', { ...status, MessageStatus: 'undelivered', ErrorCode: '30003' })

    expect(event).toMatchObject({
      keys: ['twilio:SM99887766554433221100ffeeddccbbaa'],
      register: 'twilio:undelivered',
      fact: { status: 'undelivered', direction: 'outbound', errorCode: '30003' },
    })
    expect(event?.fact).not.toHaveProperty('segments')
  })

  test('a caller without a number keeps his name', () => {
    const from = (From: string) => (only('status', { ...ringing, From })?.fact as { from?: string } | undefined)?.from

    expect(from('client:alice')).toBe('client:alice')
    expect(from('sip:alice@carrier.example')).toBe('sip:alice@carrier.example')
    expect(from('Anonymous')).toBe('Anonymous')
    expect(from('')).toBeUndefined()
  })

  test('a leg that another call dialled is that call by another name, and says nothing of it', () => {
    const parentSid = `CA${'7'.repeat(32)}`
    const leg = { ...completed, ParentCallSid: parentSid, Direction: 'outbound-dial' }
    const { keys, register, fact } = only('status', leg) ?? {}
    expect({ keys, register }).toEqual({
      keys: [`twilio:${parentSid}`, `twilio:${completed.CallSid}`],
      register: 'twilio:leg',
    })
    expect(Object.keys(fact ?? {}).sort()).toEqual(['at', 'receivedAt', 'source', 'webhookId'])
    expect(twilio.read(deliver(encoded(leg), { door: 'status' }), '')).toMatchObject({ eventType: 'leg.completed' })
    const endless = deliver(encoded({ ...leg, ParentCallSid: 'C'.repeat(256) }), { door: 'status' })
    expect(twilio.read(endless, '')).toMatchObject({
      readable: false,
      reason: expect.stringContaining('ParentCallSid'),
    })
    expect(() => twilio.events(endless, 'whk')).toThrow(SyntaxError)
  })

  test('a status of tomorrow is kept in the inbox and charges nothing', () => {
    expect(twilio.events(deliver(encoded({ ...ringing, CallStatus: 'dreaming' }), { door: 'status' }), 'whk')).toEqual(
      [],
    )
    expect(
      twilio.read(deliver(encoded({ ...ringing, CallStatus: 'dreaming' }), { door: 'status' }), 'hash'),
    ).toMatchObject({
      readable: true,
      eventType: 'call.dreaming',
    })
  })

  test.each([
    ['CallDuration', '86401'],
    ['CallDuration', '-4'],
    ['CallDuration', '1e9'],
    ['CallDuration', '60.5'],
    ['NumSegments', '1001'],
    ['NumSegments', 'many'],
  ])('a %s of %s cannot be true: it is refused, never charged', (name, figure) => {
    const [door, form] = name === 'CallDuration' ? ['status', completed] : ['sms', text]
    const read = () => twilio.events(deliver(encoded({ ...form, [name]: figure }), { door }), 'whk')

    expect(read).toThrow(SyntaxError)
    expect(read).toThrow(new RegExp(`^${name} is no whole number up to `))
  })

  test('a time that cannot be is not heard, and the rest is', () => {
    for (const Timestamp of ['Sat, 01 Jan 200000 00:00:00 +0000', 'Thu, 01 Jan 1970 00:00:00 +0000', 'once']) {
      const { fact } = only('status', { ...completed, Timestamp }) ?? {}
      expect(fact).toMatchObject({ at: 0, durationSeconds: 65 })
      expect(fact).not.toHaveProperty('endedAt')
    }
  })

  test('a NUL costs nothing but itself, and a name of more than 255 characters is none', () => {
    expect(only('sms', { ...text, Body: `hi\0${'x'.repeat(9996)}😀`, MessageSid: 'SM\0' })).toMatchObject({
      keys: ['twilio:SM\uFFFD'],
      fact: { body: `hi\uFFFD${'x'.repeat(9996)}\uFFFD`, segments: 2 },
    })
    for (const [door, form] of [
      ['status', { ...completed, CallSid: 'C'.repeat(256) }],
      ['sms', { ...text, MessageSid: 'S'.repeat(256) }],
    ] as const) {
      const reason = expect.stringMatching(/^(CallSid|MessageSid) is longer than 255 characters$/)
      expect(twilio.read(deliver(encoded(form), { door }), 'hash')).toEqual({ readable: false, reason })
      expect(() => only(door, form)).toThrow(SyntaxError)
    }
  })

  test('a number in national form is the same number', () => {
    expect(only('sms', { ...text, To: '(312) 555-0101' })?.fact).toMatchObject({ to: '+13125550101' })
  })

  test('a form that names nothing is unreadable', () => {
    for (const door of ['status', 'sms', 'sms-status']) {
      expect(twilio.read(deliver('From=%2B14155550123', { door }), 'hash')).toMatchObject({ readable: false })
      expect(() => twilio.events(deliver('', { door }), 'whk')).toThrow(SyntaxError)
    }
  })
})

const shared = new URL('../../../../../../shared/payloads/', import.meta.url)
const hasShared = existsSync(shared)
const vector = z.object({
  id: z.string(),
  secret: z.string(),
  url: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  body: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  expect: z.enum(['valid', 'invalid']),
})

test.runIf(hasShared)('every signature that was published for Twilio is judged as published', () => {
  const { vectors } = z
    .object({ vectors: z.array(z.looseObject({ provider: z.string() })) })
    .parse(JSON.parse(readFileSync(new URL('vectors.json', shared), 'utf8')))
  const published = vectors.filter(({ provider }) => provider === 'twilio').map((one) => vector.parse(one))

  expect(published.length).toBeGreaterThan(5)
  for (const { id, secret, url, params, body, headers, expect: judged } of published) {
    const pairs = Object.entries(params).flatMap(([name, values]) => [values].flat().map((value) => [name, value]))
    const form = body ?? new URLSearchParams(pairs as [string, string][]).toString()
    expect([id, verify(url, headers['X-Twilio-Signature'] ?? '', form, secret) === 'verified']).toEqual([
      id,
      judged === 'valid',
    ])
  }
})

test.runIf(hasShared)('every sample of Twilio’s is read and says one thing', () => {
  const samples = globSync('twilio/*.txt', { cwd: shared })

  expect(samples.length).toBeGreaterThan(4)
  for (const name of samples) {
    const [, kind = ''] = /([^/.]+)\./.exec(name) ?? []
    const doors = { inbound_sms: ['sms'], message_status: ['sms-status'], voice_status: ['status'] }[kind]
    for (const door of doors ?? ['voice', 'status']) {
      const delivery = deliver(readFileSync(new URL(name, shared)), { door })
      const events = eventsOrFault(twilio, delivery)

      expect([name, twilio.read(delivery, 'hash').readable, events.length]).toEqual([name, true, 1])
      expectSensible(events)
    }
  }
})
