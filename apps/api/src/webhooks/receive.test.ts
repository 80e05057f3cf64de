import { createHash, createHmac } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { bodyLimitBytes } from '@trunkline/core/webhooks/state'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newId } from '../platform/id.ts'
import {
  openWorld,
  publicUrl,
  randomNumber,
  retellCall,
  retellKey,
  twilioStatus,
  type World,
} from '../testing/world.ts'
import { adapters } from './adapters.ts'
import { quarantineBudget, trimQuarantine } from './quarantine.ts'
import { bootstrapSources, loadSecrets } from './sources.ts'

let world: World
let viewer: string
let operator: string
beforeAll(async () => {
  world = await openWorld()
  viewer = await world.signIn('viewer')
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

const rowsWith = (text: string) => world.owner`
  select id, state, verdict, body, body_bytes, body_encoding, event_type, last_error, revision_of, headers
  from webhook_queue where body like ${`%${text}%`} order by id`
const event = (callId: string, more: object = {}) => ({
  event: 'call_ended',
  event_timestamp: Date.now(),
  call: { call_id: callId, direction: 'inbound', to_number: randomNumber(), duration_ms: 1000, ...more },
})
const callId = () => `call_${newId().replaceAll('-', '')}`

test('what our own reading fails on is kept all the same, is an error of ours, and waits dead until it can be read', async () => {
  const id = callId()
  const reads = vi.spyOn(adapters.retell, 'read').mockImplementation(() => {
    throw new TypeError('a fault of ours')
  })
  const faults = vi.spyOn(world.inbox.faults, 'track')
  expect((await world.retell(event(id))).status).toBe(200)
  expect((await world.retell(event(id), { key: 'key_of_a_stranger' })).status).toBe(401)
  reads.mockRestore()

  const kept = await rowsWith(id)
  expect(kept.map(({ state, verdict }) => [state, verdict])).toEqual([
    ['dead', 'verified'],
    ['quarantined', 'signature_invalid'],
  ])
  expect(kept[0]?.last_error).toContain('a fault of ours')
  expect(faults.mock.calls).toMatchObject([[{ where: 'webhooks.read retell' }]])
  const again = await world.rest('POST', `/api/admin/webhook-queue/${toWireId('webhook', kept[0]?.id)}/replay`, {
    token: operator,
  })
  expect(again.body).toMatchObject({ state: 'processed' })
})

test('a delivery is kept byte for byte with its headers, and answered as received', async () => {
  const id = callId()
  const body = `{ "event":"call_ended",\n\t"call":{"call_id":"${id}", "note":"grün ☎" } }`

  expect(await world.retell(body)).toEqual({ status: 200, body: { received: true, duplicate: false } })

  const [row, ...more] = await rowsWith(id)
  expect(more).toEqual([])
  expect(row).toMatchObject({
    body,
    state: 'received',
    verdict: 'verified',
    event_type: 'call_ended',
    body_encoding: 'utf8',
  })
  expect(row?.headers.map(([name]: [string]) => name)).toContain('x-retell-signature')
})

test('the same event again is a duplicate, kept once and counted', async () => {
  const id = callId()
  const body = event(id)

  const answers = await Promise.all(Array.from({ length: 16 }, () => world.retell(body)))

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200))
  expect(answers.filter((answer) => answer.body.duplicate === false)).toHaveLength(1)
  const [row, ...more] = await rowsWith(id)
  expect(more).toEqual([])
  const { body: found } = await world.rest('GET', `/api/admin/webhook-queue/whk_${row?.id.replaceAll('-', '')}`, {
    token: operator,
  })
  expect(found).toMatchObject({ duplicates: 15 })
})

test('the same event with another body is kept as its revision and merged (K-4)', async () => {
  const { phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 60 })
  const again = { ...call.analyzed, event_timestamp: call.analyzed.event_timestamp + 5000 }
  const rerun = {
    ...again,
    call: { ...again.call, call_analysis: { call_summary: 'A flood', user_sentiment: 'Negative' } },
  }

  for (const said of [call.ended, call.analyzed]) await world.retell(said)
  expect(await world.retell(rerun)).toMatchObject({ status: 200, body: { duplicate: false } })
  expect(await world.retell(rerun)).toMatchObject({ status: 200, body: { duplicate: true } })
  await world.process()

  const rows = await rowsWith(call.id)
  expect(rows).toHaveLength(3)
  expect(rows[2]).toMatchObject({ revision_of: rows[1]?.id, state: 'processed' })
  const { body: list } = await world.rest('GET', `/api/admin/call-events?phone=${encodeURIComponent(phoneNumber)}`, {
    token: operator,
  })
  expect(list.items).toMatchObject([{ summary: 'A flood', sentiment: 'Negative', seconds: 60 }])
})

test('what a chat came to is one event, with whatever time it is sent again', async () => {
  const ended = { event: 'chat_ended', event_timestamp: 1, chat: { chat_id: `chat_${newId()}`, chat_status: 'ended' } }
  await world.retell(ended)
  await world.retell({ ...ended, event_timestamp: 2 })
  const [kept] = await world.owner`
    select count(*)::int as rows, count(distinct revision_of)::int as revised from webhook_queue where body like ${`%${ended.chat.chat_id}%`}`
  expect(kept).toEqual({ rows: 2, revised: 1 })
})

test('a forged delivery is refused, kept with its reason, and takes nothing from the genuine one that follows (K-8)', async () => {
  const id = callId()

  const forged = await world.retell(event(id), { key: 'key_of_a_stranger' })
  const unsigned = await world.retell(event(id), { sign: false })
  const stale = await world.retell(event(id), { at: Date.now() - 600_000 })
  const genuine = await world.retell(event(id))

  expect([forged, unsigned, stale].map(({ status, body }) => [status, body.error?.code])).toEqual([
    [401, 'signature_invalid'],
    [401, 'signature_missing'],
    [401, 'timestamp_stale'],
  ])
  expect(genuine).toMatchObject({ status: 200, body: { duplicate: false } })
  await world.process()
  const rows = await rowsWith(id)
  expect(rows.map(({ state, verdict }) => [state, verdict])).toEqual([
    ['quarantined', 'signature_invalid'],
    ['quarantined', 'signature_missing'],
    ['quarantined', 'timestamp_stale'],
    ['processed', 'verified'],
  ])
})

test('two calls of one caller that ring are two deliveries, and each is answered (K-4)', async () => {
  const to = randomNumber()
  const ring = {
    event: 'call_inbound',
    call_inbound: { agent_id: 'agent', from_number: '+14155550123', to_number: to },
  }

  for (const answer of [await world.retell(ring), await world.retell(ring)])
    expect(answer).toEqual({
      status: 200,
      body: {
        call_inbound: {
          override_agent_id: 'agent',
          dynamic_variables: { caller_number: '+14155550123' },
          metadata: { flagged: 'true' },
        },
      },
    })

  expect(await rowsWith(to)).toHaveLength(2)
})

test('bytes that are signed and that nobody can read are kept as dead, with the reason', async () => {
  const marker = newId()

  expect(await world.retell(`not JSON ${marker}`)).toMatchObject({ status: 200, body: { received: true } })
  expect(await world.retell(`not JSON ${marker}`)).toMatchObject({ status: 200, body: { duplicate: true } })

  expect(await rowsWith(marker)).toMatchObject([
    { state: 'dead', last_error: expect.stringContaining('not JSON'), event_type: null },
  ])
})

test('bytes that are no text are kept as they are', async () => {
  const { app, owner } = world
  const payload = Buffer.from([0xff, 0xfe, 0x00, 0x41, 0x80])

  const answer = await app.inject({
    method: 'POST',
    url: '/webhooks/retell',
    payload,
    headers: { 'content-type': 'application/json' },
  })

  expect(answer.statusCode).toBe(401)
  const [row] =
    await owner`select body, body_encoding, body_sha256 from webhook_queue where body = ${payload.toString('base64')}`
  expect(row).toEqual({
    body: payload.toString('base64'),
    body_encoding: 'base64',
    body_sha256: createHash('sha256').update(payload).digest(),
  })
})

test('a body of five megabytes is taken, one byte more is refused with a record of its size and hash', async () => {
  const id = callId()
  const frame = JSON.stringify({ event: 'call_ended', call: { call_id: id, transcript: '' } })
  const filled = (bytes: number) =>
    frame.replace('"transcript":""', `"transcript":"${'x'.repeat(bytes - frame.length)}"`)

  expect(await world.retell(filled(bodyLimitBytes))).toMatchObject({ status: 200, body: { duplicate: false } })
  const tooLarge = filled(bodyLimitBytes + 1)
  expect(await world.retell(tooLarge)).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } })

  const [row] = await world.owner`
    select state, verdict, body, body_bytes, encode(body_sha256, 'hex') as hash from webhook_queue where verdict = 'too_large'`
  expect(row).toEqual({
    state: 'quarantined',
    verdict: 'too_large',
    body: '',
    body_bytes: bodyLimitBytes + 1,
    hash: createHash('sha256').update(tooLarge).digest('hex'),
  })
})

test('a call’s turns at the carrier are events of their own, their repetition is none (V-3)', async () => {
  const { phoneNumber } = await world.customer()
  const sid = `CA${newId().replaceAll('-', '')}`
  const turns = ['ringing', 'in-progress', 'completed'].map((status, sequence) =>
    twilioStatus({
      sid,
      to: phoneNumber,
      status,
      sequence,
      at: 1_700_000_000_000,
      ...(status === 'completed' ? { seconds: 5 } : {}),
    }),
  )

  for (const turn of turns)
    expect(await world.twilio('status', turn)).toMatchObject({
      status: 200,
      body: '{"received":true,"duplicate":false}',
    })
  for (const turn of turns)
    expect(await world.twilio('status', turn)).toMatchObject({
      status: 200,
      body: '{"received":true,"duplicate":true}',
    })

  expect(await rowsWith(sid)).toHaveLength(3)
})

test.each([
  ['before all of it', 0],
  ['in the midst of it', 1],
  ['after all of it', 2],
])(
  'what Twilio tells beside a call, %s, is of that call, ends and charges nothing, and is told once',
  async (_, place) => {
    const { id, phoneNumber } = await world.customer()
    const sid = `CA${newId().replaceAll('-', '')}`
    const own = { AccountSid: `AC${'0'.repeat(31)}1`, CallSid: sid }
    const recording = { ...own, RecordingSid: `RE${newId().replaceAll('-', '')}`, RecordingDuration: '7200' }
    const RecordingUrl = `https://api.twilio.test/Recordings/${recording.RecordingSid}`
    const beside: Record<string, string>[] = [
      { ...recording, RecordingStatus: 'in-progress' },
      { ...recording, RecordingStatus: 'completed', RecordingUrl },
      { ...own, AnsweredBy: 'machine_start', MachineDetectionDuration: '2400' },
    ]
    const turn = (status: string, seconds?: number): Record<string, string> =>
      twilioStatus({ sid, to: phoneNumber, status, ...(seconds === undefined ? {} : { seconds }) })
    const callOf = async () => {
      const [call, ...others] = await world.owner`
      select status, ended_at is not null as is_over, seconds, recording_url from call_events where twilio_call_sid = ${sid}`
      return [call, others.length]
    }
    const tell = async (forms: Record<string, string>[]) => {
      for (const form of forms)
        expect(await world.twilio('status', form)).toEqual({ status: 200, body: '{"received":true,"duplicate":false}' })
      await world.process()
    }

    await tell([turn('ringing'), turn('in-progress')].toSpliced(place, 0, ...beside))
    expect(await callOf()).toEqual([
      { status: 'in-progress', is_over: false, seconds: null, recording_url: RecordingUrl },
      0,
    ])
    expect(await usedBy(id)).toEqual({ seconds: 0, segments: 0 })
    for (const form of beside) expect((await world.twilio('status', form)).body).toContain('"duplicate":true')
    await tell([turn('completed', 65)])
    expect(await callOf()).toEqual([
      { status: 'completed', is_over: true, seconds: 65, recording_url: RecordingUrl },
      0,
    ])
    expect(await usedBy(id)).toEqual({ seconds: 65, segments: 0 })
    const rows = await world.owner`select state from webhook_queue where body like ${`%${sid}%`}`
    expect(rows.map(({ state }) => state)).toEqual(Array(6).fill('processed'))
  },
)

test('an inbound text is answered in TwiML that says nothing to its sender (K-6, C-3)', async () => {
  const text = {
    MessageSid: `SM${newId().replaceAll('-', '')}`,
    From: '+14155550123',
    To: randomNumber(),
    Body: 'Hi',
    SmsStatus: 'received',
  }

  for (const answer of [await world.twilio('sms', text), await world.twilio('sms', text)])
    expect(answer).toEqual({ status: 200, body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' })
})

test('Twilio is verified over the public address, whatever Host and X-Forwarded-* say', async () => {
  const form = twilioStatus({ sid: `CA${newId().replaceAll('-', '')}`, to: randomNumber(), status: 'ringing' })
  const { status } = await world.twilio('status', form)
  expect(status).toBe(200)
  const [kept] = await world.owner`select headers, url, body from webhook_queue where body like ${`%${form.CallSid}%`}`
  const signature = kept?.headers.find(([name]: [string]) => name === 'x-twilio-signature')[1]
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
  const post = (url: string, more: Record<string, string>) =>
    world.app.inject({ method: 'POST', url, headers: { ...headers, ...more }, payload: kept?.body })

  expect(kept?.url).toBe(`${publicUrl}/webhooks/twilio/status`)
  expect(
    (
      await post('/webhooks/twilio/status', {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example:443',
        'x-forwarded-proto': 'http',
      })
    ).statusCode,
  ).toBe(200)
  expect((await post('/webhooks/twilio/status?a=b', {})).statusCode).toBe(401)
  expect((await post('/api/twilio/status', {})).statusCode).toBe(401)
})

test.each(['/webhooks/retell', '/api/retell/webhook', '/retell-webhook'])('%s is a door of Retell’s', async (path) => {
  expect(await world.retell(event(callId()), { path })).toMatchObject({ status: 200, body: { received: true } })
})

test('the door takes any content type and none', async () => {
  const { app } = world
  for (const type of [
    'text/plain',
    'application/octet-stream',
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/json; charset',
    'json',
    ';;;',
    '/',
    'a/b; =',
    undefined,
  ]) {
    const answer = await app.inject({
      method: 'POST',
      url: '/webhooks/retell',
      payload: '{}',
      headers: type === undefined ? {} : { 'content-type': type },
    })
    expect([type, answer.statusCode, answer.json().error.code]).toEqual([type, 401, 'signature_missing'])
  }
  expect((await app.inject({ method: 'POST', url: '/webhooks/retell' })).statusCode).toBe(401)
})

test('a call that is reported with a malformed content type is kept and counted', async () => {
  const { id, phoneNumber } = await world.customer()
  const payload = JSON.stringify(retellCall({ to: phoneNumber, seconds: 60 }).ended)
  const at = Date.now()
  const digest = createHmac('sha256', retellKey).update(`${payload}${at}`).digest('hex')

  const answer = await world.app.inject({
    method: 'POST',
    url: '/webhooks/retell',
    payload,
    headers: { 'content-type': 'json', 'x-retell-signature': `v=${at},d=${digest}` },
  })
  await world.process()

  expect([answer.statusCode, answer.json()]).toEqual([200, { received: true, duplicate: false }])
  const [kept] = await world.owner`select headers from webhook_queue where body = ${payload}`
  expect(kept?.headers).toContainEqual(['content-type', 'json'])
  expect(await usedBy(id)).toEqual({ seconds: 60, segments: 0 })
})

const usedBy = async (customerId: string) => {
  const [limits] = await world.owner`
    select call_used_seconds::int as seconds, sms_used::int as segments from usage_limits where customer_id = ${customerId}`
  return limits
}

test('a NUL or half a character in what was said costs nobody his seconds', async () => {
  const { id, phoneNumber } = await world.customer()
  const report = async (facts: object) => {
    const { analyzed } = retellCall({ to: phoneNumber, seconds: 10, id: callId() })
    await world.retell({ ...analyzed, call: { ...analyzed.call, ...facts } })
  }
  await report({ call_analysis: { call_summary: `${'x'.repeat(3999)}😀 end`, user_sentiment: 'Neutral' } })
  await report({ call_analysis: { call_summary: 'half \ud83d', user_sentiment: 'a\0' } })
  await report({ transcript: 'Agent: Good \0 morning' })
  await report({ agent_id: 'agent\0', disconnection_reason: 'user\ud83d', recording_url: 'https://x.example/\0' })
  await report({ call_id: 'call\0of nobody', telephony_identifier: { twilio_call_sid: 'CA\ud83d' } })
  await world.twilio('sms', {
    MessageSid: `SM${newId()}\0`,
    From: '+14155550123\0',
    To: phoneNumber,
    Body: 'hi\0there',
    NumSegments: '3',
  })
  await world.process()

  expect(await usedBy(id)).toEqual({ seconds: 50, segments: 3 })
  const states = await world.owner`
    select state, count(*)::int as rows from webhook_queue where phone_number = ${phoneNumber} group by state`
  expect(states).toEqual([{ state: 'processed', rows: 6 }])
})

test('what no call can have is refused with its reason and charged to nobody: an absurd length, a name without end', async () => {
  const { id, phoneNumber } = await world.customer()
  const reasonOf = async (facts: object) => {
    const { ended } = retellCall({ to: phoneNumber, seconds: 10 })
    const body = JSON.stringify({ ...ended, call: { ...ended.call, ...facts } })
    expect(await world.retell(body)).toMatchObject({ status: 200 })
    await world.process()
    const [row] = await world.owner`select state, last_error, attempts from webhook_queue where body = ${body}`
    return [row?.state, row?.last_error]
  }

  for (const duration_ms of [1e300, -1, 86_400_001])
    expect(await reasonOf({ duration_ms })).toEqual(['dead', expect.stringContaining('is no length of a call')])
  expect(await reasonOf({ call_id: newId().repeat(80) })).toEqual(['dead', 'call_id is longer than 255 characters'])
  expect(await usedBy(id)).toEqual({ seconds: 0, segments: 0 })
})

test('a carrier’s time that cannot be is not heard: the call counts from when it was received', async () => {
  const { id, phoneNumber } = await world.customer()
  const sid = `CA${newId().replaceAll('-', '')}`
  const form = twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 60 })

  await world.twilio('status', { ...form, Timestamp: 'Sat, 01 Jan 200000 00:00:00 +0000' })
  await world.process()

  expect(await usedBy(id)).toEqual({ seconds: 60, segments: 0 })
  const [call] = await world.owner`
    select occurred_at = received_at as is_arrival, ended_at from call_events
    join webhook_queue on body like ${`%${sid}%`} where twilio_call_sid = ${sid}`
  expect(call).toEqual({ is_arrival: true, ended_at: null })
})

test('a later figure without a later time counts, whichever is written larger', async () => {
  const { id, phoneNumber } = await world.customer()
  const sid = `CA${newId().replaceAll('-', '')}`
  for (const seconds of [95, 120, 100]) {
    const { Timestamp: _none, ...form } = twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds })
    await world.twilio('status', form)
    await world.process()
    expect(await usedBy(id)).toEqual({ seconds, segments: 0 })
  }
})

test('bytes and words are for those who act: others are refused the inbox and see that there were words, not which', async () => {
  const { phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 10 })
  await world.retell(call.analyzed)
  await world.twilio('sms', {
    MessageSid: `SM${newId()}`,
    From: '+14155550123',
    To: phoneNumber,
    Body: 'My sink is leaking',
    NumSegments: '1',
  })
  await world.process()
  const [row] = await world.owner`select id from webhook_queue where body like ${`%${call.id}%`}`
  const wireId = `whk_${row?.id.replaceAll('-', '')}`
  const phone = encodeURIComponent(phoneNumber)

  for (const token of [viewer, await world.signIn('sales')]) {
    for (const path of [`webhook-queue/${wireId}`, 'webhook-queue', 'webhook-queue?q=leaking'])
      expect(await world.rest('GET', `/api/admin/${path}`, { token })).toMatchObject({ status: 403 })
    const calls = await world.rest('GET', `/api/admin/call-events?phone=${phone}`, { token })
    const messages = await world.rest('GET', `/api/admin/sms-events?phone=${phone}`, { token })
    expect(calls.body.items).toMatchObject([{ seconds: 10, summary: '•••' }])
    expect(messages.body.items).toMatchObject([{ segments: 1, body: '•••' }])
    expect(JSON.stringify([calls.body, messages.body])).not.toMatch(/leaking/)
  }
  for (const token of [operator, await world.signIn('admin')]) {
    expect((await world.rest('GET', `/api/admin/webhook-queue/${wireId}`, { token })).body.body).toContain('leaking')
    const messages = await world.rest('GET', `/api/admin/sms-events?phone=${phone}`, { token })
    expect(messages.body.items).toMatchObject([{ body: 'My sink is leaking' }])
  }
})

test('credentials that came along by mistake are not kept', async () => {
  const marker = newId()

  await world.app.inject({
    method: 'POST',
    url: '/webhooks/retell',
    payload: marker,
    headers: { authorization: 'Bearer of-somebody', cookie: 'a=b', 'x-other': 'kept' },
  })

  const [row] = await rowsWith(marker)
  const names = row?.headers.map(([name]: [string]) => name.toLowerCase())
  expect(names).toContain('x-other')
  expect(names).not.toContain('authorization')
  expect(names).not.toContain('cookie')
})

test('a sender whose name no table can hold is refused like any other, and what he sent is kept', async () => {
  const marker = newId()
  const answer = await world.app.inject({ method: 'POST', url: '/webhooks/standard/%00', payload: marker })

  expect(answer.statusCode).toBe(401)
  expect(await rowsWith(marker)).toMatchObject([{ state: 'quarantined', verdict: 'secret_missing' }])
})

test('a stranger fills no disk: what is kept of him is bounded by the minute, and a genuine delivery never asks', async () => {
  const before = await world.owner`select count(*)::int as rows from webhook_queue where state = 'quarantined'`
  const minute = () => Math.floor(Date.now() / 60_000)
  const began = minute()
  for (let turn = 0; turn < 90; turn++) await world.retell(event(callId()), { sign: false })
  const minutes = minute() - began + 1
  const after = await world.owner`select count(*)::int as rows from webhook_queue where state = 'quarantined'`

  expect(after[0]?.rows - before[0]?.rows).toBeLessThanOrEqual(30 * minutes)
  expect(await world.retell(event(callId()))).toMatchObject({ status: 200 })
})

test('the budget is one for an address and one for all, in rows and in bytes', () => {
  const may = quarantineBudget()
  const now = 1_700_000_000_000
  const kept = (address: (turn: number) => string, bytes: number, turns: number, at = now) =>
    Array.from({ length: turns }, (_, turn) => may(address(turn), at, bytes)).filter(Boolean).length

  expect(kept(() => 'a', 10, 100)).toBe(30)
  expect(kept(() => 'b', 1024 * 1024, 100)).toBe(4)
  expect(kept((turn) => `c${turn}`, 10, 1000)).toBe(300 - 34)
  expect(kept(() => 'a', 10, 100, now + 60_000)).toBe(30)
  // whoever has one address of IPv6 has as many as he likes
  expect(kept((turn) => `2001:db8:0:1::${turn.toString(16)}`, 10, 100, now + 60_000)).toBe(30)
  expect(kept((turn) => `::ffff:192.0.2.${turn}`, 10, 100, now + 60_000)).toBe(100)
  expect(kept((turn) => `d${turn}`, 1024 * 1024, 100, now + 120_000)).toBe(16)
})

test('of what was refused only the newest is kept, and nothing for ever', async () => {
  const marker = newId()
  await world.retell(`old ${marker}`, { sign: false, at: Date.now() })
  await world.retell(event(callId()))
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select lpad(to_hex(n), 32, '0')::uuid, 'retell', 'events', 'x', 'x', '[]', ${marker}, 'utf8', 1, '\\x00', 'signature_missing', 'quarantined', now() - interval '31 days'
    from generate_series(1, 5) as n`
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select lpad(to_hex(n), 32, '0')::uuid, 'retell', 'events', 'x', 'x' || n % 9, '[]', ${marker}, 'utf8', 1, '\\x00', 'signature_missing', 'quarantined', now()
    from generate_series(101, 10150) as n`
  const verified = await world.owner`select count(*)::int as rows from webhook_queue where state <> 'quarantined'`

  await trimQuarantine(world.ctx())

  const [left] = await world.owner`
    select count(*)::int as rows, count(*) filter (where received_at < now() - interval '30 days')::int as old
    from webhook_queue where state = 'quarantined'`
  expect(left).toEqual({ rows: 10_000, old: 0 })
  expect(await world.owner`select count(*)::int as rows from webhook_queue where state <> 'quarantined'`).toEqual(
    verified,
  )
})

test('one address that sends without end displaces nobody else’s', async () => {
  await world.owner`delete from webhook_queue where state = 'quarantined'`
  const insert = (from: number, to: number, address: string) => world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select lpad(to_hex(n), 32, '0')::uuid, 'retell', 'events', 'x', ${address}, '[]', 'x', 'utf8', 1, '\\x00', 'signature_missing', 'quarantined', now()
    from generate_series(${from}::int, ${to}::int) as n`
  await insert(20_001, 20_010, 'quiet')
  await insert(20_011, 29_000, 'loud')

  await trimQuarantine(world.ctx())

  expect(
    await world.owner`select remote_address, count(*)::int as rows from webhook_queue where state = 'quarantined' group by 1 order by 1`,
  ).toEqual([
    { remote_address: 'loud', rows: 2000 },
    { remote_address: 'quiet', rows: 10 },
  ])
})

test.each([
  { what: 'what was too large to keep', verdict: 'too_large', bytes: 60_000_000, rows: 20, left: 20 },
  { what: 'one address that sends much at once', verdict: 'signature_missing', bytes: 4_000_000, rows: 200, left: 16 },
])('$what takes no room from anybody else', async ({ verdict, bytes, rows, left }) => {
  await world.owner`delete from webhook_queue where state = 'quarantined'`
  const insert = (
    from: number,
    to: number,
    refused: { address: string; bytes: number; verdict: string },
  ) => world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select lpad(to_hex(n), 32, '0')::uuid, 'retell', 'events', 'x', ${refused.address}, '[]', '', 'utf8', ${refused.bytes}::int, '\\x00', ${refused.verdict}, 'quarantined', now()
    from generate_series(${from}::int, ${to}::int) as n`
  await insert(1, 10, { address: 'quiet', bytes: 1000, verdict: 'signature_invalid' })
  await insert(11, 10 + rows, { address: 'loud', bytes, verdict })

  await trimQuarantine(world.ctx())

  expect(
    await world.owner`select remote_address, count(*)::int as rows from webhook_queue where state = 'quarantined' group by 1 order by 1`,
  ).toEqual([
    { remote_address: 'loud', rows: left },
    { remote_address: 'quiet', rows: 10 },
  ])
})

test('a secret that the environment no longer gives counts for another day, and again at once when it is given back', async () => {
  const started = (retellSecrets: string[]) => {
    const ctx = world.ctx()
    return bootstrapSources({ ...ctx, env: { ...ctx.env, retellSecrets } })
  }
  const counting = async () => (await loadSecrets(world.ctx())).retell.map(({ text }) => text).sort()
  const ends = async (secret: string) => {
    const rows = await world.owner`
      select round(extract(epoch from not_after - now()) / 3600)::int as hours from webhook_sources
      where provider = 'retell' and secret_sha256 = sha256(${`retell:${secret}`}::bytea)`
    return rows[0]?.hours as number | null
  }

  await started(['the next secret'])
  expect([await ends(retellKey), await ends('the next secret')]).toEqual([24, null])
  expect(await counting()).toEqual([retellKey, 'the next secret'].sort())
  await world.owner`update webhook_sources set not_after = now() + interval '1 hour' where not_after is not null`
  await started(['the next secret'])
  expect(await ends(retellKey)).toBe(1)
  await world.owner`update webhook_sources set not_after = now() - interval '1 second' where not_after is not null`
  expect(await counting()).toEqual(['the next secret'])

  await started([retellKey, 'the next secret'])
  expect(await counting()).toEqual([retellKey, 'the next secret'].sort())
  expect((await loadSecrets(world.ctx())).twilio).toHaveLength(1)
  await started([retellKey])
})
