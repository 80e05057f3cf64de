import { createHash } from 'node:crypto'
import { bodyLimitBytes } from '@trunkline/core/webhooks/state'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { openWorld, publicUrl, randomNumber, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { quarantineBudget, trimQuarantine } from './quarantine.ts'

let world: World
let viewer: string
beforeAll(async () => {
  world = await openWorld()
  viewer = await world.signIn('viewer')
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
    token: viewer,
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
    token: viewer,
  })
  expect(list.items).toMatchObject([{ summary: 'A flood', sentiment: 'Negative', seconds: 60 }])
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
    expect(answer).toEqual({ status: 200, body: { call_inbound: {} } })

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

test('a stranger fills no disk: what is kept of him is bounded by the minute, and a genuine delivery never asks', async () => {
  const before = await world.owner`select count(*)::int as rows from webhook_queue where state = 'quarantined'`
  for (let turn = 0; turn < 60; turn++) await world.retell(event(callId()), { sign: false })
  const after = await world.owner`select count(*)::int as rows from webhook_queue where state = 'quarantined'`

  expect(after[0]?.rows - before[0]?.rows).toBeLessThanOrEqual(30)
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
    select lpad(to_hex(n), 32, '0')::uuid, 'retell', 'events', 'x', 'x', '[]', ${marker}, 'utf8', 1, '\\x00', 'signature_missing', 'quarantined', now()
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
