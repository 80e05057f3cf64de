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
import { openWorld, randomNumber, type World } from '../testing/world.ts'
import { bootstrapSources, loadSecrets } from './sources.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
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
