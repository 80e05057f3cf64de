import { createHmac } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import type { CallEvent } from '@trunkline/core/events/call'
import { symmetric, verify as verifyByRetell } from 'retell-sdk/lib/webhook_auth'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { keepsTheContract } from '../exam.ts'
import { type Body, deliver, now, secretOf } from '../exam-terms.ts'
import { eventsOrFault, expectSensible } from '../strangers.ts'
import { retell } from './webhook.ts'

const key = 'key_5f2a1c'
const signature = (body: string, secret: string, at: number) =>
  `v=${at},d=${createHmac('sha256', secret).update(`${body}${at}`).digest('hex')}`

const started = {
  event: 'call_started',
  event_timestamp: now - 65_000,
  call: {
    call_id: 'call_2f1e9c7ab34d4c0f8b6e5a7d',
    call_type: 'phone_call',
    agent_id: 'agent_harbor',
    agent_version: 3,
    call_status: 'ongoing',
    direction: 'inbound',
    from_number: '+14155550123',
    to_number: '+13125550101',
    metadata: { customer_id: 'cus_0191d3a07c3e7c6f8a4b2d1e0f9c8b7a' },
    start_timestamp: now - 65_000,
    telephony_identifier: { twilio_call_sid: 'CA5b0e7b1c2d3f4a5968778695a4b3c2d1' },
  },
}
const ended = {
  event: 'call_ended',
  event_timestamp: now,
  call: {
    ...started.call,
    call_status: 'ended',
    end_timestamp: now - 400,
    duration_ms: 64_600,
    disconnection_reason: 'user_hangup',
    transcript: 'Agent: Harbor Plumbing, good morning.\nUser: My sink is leaking.',
    recording_url: 'https://recordings.example/call.wav',
    call_cost: { combined_cost: 15.215, total_duration_seconds: 65, product_costs: [{ product: 'tts', cost: 15.215 }] },
  },
}
const analyzed = {
  event: 'call_analyzed',
  event_timestamp: now + 3000,
  call: {
    ...ended.call,
    call_analysis: { call_summary: 'A leaking sink', user_sentiment: 'Neutral', call_successful: true },
  },
}
const { start_timestamp: _start, telephony_identifier: _leg, ...neverConnected } = started.call
const notConnected = {
  event: 'call_ended',
  event_timestamp: now,
  call: {
    ...neverConnected,
    direction: 'outbound',
    call_status: 'not_connected',
    duration_ms: 0,
    disconnection_reason: 'dial_no_answer',
    call_cost: { combined_cost: 0 },
  },
}
const inbound = {
  event: 'call_inbound',
  event_timestamp: now,
  call_inbound: { agent_id: 'agent_harbor', from_number: '+14155550123', to_number: '+13125550101' },
}
const transfer = {
  event: 'transfer_started',
  event_timestamp: now,
  call: started.call,
  transfer_destination: '+13125550177',
}

const body = (name: string, event: object): Body => ({ name, door: 'events', text: JSON.stringify(event) })

keepsTheContract(retell, {
  freshForMs: 300_000,
  header: 'x-retell-signature',
  sign: (delivery, secret) => ({
    ...delivery,
    headers: { 'x-retell-signature': signature(Buffer.from(delivery.body).toString(), secret, delivery.receivedAt) },
  }),
  bodies: [
    body('started', started),
    body('ended', ended),
    body('analyzed', analyzed),
    body('not connected', notConnected),
    body('inbound', inbound),
    body('transfer', transfer),
    body('anonymous caller', { ...started, call: { ...started.call, from_number: 'anonymous' } }),
  ],
})

describe('the time window', () => {
  const at = (stamp: number, receivedAt: number) =>
    retell.verify(deliver('{}', { headers: { 'x-retell-signature': signature('{}', key, stamp) }, receivedAt }), [
      secretOf(key),
    ])

  test.each([-300_000, -1, 0, 1, 300_000])('a signature %i ms away is fresh', (distance) => {
    expect(at(now + distance, now)).toEqual({ verdict: 'verified', secretId: secretOf(key).id })
  })

  test.each([-300_001, 300_001, -86_400_000, 86_400_000])(
    'one %i ms away is stale, and says by whom it was signed',
    (distance) => {
      expect(at(now + distance, now)).toEqual({ verdict: 'timestamp_stale', secretId: secretOf(key).id })
    },
  )

  test('the time cannot be changed without the key', () => {
    const [, digest] = signature('{}', key, now).split(',')
    const headers = { 'x-retell-signature': `v=${now + 1000},${digest}` }

    expect(retell.verify(deliver('{}', { headers }), [secretOf(key)])).toEqual({ verdict: 'signature_invalid' })
  })
})

test.each([
  'garbage',
  `d=${'0'.repeat(64)},v=1`,
  `v=1,d=${'0'.repeat(63)}`,
  `v=1,d=${'0'.repeat(65)}`,
  `v=,d=${'0'.repeat(64)}`,
  `v=1e3,d=${'0'.repeat(64)}`,
  `v=-1,d=${'0'.repeat(64)}`,
  `v=1,d=${'0'.repeat(64)}\n`,
  `v=1,d=${'g'.repeat(64)}`,
  `v=1,d=${'0'.repeat(64)}, v=1,d=${'0'.repeat(64)}`,
])('the header «%s» is malformed', (header) => {
  expect(retell.verify(deliver('{}', { headers: { 'x-retell-signature': header } }), [secretOf(key)])).toEqual({
    verdict: 'malformed_header',
  })
})

describe('beside Retell’s own code', () => {
  const text = JSON.stringify(ended)

  test('what Retell signs, we verify', async () => {
    const headers = { 'x-retell-signature': await symmetric.sign(text, key, now) }

    expect(retell.verify(deliver(text, { headers }), [secretOf(key)]).verdict).toBe('verified')
  })

  test('what our fixtures sign, Retell verifies', async () => {
    expect(await verifyByRetell(text, key, signature(text, key, Date.now()))).toBe(true)
    expect(await verifyByRetell(`${text} `, key, signature(text, key, Date.now()))).toBe(false)
  })

  test('both draw the window at the same millisecond', async () => {
    for (const timestamp of [now + 300_000, now + 300_001]) {
      const header = signature(text, key, now)
      const theirs = await symmetric.verify(text, key, header, { timestamp })
      const ours = retell.verify(deliver(text, { headers: { 'x-retell-signature': header }, receivedAt: timestamp }), [
        secretOf(key),
      ])
      expect(ours.verdict === 'verified').toBe(theirs)
    }
  })
})

describe('what a webhook says', () => {
  const said = (event: object) => {
    const [only, ...more] = retell.events(deliver(JSON.stringify(event)), 'whk') as CallEvent[]
    expect(more).toEqual([])
    return only
  }

  test('a call that began names itself by both its ids, its numbers and its customer', () => {
    expect(said(started)).toEqual({
      kind: 'call',
      keys: ['retell:call_2f1e9c7ab34d4c0f8b6e5a7d', 'twilio:CA5b0e7b1c2d3f4a5968778695a4b3c2d1'],
      register: 'retell:call_started',
      fact: {
        at: now - 65_000,
        source: 'retell',
        receivedAt: now,
        webhookId: 'whk',
        status: 'in-progress',
        direction: 'inbound',
        from: '+14155550123',
        to: '+13125550101',
        agentId: 'agent_harbor',
        customerId: '0191d3a0-7c3e-7c6f-8a4b-2d1e0f9c8b7a',
        startedAt: now - 65_000,
      },
    })
  })

  test('a call that ended brings its length in milliseconds, its cost in micro-dollars and its transcript', () => {
    const { fact, transcript } = said(ended) ?? {}

    expect(transcript).toContain('My sink is leaking')
    expect(fact).toMatchObject({
      status: 'completed',
      endedAt: now - 400,
      durationMs: 64_600,
      // 15.215 cents
      costMicros: 152_150,
      disconnectReason: 'user_hangup',
      recordingUrl: 'https://recordings.example/call.wav',
    })
    expect(fact).not.toHaveProperty('transcript')
  })

  test('an analysed call brings summary and sentiment', () => {
    expect(said(analyzed)?.fact).toMatchObject({ summary: 'A leaking sink', sentiment: 'Neutral', durationMs: 64_600 })
  })

  test('a call that never connected has no length, no cost and no success', () => {
    expect(said(notConnected)?.fact).toMatchObject({ status: 'no-answer', durationMs: 0, costMicros: 0 })
  })

  test.each([
    ['dial_busy', 'busy'],
    ['dial_no_answer', 'no-answer'],
    ['dial_failed', 'failed'],
    ['invalid_destination', 'failed'],
    ['user_hangup', 'completed'],
    ['agent_hangup', 'completed'],
    ['voicemail_reached', 'completed'],
    ['a_reason_of_tomorrow', 'completed'],
  ])('the reason %s means %s', (disconnection_reason, status) => {
    expect(said({ ...ended, call: { ...ended.call, disconnection_reason } })?.fact.status).toBe(status)
  })

  test('the older shape has no duration: it is end minus start', () => {
    const { duration_ms: _none, ...call } = ended.call

    expect(said({ ...ended, call })?.fact.durationMs).toBe(64_600)
  })

  test('the call may stand under its old name «data»', () => {
    expect(said({ event: 'call_ended', event_timestamp: now, data: ended.call })?.fact).toEqual(said(ended)?.fact)
  })

  test('an anonymous caller and a SIP trunk keep their names', () => {
    const of = (from_number: string) => said({ ...started, call: { ...started.call, from_number } })?.fact.from

    expect(of('anonymous')).toBe('anonymous')
    expect(of('trunk-7.carrier.example')).toBe('trunk-7.carrier.example')
    expect(of('+1 (415) 555-0123')).toBe('+14155550123')
  })

  test('a customer id that is not ours says nothing', () => {
    for (const customer_id of ['cus_1', 7, null, 'cus_0191d3a07c3e7c6f8a4b2d1e0f9c8b7a; drop']) {
      expect(
        said({ ...started, call: { ...started.call, metadata: { customer_id } } })?.fact.customerId,
      ).toBeUndefined()
    }
  })

  test.each(['call_inbound', 'transfer_started', 'transcript_updated', 'chat_started', 'an_event_of_tomorrow'])(
    '%s is kept in the inbox and charges nothing',
    (event) => {
      expect(retell.events(deliver(JSON.stringify({ ...started, event })), 'whk')).toEqual([])
    },
  )

  test.each([
    ['no JSON', 'call_ended'],
    ['no object', '"call_ended"'],
    ['no event', '{"call":{"call_id":"call_1"}}'],
    ['half a character', Buffer.from('7b226576656e74223a22ff227d', 'hex')],
    ['nothing', ''],
  ])('%s is unreadable', (_, body) => {
    expect(retell.read(deliver(body), 'hash')).toMatchObject({ readable: false })
    expect(() => retell.events(deliver(body), 'whk')).toThrow(SyntaxError)
  })

  test.each([1e300, -1, 86_400_001, '64600'])(
    '%s is no length of a call: the webhook is refused with its reason, and nothing is charged',
    (duration_ms) => {
      const event = { ...ended, call: { ...ended.call, duration_ms } }

      expect(retell.read(deliver(JSON.stringify(event)), 'hash')).toMatchObject({ readable: true })
      expect(() => said(event)).toThrow(SyntaxError)
      expect(() => said(event)).toThrow(/^duration_ms is no length of a call: /)
    },
  )

  test('24 hours are a length, and a fraction is rounded up; what lies between an end and a start must be one too', () => {
    const lasting = (duration_ms: number) => said({ ...ended, call: { ...ended.call, duration_ms } })?.fact.durationMs
    expect([86_400_000, 1000.4].map(lasting)).toEqual([86_400_000, 1001])
    const { duration_ms: _none, ...call } = ended.call
    for (const end_timestamp of [call.start_timestamp - 1, call.start_timestamp + 86_400_001, 1e300])
      expect(() => said({ ...ended, call: { ...call, end_timestamp } })).toThrow(/minus start_timestamp is no length/)
  })

  test('a time that cannot be is not heard, and the rest is', () => {
    for (const absurd of [-5, 0, 1e300, now + 90_000_000, Date.UTC(2009, 0, 1)]) {
      const call = { ...ended.call, start_timestamp: absurd, end_timestamp: absurd }
      const { fact } = said({ ...ended, event_timestamp: absurd, call }) ?? {}
      expect(fact).toMatchObject({ at: 0, durationMs: 64_600 })
      expect(fact).not.toHaveProperty('startedAt')
      expect(fact).not.toHaveProperty('endedAt')
    }
  })

  test('a NUL or half a character costs nothing but itself', () => {
    const call_analysis = { call_summary: `${'x'.repeat(3999)}😀 end`, user_sentiment: 'half \ud83d' }
    const call = { ...ended.call, call_id: 'call\0', agent_id: 'agent\0', transcript: 'a\0b', call_analysis }

    expect(said({ ...analyzed, call })).toMatchObject({
      keys: ['retell:call\uFFFD', expect.any(String)],
      transcript: 'a\uFFFDb',
      fact: {
        durationMs: 64_600,
        agentId: 'agent\uFFFD',
        summary: `${'x'.repeat(3999)}\uFFFD`,
        sentiment: 'half \uFFFD',
      },
    })
    expect(retell.read(deliver(JSON.stringify({ ...ended, event: 'a\0' })), 'hash')).toMatchObject({
      eventType: 'a\uFFFD',
    })
  })

  test('a name of more than 255 characters is none', () => {
    for (const names of [
      { call_id: 'x'.repeat(256) },
      { telephony_identifier: { twilio_call_sid: 'x'.repeat(256) } },
    ]) {
      const event = { ...ended, call: { ...ended.call, ...names } }
      const reason = expect.stringMatching(/^(call_id|twilio_call_sid) is longer than 255 characters$/)
      expect(retell.read(deliver(JSON.stringify(event)), 'hash')).toEqual({ readable: false, reason })
      expect(() => said(event)).toThrow(SyntaxError)
    }
  })

  test('an ended call that names no call is a fault, not silence', () => {
    expect(() => retell.events(deliver('{"event":"call_ended","call":{}}'), 'whk')).toThrow(SyntaxError)
  })

  test('the number of the webhook is ours: called inbound, calling outbound', () => {
    const number = (event: object) => {
      const reading = retell.read(deliver(JSON.stringify(event)), 'hash')
      return reading.readable ? reading.phoneNumber : undefined
    }

    expect(number(started)).toBe('+13125550101')
    expect(number(inbound)).toBe('+13125550101')
    expect(number(notConnected)).toBe('+14155550123')
    const { direction: _unstated, ...call } = started.call
    expect(number({ ...started, call })).toBe('+13125550101')
    expect(number({ ...started, call: { ...call, to_number: '(312) 555-0101' } })).toBe('+13125550101')
    expect(number({ ...started, call: { ...call, to_number: 'trunk-7' } })).toBe('trunk-7')
    expect(number({ ...started, call: { call_id: 'call_web', call_type: 'web_call' } })).toBeUndefined()
  })
})

test('what Retell asks before a call or chat is known by the name that it gives it, and belongs to the line', () => {
  const read = (event: object) => retell.read(deliver(JSON.stringify(event)), 'hash')
  const numbers = { from_number: '+14155550123', to_number: '+13125550101' }
  const asked = { event: 'call_inbound', call_inbound: { ...numbers, call_id: 'call_1' } }

  expect(read(asked)).toMatchObject({
    identity: 'retell:call_inbound:call_1',
    inboundCall: { providerId: 'call_1', phoneNumber: '+13125550101' },
  })
  expect(read({ event: 'chat_inbound', chat_inbound: { ...numbers, chat_id: 'chat_1' } })).toMatchObject({
    identity: 'retell:chat_inbound:chat_1',
    phoneNumber: '+13125550101',
  })
  for (const nameless of [inbound, { event: 'chat_inbound', chat_inbound: numbers }])
    expect(read(nameless)).toMatchObject({ readable: true, identity: undefined, phoneNumber: '+13125550101' })
  expect(read({ ...asked, call_inbound: { ...numbers, call_id: 'c'.repeat(256) } })).toEqual({
    readable: false,
    reason: 'call_id is longer than 255 characters',
  })
})

test('a function that an agent calls is kept under its name and charges nothing', () => {
  const called = { name: 'book_appointment', call: started.call, args: { at: '2026-03-02T10:00:00Z' } }
  const delivery = deliver(JSON.stringify(called))

  expect(retell.read(delivery, 'hash')).toMatchObject({
    readable: true,
    eventType: 'function.book_appointment',
    identity: `retell:function.book_appointment:${started.call.call_id}:hash`,
    phoneNumber: '+13125550101',
  })
  expect(retell.events(delivery, 'whk')).toEqual([])
})

const shared = new URL('../../../../../../shared/payloads/', import.meta.url)
const hasShared = existsSync(shared)
const vector = z.object({
  id: z.string(),
  provider: z.string(),
  secret: z.string(),
  body: z.string().default(''),
  headers: z.record(z.string(), z.string()),
  verify_at_ms: z.number().optional(),
  expect: z.enum(['valid', 'invalid']),
})

test.runIf(hasShared)('every signature that was published for Retell is judged as published', () => {
  const { vectors } = z
    .object({ vectors: z.array(z.looseObject({ provider: z.string() })) })
    .parse(JSON.parse(readFileSync(new URL('vectors.json', shared), 'utf8')))
  const published = vectors.filter(({ provider }) => provider === 'retell').map((one) => vector.parse(one))

  expect(published.length).toBeGreaterThan(5)
  for (const { id, secret, body, headers, verify_at_ms, expect: judged } of published) {
    const { verdict } = retell.verify(deliver(body, { headers, receivedAt: verify_at_ms ?? now }), [secretOf(secret)])
    expect([id, verdict === 'verified']).toEqual([id, judged === 'valid'])
  }
})

type Sample = { event?: string; body?: Sample; call?: object; call_cost?: object }

/** An event, as a capture holds it, or with a fragment put where it belongs. */
function eventIn(name: string, json: Sample): Sample {
  if (!name.includes('fragment')) return json.event === undefined ? (json.body ?? {}) : json
  const [, event = ''] = /([^/.]+)\./.exec(name) ?? []
  const call = { call_id: 'call_of_a_fragment' }
  if (event === 'call_cost') return { event: 'call_ended', call: { ...call, call_cost: json.call_cost ?? json } }
  return { event, call: { ...call, ...(json.call ?? json) } }
}

test('cents become the nearest whole micro-dollar, whatever a fraction of two loses', () => {
  const costOf = (combined_cost: number) => {
    const event = { event: 'call_ended', call: { call_id: 'call_of_a_cost', call_cost: { combined_cost } } }
    const [told] = retell.events(deliver(JSON.stringify(event)), 'webhook')
    return told?.kind === 'call' ? told.fact.costMicros : undefined
  }

  expect([1.005, 15.215, 0.00005, 0].map(costOf)).toEqual([10_050, 152_150, 1, 0])
})

test('a fragment of a capture stands where it belongs', () => {
  const cost = eventIn('retell/call_cost.part.captured-fragment.json', { call_cost: { combined_cost: 10.9999999 } })
  const started = eventIn('retell/call_started.part.captured-fragment.json', { call: { from_number: 'anonymous' } })

  expect([cost.event, started.event]).toEqual(['call_ended', 'call_started'])
  for (const event of [cost, started]) {
    const events = eventsOrFault(retell, deliver(JSON.stringify(event)))
    expect(events).toHaveLength(1)
    expectSensible(events)
  }
})

test.runIf(hasShared)('every sample of Retell’s is read, and tells what its name says', () => {
  const samples = globSync('retell/*.json', { cwd: shared }).filter((name) => !/api\.|response/.test(name))

  expect(samples.length).toBeGreaterThan(3)
  for (const name of samples) {
    const json = JSON.parse(readFileSync(new URL(name, shared), 'utf8'))
    const event = eventIn(name, json)
    const delivery = deliver(JSON.stringify(event))
    const reading = retell.read(delivery, 'hash')
    const events = eventsOrFault(retell, delivery)

    expect(reading).toMatchObject({ readable: true, eventType: event.event })
    expectSensible(events)
    expect([name, events.length]).toEqual([name, /^call_(started|ended|analyzed)$/.test(event.event ?? '') ? 1 : 0])
  }
})
