import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { draftCall } from './calls/story.ts'
import { draftMessage } from './messages/story.ts'
import { type Sim, startSim } from './server.ts'
import { account, demo } from './testing/demo.ts'
import { eventually, openReceiver } from './testing/receiver.ts'
import { signTwilio } from './twilio/sign.ts'
import { recordDraft } from './world.ts'

let sim: Sim
let receiver: Awaited<ReturnType<typeof openReceiver>>

beforeEach(async () => {
  receiver = await openReceiver()
  sim = await startSim({ account, port: 0, trunklineUrl: receiver.url, ownNumbers: [demo.opsNumber] })
})
afterEach(async () => {
  await sim.stop()
  await receiver.close()
})

const sid = account.twilioAccountSid
const basic = `Basic ${Buffer.from(`${sid}:${account.twilioAuthToken}`).toString('base64')}`
const accountUrl = () => `${sim.url}/2010-04-01/Accounts/${sid}`

function sendText(form: Record<string, string>, authorization = basic) {
  return fetch(`${accountUrl()}/Messages.json`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ From: demo.opsNumber, To: demo.adminPhone, Body: 'Cap reached', ...form }),
  })
}

const answerSchema = z.looseObject({
  code: z.number().optional(),
  messages: z.array(z.unknown()).optional(),
  calls: z.array(z.unknown()).optional(),
})

async function readTwilio(path: string) {
  const response = await fetch(`${accountUrl()}${path}`, { headers: { authorization: basic } })
  return { status: response.status, body: answerSchema.parse(await response.json()) }
}

function direct(path: string, body: object) {
  return fetch(`${sim.url}/sim${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function sentTexts() {
  const response = await fetch(`${sim.url}/sim/messages`)
  return z
    .object({ items: z.array(z.looseObject({ sid: z.string(), to: z.string(), status: z.string() })) })
    .parse(await response.json()).items
}

const rfc2822 = z.string().regex(/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000$/)
const messageSchema = z.strictObject({
  account_sid: z.literal(sid),
  api_version: z.literal('2010-04-01'),
  body: z.string(),
  date_created: rfc2822,
  date_sent: rfc2822.nullable(),
  date_updated: rfc2822,
  direction: z.enum(['inbound', 'outbound-api']),
  error_code: z.number().int().nullable(),
  error_message: z.string().nullable(),
  from: z.string(),
  messaging_service_sid: z.null(),
  num_media: z.string(),
  num_segments: z.string().regex(/^\d+$/),
  price: z
    .string()
    .regex(/^-\d+\.\d{5}$/)
    .nullable(),
  price_unit: z.string(),
  sid: z.string().regex(/^SM[0-9a-f]{32}$/),
  status: z.string(),
  subresource_uris: z.object({ media: z.string() }),
  to: z.string(),
  uri: z.string(),
})
const pageSchema = z.looseObject({
  first_page_uri: z.string(),
  next_page_uri: z.string().nullable(),
  previous_page_uri: z.string().nullable(),
  page: z.number(),
  page_size: z.number(),
  start: z.number(),
  end: z.number(),
  uri: z.string(),
})

describe("Twilio's messages", () => {
  test('a text is taken, carried, and every step is reported, signed over the address that was given', async () => {
    const callback = `${account.publicUrl}/webhooks/twilio/sms-status`
    const response = await sendText({ StatusCallback: `${callback}#rc=3&rp=all` })
    expect(response.status).toBe(201)
    const message = messageSchema.parse(await response.json())
    expect(message).toMatchObject({ status: 'queued', to: demo.adminPhone, num_segments: '1', price: null })
    await eventually(() => receiver.received.length === 2)
    const forms = receiver.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body.toString())))
    expect(forms.map(({ MessageStatus }) => MessageStatus)).toEqual(['sent', 'delivered'])
    for (const [index, { headers, path }] of receiver.received.entries()) {
      expect(path).toBe('/webhooks/twilio/sms-status')
      expect(headers['x-twilio-signature']).toBe(signTwilio(callback, forms[index] ?? {}, account.twilioAuthToken))
    }
    const { body } = await readTwilio(`/Messages/${message.sid}.json`)
    expect(messageSchema.parse(body)).toMatchObject({ status: 'delivered', price: '-0.00790' })
  })

  test('a recipient that no carrier reaches ends undelivered with its code', async () => {
    await direct('/recipients', { phoneNumber: demo.adminPhone, state: 'unreachable' })
    await sendText({ StatusCallback: `${account.publicUrl}/webhooks/twilio/sms-status` })
    await eventually(() => receiver.received.length === 2)
    const last = new URLSearchParams(receiver.received[1]?.body.toString())
    expect([last.get('MessageStatus'), last.get('ErrorCode')]).toEqual(['undelivered', '30003'])
  })

  test('nobody but this machine and the public address is ever called back', async () => {
    const elsewhere = await sendText({ StatusCallback: 'https://elsewhere.example/door' })
    expect(elsewhere.status).toBe(201)
    await eventually(() => [...sim.world.messages.values()].every(({ status }) => status === 'delivered'))
    expect(sim.callbacks.requests).toBe(0)
  })

  test.each([
    [{ To: '' }, 21604],
    [{ From: '' }, 21603],
    [{ Body: '' }, 21602],
    [{ Body: 'x'.repeat(1601) }, 21617],
    [{ To: '555-0100' }, 21211],
    [{ From: '+13125559999' }, 21606],
  ])('%j is refused with code %i', async (form, code) => {
    const response = await sendText(form)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      code,
      status: 400,
      more_info: `https://www.twilio.com/docs/errors/${code}`,
    })
    expect(await sentTexts()).toEqual([])
  })

  test('a blocked recipient is refused with 21610 until it is reachable again', async () => {
    await direct('/recipients', { phoneNumber: demo.adminPhone, state: 'blocked' })
    expect(await (await sendText({})).json()).toMatchObject({ code: 21610 })
    await direct('/recipients', { phoneNumber: demo.adminPhone, state: 'reachable' })
    expect((await sendText({})).status).toBe(201)
  })

  test('who has written STOP is not texted by that number any more, until START', async () => {
    const plan = {
      seed: 'stop',
      customerNumber: demo.opsNumber,
      direction: 'inbound',
      sentAt: Date.now(),
      twilioAccountSid: sid,
    } as const
    const [stop] = draftMessage({ ...plan, body: ' stop ' })
    const [start] = draftMessage({ ...plan, body: 'START' })
    if (stop?.provider !== 'twilio' || start?.provider !== 'twilio') throw new Error('A text comes from Twilio')
    recordDraft(sim.world, stop)
    expect(await (await sendText({ To: stop.params.From ?? '' })).json()).toMatchObject({ code: 21610 })
    recordDraft(sim.world, start)
    expect((await sendText({ To: stop.params.From ?? '' })).status).toBe(201)
  })

  test('a wrong token is refused', async () => {
    const response = await sendText({}, `Basic ${Buffer.from(`${sid}:wrong`).toString('base64')}`)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 20003 })
  })

  test('are listed newest first, filtered, page by page to the last', async () => {
    for (let index = 0; index < 7; index++) {
      const sentAt = Date.UTC(2026, 2, 1 + index, 12)
      const plan = {
        seed: index,
        customerNumber: '+13125550101',
        direction: 'outbound',
        sentAt,
        twilioAccountSid: sid,
        outcome: 'delivered',
      } as const
      for (const draft of draftMessage(plan)) recordDraft(sim.world, draft)
    }
    const found: string[] = []
    let next: string | null = `/Messages.json?From=%2B13125550101&DateSent%3E=2026-03-02&PageSize=2`
    while (next) {
      const { body } = await readTwilio(next)
      const page = pageSchema.extend({ messages: z.array(messageSchema) }).parse(body)
      found.push(...page.messages.map(({ date_sent }) => date_sent?.slice(5, 7) ?? ''))
      next = page.next_page_uri?.split(sid)[1] ?? null
    }
    expect(found).toEqual(['07', '06', '05', '04', '03', '02'])
    const one = await readTwilio('/Messages.json?DateSent=2026-03-04')
    expect(one.body.messages).toHaveLength(1)
    expect((await readTwilio('/Messages.json?To=%2B19995550100')).body.messages).toEqual([])
  })

  test('one that is not there is 404 with 20404', async () => {
    const { status, body } = await readTwilio(`/Messages/SM${'0'.repeat(32)}.json`)
    expect([status, body.code]).toEqual([404, 20404])
  })
})

test("Twilio's calls are listed with seconds as text and a negative price", async () => {
  const plan = {
    customerNumber: '+13125550102',
    agentId: 'a',
    direction: 'outbound',
    provider: 'twilio',
    twilioAccountSid: sid,
    startedAt: Date.UTC(2026, 2, 4, 10),
  } as const
  for (const draft of draftCall({ ...plan, seed: 1, seconds: 61 })) recordDraft(sim.world, draft)
  for (const draft of draftCall({ ...plan, seed: 2, seconds: 0, outcome: 'busy' })) recordDraft(sim.world, draft)
  const { body } = await readTwilio('/Calls.json?Status=completed&StartTime%3E=2026-03-04')
  expect(pageSchema.parse(body).page_size).toBe(50)
  expect(body.calls).toMatchObject([
    { status: 'completed', duration: '61', price: '-0.01700', start_time: 'Wed, 04 Mar 2026 10:00:00 +0000' },
  ])
})

describe("Retell's calls", () => {
  const bearer = { authorization: `Bearer ${account.retellApiKey}`, 'content-type': 'application/json' }
  const listCalls = (body: object, headers: Record<string, string> = bearer) =>
    fetch(`${sim.url}/v3/list-calls`, { method: 'POST', headers, body: JSON.stringify(body) })
  const startedAt = Date.UTC(2026, 2, 4, 10)

  beforeEach(() => {
    for (let seed = 0; seed < 5; seed++) {
      const plan = {
        seed,
        customerNumber: '+13125550101',
        agentId: 'a',
        direction: 'inbound',
        provider: 'retell',
        twilioAccountSid: sid,
      } as const
      for (const draft of draftCall({ ...plan, seconds: 30, startedAt: startedAt + seed * 1_000 }))
        recordDraft(sim.world, draft)
    }
  })

  test('are listed in order and page by page, with cost and without transcripts', async () => {
    const schema = z.object({
      items: z.array(
        z.looseObject({ start_timestamp: z.number(), call_cost: z.object({ combined_cost: z.number() }).loose() }),
      ),
      has_more: z.boolean(),
      pagination_key: z.string().optional(),
      total: z.number().optional(),
    })
    const filter_criteria = {
      start_timestamp: { type: 'range', op: 'bt', value: [startedAt + 1_000, startedAt + 9_000] },
    }
    const first = schema.parse(
      await (await listCalls({ filter_criteria, limit: 3, sort_order: 'ascending', include_total: true })).json(),
    )
    expect(first).toMatchObject({ has_more: true, total: 4 })
    expect(first.items[0]).not.toHaveProperty('transcript')
    const rest = schema.parse(
      await (
        await listCalls({ filter_criteria, limit: 3, sort_order: 'ascending', pagination_key: first.pagination_key })
      ).json(),
    )
    expect(rest.has_more).toBe(false)
    expect([...first.items, ...rest.items].map((call) => call.start_timestamp - startedAt)).toEqual([
      1_000, 2_000, 3_000, 4_000,
    ])
  })

  test('one is shown whole to who has the key, and to nobody else', async () => {
    const [callId] = sim.world.retellCalls.keys()
    const found = await fetch(`${sim.url}/v2/get-call/${callId}`, { headers: { authorization: bearer.authorization } })
    expect(await found.json()).toMatchObject({
      call_id: callId,
      call_status: 'ended',
      call_analysis: {},
      transcript: expect.any(String),
    })
    expect((await fetch(`${sim.url}/v2/get-call/${callId}`)).status).toBe(401)
    expect((await listCalls({}, { 'content-type': 'application/json', authorization: 'Bearer wrong' })).status).toBe(
      401,
    )
    expect(
      (await fetch(`${sim.url}/v2/get-call/call_unknown`, { headers: { authorization: bearer.authorization } })).status,
    ).toBe(422)
  })

  test('a limit that Retell does not know is refused', async () => {
    expect((await listCalls({ limit: 5_000 })).status).toBe(400)
  })
})

describe('faults', () => {
  test.each([
    ['error_500', 500, 20500],
    ['error_429', 429, 20429],
  ])('%s answers %i as often as was asked for', async (mode, status, code) => {
    await direct('/faults', { vendor: 'twilio', mode, times: 2 })
    const answers = [await sendText({}), await sendText({}), await sendText({})]
    expect(answers.map((answer) => answer.status)).toEqual([status, status, 201])
    expect(await answers[0]?.json()).toMatchObject({ code })
    expect(await sentTexts()).toHaveLength(1)
  })

  test('a provider that refuses cuts the connection and keeps nothing', async () => {
    await direct('/faults', { vendor: 'twilio', mode: 'refuse' })
    await expect(sendText({})).rejects.toThrow()
    expect(await sentTexts()).toEqual([])
  })

  test('a message that was accepted before the line was cut is there when asked for', async () => {
    await direct('/faults', { vendor: 'twilio', mode: 'accept_then_drop' })
    await expect(sendText({ Body: 'Was this sent?' })).rejects.toThrow()
    const { body } = await readTwilio(`/Messages.json?To=${encodeURIComponent(demo.adminPhone)}`)
    expect(body.messages).toMatchObject([{ body: 'Was this sent?' }])
  })

  test('a provider that hangs never answers, and does not keep the sim from stopping', async () => {
    await direct('/faults', { vendor: 'twilio', mode: 'timeout' })
    const hung = sendText({}).then(
      () => 'answered',
      () => 'cut',
    )
    const first = await Promise.race([hung, new Promise((resolve) => setTimeout(() => resolve('waiting'), 150))])
    expect(first).toBe('waiting')
    await sim.stop()
    expect(await hung).toBe('cut')
  })

  test('of one vendor leave the other alone', async () => {
    await direct('/faults', { vendor: 'retell', mode: 'error_500' })
    expect((await sendText({})).status).toBe(201)
    const listed = await fetch(`${sim.url}/v3/list-calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${account.retellApiKey}` },
    })
    expect(listed.status).toBe(500)
  })

  test('a mode that does not exist is refused and changes nothing', async () => {
    const response = await direct('/faults', { vendor: 'twilio', mode: 'tired' })
    expect(response.status).toBe(400)
    expect(sim.world.faults.twilio).toEqual({ mode: 'ok' })
  })
})

describe('the control plane', () => {
  test('is closed to a name that is not this machine', async () => {
    const { request } = await import('node:http')
    const { port } = new URL(sim.url)
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, path: '/sim/messages', headers: { host: 'evil.example' } },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      outgoing.on('error', reject).end()
    })
    expect(status).toBe(403)
  })

  test('tells no story without a demo world, and knows the names of its stories', async () => {
    expect((await direct('/stories/bad-night', {})).status).toBe(409)
    expect((await direct('/stories/good-morning', {})).status).toBe(404)
  })
})

test('Telnyx takes a message under its key and lists it as a detail record, page by page', async () => {
  const answer = (path: string, init: RequestInit = {}) =>
    fetch(`${sim.url}${path}`, {
      headers: { authorization: `Bearer ${demo.telnyxApiKey}`, 'content-type': 'application/json' },
      ...init,
    })
  for (const text of ['short', 'x'.repeat(200), 'again'])
    expect(
      (
        await answer('/v2/messages', {
          method: 'POST',
          body: JSON.stringify({ from: demo.opsNumber, to: demo.adminPhone, text }),
        })
      ).status,
    ).toBe(200)
  const list = async (query: Record<string, string>) => {
    const response = await answer(
      `/v2/detail_records?${new URLSearchParams({ 'filter[record_type]': 'messaging', ...query })}`,
    )
    return z
      .object({
        data: z.array(z.looseObject({ uuid: z.string(), parts: z.number() })),
        meta: z.looseObject({ total_pages: z.number() }),
      })
      .parse(await response.json())
  }
  const first = await list({ 'page[size]': '2' })
  expect(first).toMatchObject({ data: [{ parts: 1, cli: demo.opsNumber }, { parts: 2 }], meta: { total_pages: 2 } })
  expect((await list({ 'page[size]': '2', 'page[number]': '2' })).data).toHaveLength(1)
  expect((await list({ 'filter[created_at][lt]': '2020-01-01T00:00:00Z' })).data).toEqual([])
  const { uuid = 'none' } = first.data[0] ?? {}
  expect(await (await answer(`/v2/messages/${uuid}`)).json()).toMatchObject({ data: { text: 'short' } })
  sim.world.blocked.add(`*>${demo.adminPhone}`)
  const blocked = await answer('/v2/messages', {
    method: 'POST',
    body: JSON.stringify({ from: demo.opsNumber, to: demo.adminPhone, text: 'not any more' }),
  })
  expect(await blocked.json()).toMatchObject({ errors: [{ code: '40300' }] })
  const stranger = await answer('/v2/detail_records', { headers: { authorization: 'Bearer KEY_other' } })
  expect(stranger.status).toBe(401)
})
