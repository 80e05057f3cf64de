import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import {
  calendarSecret,
  formsSecret,
  standardHeaders,
  telnyxEvent,
  telnyxHeaders,
  telnyxText,
} from '../testing/signing.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { expireHolds } from '../usage/expire-holds.ts'
import { addressFrom } from './door-paths.ts'
import { replayWebhook } from './replay.ts'
import { bootstrapSources, loadSecrets } from './sources.ts'

const streamUrl = 'wss://voice.trunkline.example/stream'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld({ env: { VOICE_STREAM_URL: streamUrl } })
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

const telnyx = async (event: object, more: { path?: string; at?: number; headers?: Record<string, string> } = {}) => {
  const payload = JSON.stringify(event)
  const headers = { ...telnyxHeaders(payload, more.at), ...more.headers }
  const answer = await world.app.inject({ method: 'POST', url: more.path ?? '/webhooks/telnyx', headers, payload })
  return { status: answer.statusCode, body: answer.json() }
}

describe('Telnyx', () => {
  test.each(['/webhooks/telnyx', '/api/telnyx/voice-webhook', '/api/sms/webhook'])('is heard at %s', async (path) => {
    const text = telnyxText({ id: newId(), from: randomNumber(), to: randomNumber(), body: 'Hello' })

    expect(await telnyx(text, { path })).toEqual({ status: 200, body: { received: true, duplicate: false } })
  })

  test('a second try says of itself that it is one, and is the same event', async () => {
    const text = telnyxText({ id: newId(), from: randomNumber(), to: randomNumber(), body: 'Twice' })

    expect(await telnyx(text)).toMatchObject({ body: { duplicate: false } })
    expect(await telnyx({ ...text, meta: { ...text.meta, attempt: 2 } })).toMatchObject({ body: { duplicate: true } })
    expect(await telnyx({ ...text, data: { ...text.data, occurred_at: new Date(0).toISOString() } })).toMatchObject({
      body: { duplicate: false },
    })
    const rows =
      await world.owner`select revision_of from webhook_queue where body like ${`%${text.data.id}%`} order by id`
    expect(rows.map(({ revision_of }) => revision_of === null)).toEqual([true, false])
  })

  test('texts and calls become the customer’s, and are counted once however often they are told', async () => {
    const { id, phoneNumber } = await world.customer()
    const from = randomNumber()
    const text = telnyxText({ id: newId(), from, to: phoneNumber, body: 'My sink is leaking', parts: 3 })
    const leg = {
      call_control_id: `v3:${newId()}`,
      call_leg_id: newId(),
      call_session_id: newId(),
      from,
      to: phoneNumber,
    }
    const endedAt = Date.now()
    const call = [
      telnyxEvent('call.hangup', { ...leg, hangup_cause: 'normal_clearing' }, endedAt),
      telnyxEvent('call.initiated', { ...leg, direction: 'incoming' }, endedAt - 70_000),
      telnyxEvent('call.answered', leg, endedAt - 64_500),
    ]
    for (const one of [text, ...call, text, ...call]) await telnyx(one)
    await world.process()

    const list = async (path: string) =>
      (
        await world.rest('GET', `/api/admin/${path}?phone=${encodeURIComponent(phoneNumber)}&provider=telnyx`, {
          token: operator,
        })
      ).body.items
    expect(await list('sms-events')).toMatchObject([{ status: 'received', segments: 3, direction: 'inbound' }])
    expect(await list('call-events')).toMatchObject([
      { status: 'completed', seconds: 65, secondsSource: 'telnyx', direction: 'inbound' },
    ])
    const [used] = await world.owner`select call_used_seconds, sms_used from usage_limits where customer_id = ${id}`
    expect([Number(used?.call_used_seconds), Number(used?.sms_used)]).toEqual([65, 3])
  })

  test('what a stranger says of the host changes nothing, and a stale or foreign signature is refused', async () => {
    const text = () => telnyxText({ id: newId(), from: randomNumber(), to: randomNumber(), body: 'Hello' })

    expect(await telnyx(text(), { headers: { host: 'evil.example', 'x-forwarded-proto': 'http' } })).toMatchObject({
      status: 200,
    })
    expect(await telnyx(text(), { at: Date.now() - 600_000 })).toMatchObject({
      status: 401,
      body: { error: { code: 'timestamp_stale' } },
    })
    expect(await telnyx(text(), { headers: { 'telnyx-signature-ed25519': `${'A'.repeat(86)}==` } })).toMatchObject({
      status: 401,
      body: { error: { code: 'signature_invalid' } },
    })
  })
})

describe('Standard Webhooks', () => {
  const send = async (
    source: string,
    by: { id: string; secret: string },
    body = JSON.stringify({ type: 'booking.created' }),
  ) => {
    const headers = standardHeaders(body, by)
    const answer = await world.app.inject({
      method: 'POST',
      url: `/webhooks/standard/${source}`,
      headers,
      payload: body,
    })
    return { status: answer.statusCode, body: answer.json() }
  }

  test('each source is believed by its own secret, and by no other’s', async () => {
    const id = `msg_${newId()}`

    expect(await send('calendar', { id, secret: calendarSecret })).toEqual({
      status: 200,
      body: { received: true, duplicate: false },
    })
    expect(await send('calendar', { id, secret: formsSecret })).toMatchObject({
      status: 401,
      body: { error: { code: 'signature_invalid' } },
    })
    expect(await send('nobody', { id, secret: calendarSecret })).toMatchObject({
      status: 401,
      body: { error: { code: 'secret_missing' } },
    })
  })

  test('a name is a source’s own: the same of another source is another message', async () => {
    const id = `msg_${newId()}`

    expect(await send('calendar', { id, secret: calendarSecret })).toMatchObject({ body: { duplicate: false } })
    expect(await send('calendar', { id, secret: calendarSecret })).toMatchObject({ body: { duplicate: true } })
    expect(await send('forms', { id, secret: formsSecret })).toMatchObject({ body: { duplicate: false } })
  })

  test('it is kept and processed and says nothing of calls or money', async () => {
    const id = `msg_${newId()}`
    await send('forms', { id, secret: formsSecret }, 'no JSON at all')
    await world.process()

    expect(
      await world.owner`select state, event_type, door, customer_id from webhook_queue where headers::text like ${`%${id}%`}`,
    ).toEqual([{ state: 'processed', event_type: 'untyped', door: 'forms', customer_id: null }])
  })
})

test('a secret that the environment no longer gives counts for another day, and its verdict names it', async () => {
  const ctx = world.ctx()
  const rotated = { ...ctx.env, standardSecrets: [{ source: 'calendar', secret: formsSecret }] }
  const before = (await loadSecrets(ctx)).standard.filter(({ source }) => source === 'calendar')
  await bootstrapSources({ ...ctx, env: rotated })
  const during = (await loadSecrets(ctx)).standard.filter(({ source }) => source === 'calendar')
  await world.owner`update webhook_sources set not_after = now() - interval '1 second' where not_after is not null`
  const after = (await loadSecrets(ctx)).standard.filter(({ source }) => source === 'calendar')
  await bootstrapSources(ctx)

  expect([before, during, after].map((secrets) => secrets.map(({ text }) => text))).toEqual([
    [calendarSecret],
    [calendarSecret, formsSecret],
    [formsSecret],
  ])
})

let calls = 0
const ringing = (to: string, more: Record<string, string> = {}) => ({
  AccountSid: `AC${'0'.repeat(31)}1`,
  CallSid: `CA${String(++calls).padStart(32, 'd')}`,
  CallStatus: 'ringing',
  Direction: 'inbound',
  From: '+14155550123',
  To: to,
  ...more,
})
const spoken = (xml: string) => /<Say>([^<]+)<\/Say>/.exec(xml)?.[1]
const parameter = (xml: string, name: string) =>
  new RegExp(`<Parameter name="${name}" value="([^"]*)"/>`).exec(xml)?.[1]
const heldBy = async (customerId: string) =>
  await world.owner`select id, quantity, provider_id, state from usage_holds where customer_id = ${customerId} order by id`

describe('a call that rings at Twilio', () => {
  test('is connected to the agent’s stream under a hold, and asked again it is the same call and the same hold', async () => {
    const { id, phoneNumber } = await world.customer({ agentId: 'agent_"<&>' })
    const call = ringing(phoneNumber)

    const answer = await world.twilio('voice', call)
    const again = await world.twilio('voice', call)

    expect(answer.status).toBe(200)
    expect(answer.body).toContain(`<Connect><Stream url="${streamUrl}">`)
    expect(answer.body).toContain('value="agent_&quot;&lt;&amp;&gt;"')
    expect([parameter(answer.body, 'call_sid'), parameter(answer.body, 'to')]).toEqual([call.CallSid, phoneNumber])
    const holds = await heldBy(id)
    expect(holds).toMatchObject([{ provider_id: call.CallSid, state: 'open' }])
    const holdId = `hld_${String(holds[0]?.id).replaceAll('-', '')}`
    expect([answer, again].map(({ body }) => parameter(body, 'hold_id'))).toEqual([holdId, holdId])
  })

  test('hears words where it cannot be connected: unknown, over the cap, suspended, worked on', async () => {
    const full = await world.customer()
    await world.owner`update usage_limits set call_used_seconds = call_cap_seconds + grace_seconds where customer_id = ${full.id}`
    const suspended = await world.customer()
    await world.owner`update customers set status = 'suspended' where id = ${suspended.id}`
    const worked = await world.customer()
    await world.owner`update agents set status = 'suspended' where customer_id = ${worked.id}`

    const words = []
    for (const to of [randomNumber(), full.phoneNumber, suspended.phoneNumber, worked.phoneNumber]) {
      const { status, body } = await world.twilio('voice', ringing(to))
      words.push([status, spoken(body)])
    }

    expect(words).toEqual([
      [200, expect.stringContaining('not in service')],
      [200, expect.stringContaining('Nobody can take your call')],
      [200, expect.stringContaining('cannot be reached')],
      [200, expect.stringContaining('being worked on')],
    ])
    expect(await heldBy(full.id)).toEqual([])
  })

  test('hears that the line is being worked on while an operator has said so, until he says otherwise or its time is over', async () => {
    const { id, phoneNumber } = await world.customer({ agentId: 'agent_maintained' })
    const token = await world.signIn('operator')
    const set = (body: object) => world.rest('POST', '/api/admin/answering', { token, body })
    const hears = async () => spoken((await world.twilio('voice', ringing(phoneNumber))).body)
    const inbound = { event: 'call_inbound', call_inbound: { from_number: '+14155550123', to_number: phoneNumber } }
    expect(await hears()).toBe(undefined)

    const until = new Date(Date.now() + 3_600_000).toISOString()
    expect(await set({ isInMaintenance: true, reason: 'New carrier', until })).toMatchObject({
      status: 200,
      body: { isInMaintenance: true, reason: 'New carrier', until },
    })
    const before = (await heldBy(id)).length
    expect(await hears()).toContain('being worked on')
    expect((await world.retell(inbound)).body).toEqual({ call_inbound: { reject: true } })
    expect(await heldBy(id)).toHaveLength(before)
    await world.owner`update answering_switch set until = now() - interval '1 second'`
    expect(await hears()).toBe(undefined)

    await Promise.all([set({ isInMaintenance: true, reason: 'Again' }), set({ isInMaintenance: true, reason: 'Both' })])
    expect(await hears()).toContain('being worked on')
    expect((await set({ isInMaintenance: false, reason: 'Done' })).body).toMatchObject({ isInMaintenance: false })
    expect(await hears()).toBe(undefined)
    expect((await set({ isInMaintenance: true, reason: 'Past', until: '2020-01-01T00:00:00Z' })).body).toMatchObject({
      error: { code: 'invalid', fields: { until: expect.any(String) } },
    })
    const viewer = await world.signIn('viewer')
    expect(
      (
        await world.rest('POST', '/api/admin/answering', {
          token: viewer,
          body: { isInMaintenance: true, reason: 'x' },
        })
      ).status,
    ).toBe(403)
    const audited = await world.owner`
      select before ->> 'isInMaintenance' as was, after ->> 'isInMaintenance' as is from audit_log where action = 'calls.setAnswering' order by id`
    expect(audited.map(({ was, is }) => `${was} ${is}`)).toEqual([
      'false true',
      'false true',
      'true true',
      'true false',
    ])
  })

  test('without a stream it goes to the business itself, for as long as the cap allows', async () => {
    const { id, phoneNumber } = await world.customer()
    const contactPhone = randomNumber()
    await world.owner`update customers set contact_phone = ${contactPhone} where id = ${id}`
    Object.assign(world.env, { VOICE_STREAM_URL: undefined })
    try {
      const { body } = await world.twilio('voice', ringing(phoneNumber))
      const own = await world.twilio('voice', ringing(phoneNumber, { From: contactPhone }))

      expect(body).toMatch(
        new RegExp(`<Dial answerOnBridge="true" timeLimit="\\d+"><Number>\\${contactPhone}</Number></Dial><Say>`),
      )
      expect(spoken(own.body)).toContain('Nobody can take your call')
    } finally {
      Object.assign(world.env, { VOICE_STREAM_URL: streamUrl })
    }
  })

  test('never goes to where it comes from: the line itself, another line of ours, or the phone that sends its calls here', async () => {
    const [first, second] = [await world.customer(), await world.customer()]
    const contactPhone = randomNumber()
    const isReachedAt = (phone: string, id = first.id) =>
      world.owner`update customers set contact_phone = ${phone} where id = ${id}`
    Object.assign(world.env, { VOICE_STREAM_URL: undefined })
    try {
      for (const phone of [first.phoneNumber, second.phoneNumber]) {
        await isReachedAt(phone)
        expect(spoken((await world.twilio('voice', ringing(first.phoneNumber))).body)).toContain('Nobody can take your')
      }
      await isReachedAt(contactPhone)
      const forwarded = { ForwardedFrom: contactPhone }
      const back = await world.twilio('voice', ringing(first.phoneNumber, forwarded))
      expect(spoken(back.body)).toContain('Nobody can take your call')
      expect(await heldBy(first.id)).toEqual([])
      expect((await world.twilio('voice', ringing(first.phoneNumber))).body).toContain(
        `<Number>${contactPhone}</Number>`,
      )
    } finally {
      Object.assign(world.env, { VOICE_STREAM_URL: streamUrl })
    }
  })

  test('a text at the door of calls and a call at that of texts are answered as what they are; a call that is over holds nothing', async () => {
    const { id, phoneNumber } = await world.customer({ businessName: 'Harbor Plumbing' })
    const over = ringing(phoneNumber, { CallStatus: 'completed' })
    const text = {
      MessageSid: `SM${newId()}`,
      From: randomNumber(),
      To: phoneNumber,
      Body: 'HELP',
      SmsStatus: 'received',
    }
    const call = ringing(phoneNumber)

    await world.twilio('voice', over)
    await world.twilio('sms', over)
    expect((await world.twilio('voice', text)).body).toContain('<Message>Harbor Plumbing answers')
    expect(await heldBy(id)).toEqual([])
    expect((await world.twilio('sms', call)).body).not.toContain('<Message>')
    expect(await heldBy(id)).toMatchObject([{ provider_id: call.CallSid, state: 'open' }])
  })

  test('holds nothing more once the carrier says how long it lasted, or that nobody spoke (K-10)', async () => {
    const { id, phoneNumber } = await world.customer()
    const over = [
      { CallStatus: 'completed', CallDuration: '42' },
      { CallStatus: 'canceled', CallDuration: '0' },
    ]
    for (const end of over) {
      const call = ringing(phoneNumber)
      await world.twilio('voice', call)
      await world.twilio('status', { ...call, ...end })
    }
    await world.process()

    expect((await heldBy(id)).map(({ state }) => state)).toEqual(['reported', 'reported'])
    const [counter] = await world.owner`
      select call_used_seconds::int as used, call_reserved_seconds::int as reserved from usage_limits where customer_id = ${id}`
    expect(counter).toEqual({ used: 42, reserved: 0 })
  })

  test.each(['before', 'after'])(
    'is charged once where whoever took it settles its hold %s the carrier reports it, without its name',
    async (when) => {
      const { id, phoneNumber } = await world.customer()
      const call = ringing(phoneNumber)
      const holdId = parameter((await world.twilio('voice', call)).body, 'hold_id') ?? ''
      const settle = () =>
        world.rest('POST', `/api/usage/holds/${holdId}/settle`, { token: operator, body: { quantity: 42 } })
      if (when === 'before') expect((await settle()).status).toBe(200)
      await world.twilio('status', { ...call, CallStatus: 'completed', CallDuration: '42' })
      await world.process()
      if (when === 'after') expect((await settle()).status).toBe(200)

      const [counter] = await world.owner`
      select call_used_seconds::int as used, call_reserved_seconds::int as reserved from usage_limits where customer_id = ${id}`
      expect(counter).toEqual({ used: 42, reserved: 0 })
    },
  )

  test('is charged once, and holds nothing more, however its report, who settles it and who frees what is left race (K-10)', async () => {
    const { id, phoneNumber } = await world.customer()
    const rung = Array.from({ length: 12 }, () => ringing(phoneNumber))
    const answers = await Promise.all(rung.map((call) => world.twilio('voice', call)))
    const holds = answers.map(({ body }) => parameter(body, 'hold_id') ?? '')
    await world.process()
    await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`
    const settle = (holdId: string) =>
      world.rest('POST', `/api/usage/holds/${holdId}/settle`, { token: operator, body: { quantity: 10 } })
    for (const call of rung) await world.twilio('status', { ...call, CallStatus: 'completed', CallDuration: '10' })

    world.network.answer = async () => Response.json({ status: 'completed' })
    await Promise.all([world.process(), ...holds.map(settle), expireHolds(world.ctx()), world.process(3)])
    await world.process()

    const [counter] = await world.owner`
      select call_used_seconds::int as used, call_reserved_seconds::int as reserved from usage_limits where customer_id = ${id}`
    expect(counter).toEqual({ used: 120, reserved: 0 })
    expect((await heldBy(id)).filter(({ state }) => state === 'open')).toEqual([])
  })

  test('a stranger without a signature hears nothing of ours and holds nothing (V-5)', async () => {
    const { id, phoneNumber } = await world.customer()

    expect(await world.twilio('voice', ringing(phoneNumber), { token: 'another token' })).toMatchObject({ status: 401 })
    expect(await heldBy(id)).toEqual([])
  })

  test('is one call and one hold, at either door, though it is asked about again before the first is answered', async () => {
    const { id, phoneNumber } = await world.customer({ agentId: 'agent_asked_at_once' })
    const call = ringing(phoneNumber)
    const inbound = { call_id: `call_${newId()}`, from_number: '+14155550123', to_number: phoneNumber }

    const answers = await Promise.all(Array.from({ length: 8 }, () => world.twilio('voice', call)))
    await Promise.all(Array.from({ length: 8 }, () => world.retell({ event: 'call_inbound', call_inbound: inbound })))

    expect(new Set(answers.map(({ body }) => parameter(body, 'hold_id'))).size).toBe(1)
    expect((await heldBy(id)).map(({ provider_id }) => provider_id)).toEqual([call.CallSid, inbound.call_id])
  })

  test('64 calls at once never hold more than the cap, and each hears something', async () => {
    const { id, phoneNumber } = await world.customer()
    await world.owner`update usage_limits set call_used_seconds = call_cap_seconds + grace_seconds - 900 where customer_id = ${id}`

    const answers = await Promise.all(Array.from({ length: 64 }, () => world.twilio('voice', ringing(phoneNumber))))

    const connected = answers.filter(({ body }) => body.includes('<Stream'))
    const refused = answers.filter(({ body }) => spoken(body)?.includes('Nobody can take your call'))
    expect(connected.length + refused.length).toBe(64)
    const holds = await heldBy(id)
    // who had to wait too long for an answer is let through and says so
    const promised = connected.filter(({ body }) => parameter(body, 'flagged') === undefined)
    expect(promised.length).toBeLessThanOrEqual(holds.length)
    expect(holds.reduce((sum, { quantity }) => sum + Number(quantity), 0)).toBeLessThanOrEqual(900)
  })
})

describe('a call that rings at Retell', () => {
  const inbound = (to: string, agentId?: string) =>
    world.retell({
      event: 'call_inbound',
      call_inbound: {
        from_number: '+14155550123',
        to_number: to,
        ...(agentId === undefined ? {} : { agent_id: agentId }),
      },
    }) as Promise<{ status: number; body: { call_inbound: { metadata?: Record<string, string> } } }>

  test('goes to the line’s agent, who is told of the business, and its hold travels in the metadata', async () => {
    const { id, phoneNumber } = await world.customer({ agentId: 'agent_harbor', businessName: 'Harbor Plumbing' })

    const { status, body } = await inbound(phoneNumber)

    const [hold] = await heldBy(id)
    expect(status).toBe(200)
    expect(body).toEqual({
      call_inbound: {
        override_agent_id: 'agent_harbor',
        agent_override: { agent: { max_call_duration_ms: 7_200_000 } },
        dynamic_variables: {
          business_name: 'Harbor Plumbing',
          timezone: 'UTC',
          caller_number: '+14155550123',
          customer_id: `cus_${id.replaceAll('-', '')}`,
        },
        metadata: {
          customer_id: `cus_${id.replaceAll('-', '')}`,
          hold_id: `hld_${String(hold?.id).replaceAll('-', '')}`,
        },
      },
    })
  })

  test('asked about again under the name that Retell gives the call it is promised the same, once', async () => {
    const { id, phoneNumber } = await world.customer({ agentId: 'agent_asked' })
    const call_id = `call_${'a'.repeat(27)}`
    const asks = (to: string, of: string) =>
      world.retell({ event: 'call_inbound', call_inbound: { call_id: of, from_number: '+14155550123', to_number: to } })

    const [first, again] = [await asks(phoneNumber, call_id), await asks(phoneNumber, call_id)]
    const other = await asks(phoneNumber, `${call_id}b`)

    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(await heldBy(id)).toHaveLength(2)
    const [kept] =
      await world.owner`select count(*)::int as rows from webhook_queue where phone_number = ${phoneNumber}`
    expect(kept).toEqual({ rows: 2 })
  })

  test('asked about again it may last no longer than what is left, at either door (K-10)', async () => {
    const { id, phoneNumber } = await world.customer({ agentId: 'agent_near_the_cap' })
    await world.owner`update usage_limits set call_used_seconds = call_cap_seconds + grace_seconds - 90 where customer_id = ${id}`
    const asks = { call_id: `call_${newId()}`, from_number: '+14155550123', to_number: phoneNumber }
    const first = await world.retell({ event: 'call_inbound', call_inbound: asks })
    const again = await world.retell({ event: 'call_inbound', call_inbound: asks })
    await world.owner`delete from usage_holds where customer_id = ${id}`
    await world.owner`update usage_limits set call_reserved_seconds = 0 where customer_id = ${id}`
    const call = ringing(phoneNumber)
    const answers = [await world.twilio('voice', call), await world.twilio('voice', call)]

    expect(first.body).toMatchObject({ call_inbound: { agent_override: { agent: { max_call_duration_ms: 90_000 } } } })
    expect(again).toEqual(first)
    expect(answers.map(({ body }) => parameter(body, 'max_seconds'))).toEqual(['90', '90'])
  })

  test('is refused at the cap and for a customer that is suspended, also where the number has an agent of its own', async () => {
    const full = await world.customer({ agentId: 'agent_full' })
    await world.owner`update usage_limits set call_used_seconds = call_cap_seconds + grace_seconds where customer_id = ${full.id}`
    const suspended = await world.customer({ agentId: 'agent_suspended' })
    await world.owner`update customers set status = 'suspended' where id = ${suspended.id}`

    for (const { phoneNumber } of [full, suspended])
      expect(await inbound(phoneNumber, 'agent_of_the_number')).toEqual({
        status: 200,
        body: { call_inbound: { reject: true } },
      })
  })
})

test('while the database is away calls are answered from what was known last, flagged, and what was told is kept', async () => {
  const { phoneNumber } = await world.customer({ agentId: 'agent_known' })
  const inbound = { event: 'call_inbound', call_inbound: { from_number: '+14155550123', to_number: phoneNumber } }
  await world.retell(inbound)
  const refusing = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))
  const { unsafe } = world.intakePool
  const session = (world.db as unknown as { session: { client: { unsafe: unknown } } }).session.client
  const clientUnsafe = session.unsafe
  Object.assign(world.intakePool, { unsafe: refusing })
  session.unsafe = refusing
  try {
    const known = await world.retell(inbound)
    const call = await world.twilio('voice', ringing(randomNumber()))

    expect(known).toMatchObject({
      status: 200,
      body: { call_inbound: { override_agent_id: 'agent_known', metadata: { flagged: 'true' } } },
    })
    expect([call.status, parameter(call.body, 'flagged')]).toEqual([200, 'true'])
    expect(world.spool.state().waiting).toBeGreaterThanOrEqual(2)
  } finally {
    Object.assign(world.intakePool, { unsafe })
    session.unsafe = clientUnsafe
  }
})

describe('an address with a slash at its end', () => {
  test('is the same door: what Twilio signs with the slash is verified with it, answered and kept once', async () => {
    const call = ringing(randomNumber())
    const plain = await world.twilio('voice', call)
    expect(plain.status).toBe(200)
    for (const path of ['/webhooks/twilio/voice/', '/api/twilio/voice/'])
      expect(await world.twilio('voice', call, { path }), path).toEqual(plain)
    const rows = await world.owner`
      select door, verdict, duplicates from webhook_queue w join idempotency_keys k on k.webhook_id = w.id
      where body like ${`%${call.CallSid}%`}`
    expect(rows).toEqual([{ door: 'voice', verdict: 'verified', duplicates: 2 }])
  })

  test('is heard of every provider, and a source is called the same with it', async () => {
    const { ended } = retellCall({ to: randomNumber(), seconds: 10 })
    expect(await world.retell(ended, { path: '/webhooks/retell/' })).toMatchObject({ status: 200 })
    expect(await telnyx(telnyxEvent('call.bridged', {}), { path: '/webhooks/telnyx/' })).toMatchObject({ status: 200 })
    const payload = '{"type":"slot.taken"}'
    const answer = await world.app.inject({
      method: 'POST',
      url: '/webhooks/standard/calendar/',
      headers: standardHeaders(payload, { id: newId(), secret: calendarSecret }),
      payload,
    })
    expect(answer.json()).toEqual({ received: true, duplicate: false })
  })

  test('is proven at the right public address afterwards, with its slash', () => {
    expect(
      addressFrom('https://a.example', {
        provider: 'twilio',
        door: 'voice',
        url: 'http://10.0.0.7/webhooks/twilio/voice/?a=/b/',
      }),
    ).toBe('https://a.example/webhooks/twilio/voice/?a=/b/')
  })
})

describe('what was refused while a secret was wrong', () => {
  const wrong = 'key_of_yesterday'
  let admin: string
  const ask = async (method: 'GET' | 'POST', path: string, body?: object) => {
    admin ??= await world.signIn('operator')
    return (
      await world.rest(method, `/api/admin/webhook-quarantine${path}`, { token: admin, ...(body ? { body } : {}) })
    ).body
  }
  const refuse = (event: object) => world.retell(event, { key: wrong })
  /** From now on what was signed with it is genuine. */
  const setRight = async () => {
    const ctx = world.ctx()
    await bootstrapSources({ ...ctx, env: { ...ctx.env, retellSecrets: [...ctx.env.retellSecrets, wrong] } })
  }
  const backAsItWas = () =>
    world.owner`delete from webhook_sources where provider = 'retell' and not_after is null and id <> (select min(id::text)::uuid from webhook_sources where provider = 'retell')`
  const empty = () => world.owner`delete from webhook_queue where state = 'quarantined'`

  test('is counted by cause, previewed, and released once: metered, counted where it came again since, and strangers stay', async () => {
    await empty()
    const { id, phoneNumber } = await world.customer()
    const calls = [60, 70, 80].map((seconds) => retellCall({ to: phoneNumber, seconds }))
    for (const { ended } of calls) await refuse(ended)
    await world.retell(calls[0]?.ended ?? {})
    await world.retell({ event: 'call_ended', call: { call_id: 'forged' } }, { key: 'key_of_a_stranger' })

    expect(await ask('GET', '')).toMatchObject({ items: [{ provider: 'retell', cause: 'signature_invalid', rows: 4 }] })
    const group = { provider: 'retell', cause: 'signature_invalid', kept: 4, refused: 4, outdated: 0 }
    expect(await ask('GET', '/preview')).toEqual({
      refused: 4,
      provable: 0,
      outdated: 0,
      items: [{ ...group, provable: 0 }],
    })
    expect(await ask('POST', '/reverify', {})).toEqual({ released: 0, duplicates: 0, refused: 4 })
    await setRight()
    const none = { refused: 0, provable: 0, outdated: 0, items: [] }
    expect(await ask('GET', '/preview?provider=retell')).toMatchObject({
      provable: 3,
      items: [{ ...group, provable: 3 }],
    })
    expect(await ask('GET', '/preview?provider=twilio')).toEqual(none)
    expect(await ask('GET', '/preview?cause=timestamp_stale')).toEqual(none)

    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('POST', '/reverify', { provider: 'retell' })))
    await world.process()

    const sum = (name: string) => answers.reduce((total, answer) => total + Number(answer[name]), 0)
    expect([sum('released'), sum('duplicates')]).toEqual([2, 1])
    const [used] = await world.owner`select call_used_seconds from usage_limits where customer_id = ${id}`
    expect(Number(used?.call_used_seconds)).toBe(210)
    expect(await ask('GET', '')).toMatchObject({ items: [{ rows: 1 }] })
    expect(await world.retell(calls[1]?.ended ?? {})).toMatchObject({ body: { duplicate: true } })
    await backAsItWas()
  })

  test.each(['all', 'one'])('a STOP among it is in force with its release, of %s', async (which) => {
    await empty()
    const [line, caller] = [randomNumber(), randomNumber()]
    const wrong = `token of yesterday, ${which}`
    const form = { MessageSid: `SM${newId()}`, From: caller, To: line, Body: 'STOP' }
    await world.twilio('sms', form, { token: wrong })
    expect(await world.owner`select count(*)::int as rows from consents where phone_number = ${caller}`).toEqual([
      { rows: 0 },
    ])
    const ctx = world.ctx()
    await bootstrapSources({ ...ctx, env: { ...ctx.env, twilioSecrets: [...ctx.env.twilioSecrets, wrong] } })

    if (which === 'all') expect(await ask('POST', '/reverify', {})).toMatchObject({ released: 1 })
    else {
      const [refused] = await world.owner`select id from webhook_queue where state = 'quarantined'`
      await replayWebhook(world.ctx(), { webhookId: refused?.id })
    }

    expect(await world.owner`select channel from consents where phone_number = ${caller} order by 1`).toEqual([
      { channel: 'sms' },
      { channel: 'voice' },
    ])
  })

  test('the preview names every provider and cause, and what can no more be proven because its bytes are gone', async () => {
    await empty()
    for (let nth = 0; nth < 3; nth++) await refuse(retellCall({ to: randomNumber(), seconds: 60 }).ended)
    await world.twilio('status', ringing(randomNumber()), { token: 'of a stranger' })
    await world.owner`update webhook_queue set shredded_at = now() where id = (select id from webhook_queue where state = 'quarantined' and provider = 'retell' limit 1)`
    await setRight()

    expect(await ask('GET', '/preview')).toEqual({
      refused: 3,
      provable: 2,
      outdated: 0,
      items: [
        { provider: 'retell', cause: 'signature_invalid', kept: 3, refused: 2, provable: 2, outdated: 0 },
        { provider: 'twilio', cause: 'signature_invalid', kept: 1, refused: 1, provable: 0, outdated: 0 },
      ],
    })
    await backAsItWas()
  })

  test('one whose address was wrong, because PUBLIC_URL was, is proven at the right one', async () => {
    await empty()
    const call = ringing(randomNumber())
    await world.twilio('status', call, { token: 'unknown yet' })
    await world.owner`update webhook_queue set url = 'http://10.0.0.7:3000/webhooks/twilio/status' where state = 'quarantined'`
    const ctx = world.ctx()
    await bootstrapSources({ ...ctx, env: { ...ctx.env, twilioSecrets: [...ctx.env.twilioSecrets, 'unknown yet'] } })

    expect(await ask('POST', '/reverify', { provider: 'twilio' })).toEqual({ released: 1, duplicates: 0, refused: 0 })
  })

  test('what was refused for its time alone, while our clock was wrong, is taken in where a person says so, once, and what nobody signed is not', async () => {
    await empty()
    const { id, phoneNumber } = await world.customer()
    const hourAgo = Date.now() - 3_600_000
    const late = [60, 70].map((seconds) => retellCall({ to: phoneNumber, seconds }))
    for (const { ended } of late) await world.retell(ended, { at: hourAgo })
    await world.retell(retellCall({ to: phoneNumber, seconds: 80 }).ended, { at: hourAgo, key: 'key_of_a_stranger' })
    await world.retell(late[0]?.ended ?? {})

    const group = { provider: 'retell', kept: 2, refused: 2, provable: 0, outdated: 2 }
    expect(await ask('GET', '/preview?cause=timestamp_stale')).toMatchObject({
      provable: 0,
      outdated: 2,
      items: [group],
    })
    expect(await ask('POST', '/reverify', {})).toEqual({ released: 0, duplicates: 0, refused: 3 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('POST', '/reverify', { outdated: true })))
    await world.process()

    const sum = (name: string) => answers.reduce((total, answer) => total + Number(answer[name]), 0)
    expect([sum('released'), sum('duplicates')]).toEqual([1, 1])
    const [used] = await world.owner`select call_used_seconds from usage_limits where customer_id = ${id}`
    expect(Number(used?.call_used_seconds)).toBe(130)
    expect(await ask('GET', '')).toMatchObject({ items: [{ cause: 'signature_invalid', rows: 1 }] })
    const [entry] = await world.owner`
      select after from audit_log where action = 'webhooks.reverify' and (after ->> 'released')::int = 1 order by id desc limit 1`
    expect(entry?.after).toMatchObject({ outdated: true })
  })

  test('a release that breaks off leaves everything where it was, and goes through when it is repeated', async () => {
    await empty()
    const call = retellCall({ to: randomNumber(), seconds: 30 })
    await refuse(call.ended)
    await setRight()
    await world.owner`revoke insert on idempotency_keys from trunkline_app`
    expect(await ask('POST', '/reverify', {})).toMatchObject({ error: {} })
    expect(await world.owner`select state from webhook_queue where body like ${`%${call.id}%`}`).toEqual([
      { state: 'quarantined' },
    ])
    await world.owner`grant insert on idempotency_keys to trunkline_app`

    expect(await ask('POST', '/reverify', {})).toMatchObject({ released: 1 })
    await backAsItWas()
  })
})
