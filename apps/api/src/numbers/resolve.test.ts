import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { telnyxHeaders, telnyxText } from '../testing/signing.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { releaseWaiting } from '../webhooks/release-waiting.ts'
import { forgetGone } from './forget-gone.ts'
import { resolveUnknownPhone } from './resolve.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

const unknownsOf = async (phoneNumber: string) => {
  const { body } = await world.rest('GET', `/api/admin/unknown-phones?phone=${encodeURIComponent(phoneNumber)}`, {
    token: operator,
  })
  return body.items
}
const usedBy = async (customerId: string) => {
  const { body } = await world.rest('GET', `/api/usage/status?customerId=${toWireId('customer', customerId)}`, {
    token: operator,
  })
  return { seconds: body.calls.usedSeconds, segments: body.sms.usedSegments }
}
const text = (to: string, MessageSid: string) => ({
  MessageSid,
  From: '+14155550123',
  To: to,
  Body: 'Hello',
  NumSegments: '2',
  SmsStatus: 'received',
})

const openId = (phoneNumber: string) => world.owner<[{ id: string }]>`
  select id from unknown_phone where phone_number = ${phoneNumber}`

const idOf = async (name: string) => (await openId(name))[0].id

async function callAndText(to: string) {
  const call = retellCall({ to, seconds: 90 })
  for (const event of [call.started, call.ended, call.analyzed]) await world.retell(event)
  await world.twilio('sms', text(to, `SM${call.id.slice(-32)}`))
  await world.process()
}

test('the line that a number becomes is carried by whoever told of it', async () => {
  const { id: customerId } = await world.customer()
  const numbers = { telnyx: randomNumber(), twilio: randomNumber(), retell: randomNumber() }
  const body = JSON.stringify(telnyxText({ id: newId(), from: '+14155550123', to: numbers.telnyx, body: 'Hello' }))
  await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(body), payload: body })
  await world.twilio('sms', text(numbers.twilio, `SM${newId().replaceAll('-', '')}`))
  await callAndText(numbers.retell)

  for (const number of Object.values(numbers))
    await resolveUnknownPhone(world.ctx(), { unknownPhoneId: await idOf(number), resolution: 'matched', customerId })

  const lines =
    await world.owner`select phone_number, provider from agents where phone_number = any (${Object.values(numbers)})`
  expect(Object.fromEntries(lines.map(({ provider, phone_number }) => [provider, phone_number]))).toEqual(numbers)
})

test('what comes for a number that nobody owns is kept, counted as nobody’s, and shown once (K-2, V-4)', async () => {
  const number = randomNumber()

  await callAndText(number)

  const [unknown, ...more] = await unknownsOf(number)
  expect(more).toEqual([])
  expect(unknown).toMatchObject({
    phoneNumber: number,
    waiting: 4,
    eventTypes: ['call_analyzed', 'call_ended', 'call_started', 'message.received'],
    resolution: null,
    customer: null,
  })
  const [booked] = await world.owner`
    select count(*)::int as rows from usage_entries join call_events on event_id = call_events.id where phone_number = ${number}`
  expect(booked).toEqual({ rows: 0 })
})

test('when it is matched to a customer, what waited is replayed and metered once (K-1)', async () => {
  const number = randomNumber()
  const { id: customerId } = await world.customer()
  await callAndText(number)
  const [unknown] = await unknownsOf(number)

  const { status, body } = await world.rest('POST', `/api/admin/unknown-phones/${unknown.id}/resolve`, {
    token: operator,
    body: { resolution: 'matched', customerId: toWireId('customer', customerId) },
  })
  await world.drainJobs()

  expect([status, body]).toEqual([200, { released: 4 }])
  expect(await usedBy(customerId)).toEqual({ seconds: 90, segments: 2 })
  expect(await unknownsOf(number)).toMatchObject([
    { resolution: 'matched', customer: { businessName: 'Harbor Plumbing' } },
  ])
  const call = retellCall({ to: number, seconds: 10 })
  await world.retell(call.ended)
  await world.process()
  expect(await usedBy(customerId)).toEqual({ seconds: 100, segments: 2 })
})

test('the release may run again, or twice at once, and nothing is metered twice', async () => {
  const number = randomNumber()
  const { id: customerId } = await world.customer()
  await callAndText(number)
  const [unknown] = await unknownsOf(number)
  await world.rest('POST', `/api/admin/unknown-phones/${unknown.id}/resolve`, {
    token: operator,
    body: { resolution: 'matched', customerId: toWireId('customer', customerId) },
  })
  const [{ id: unknownPhoneId }] = await openId(number)

  await Promise.all([
    releaseWaiting(world.ctx(), { unknownPhoneId }),
    releaseWaiting(world.ctx(), { unknownPhoneId }),
    world.drainJobs(),
  ])

  expect(await usedBy(customerId)).toEqual({ seconds: 90, segments: 2 })
})

test('a number that gets its line by another way releases what waited too', async () => {
  const number = randomNumber()
  const { id: customerId } = await world.customer()
  await callAndText(number)

  const { status } = await world.rest('POST', '/api/admin/agents', {
    token: operator,
    body: { customerId: toWireId('customer', customerId), phoneNumber: number, provider: 'retell' },
  })
  await world.drainJobs()

  expect(status).toBe(200)
  expect(await usedBy(customerId)).toEqual({ seconds: 90, segments: 2 })
  expect(await unknownsOf(number)).toMatchObject([{ resolution: 'matched' }])
})

test.each(['spam', 'ignored'] as const)(
  'a number that was called %s stays quiet: seen again, never asked again',
  async (resolution) => {
    const number = randomNumber()
    await callAndText(number)
    const [unknown] = await unknownsOf(number)

    const { body } = await world.rest('POST', `/api/admin/unknown-phones/${unknown.id}/resolve`, {
      token: operator,
      body: { resolution },
    })
    await callAndText(number)

    expect(body).toEqual({ released: 0 })
    const after = await unknownsOf(number)
    expect(after).toMatchObject([{ resolution, waiting: 4 }])
    expect(Date.parse(after[0].lastSeenAt)).toBeGreaterThan(Date.parse(unknown.lastSeenAt))
  },
)

test('of several operators at the same moment one resolves and the others are told', async () => {
  const { id: customerId } = await world.customer()
  const wishes = [
    { resolution: 'matched', customerId },
    { resolution: 'spam' },
    { resolution: 'matched', customerId },
    { resolution: 'ignored' },
  ] as const
  let seconds = 0
  for (let round = 0; round < wishes.length; round++) {
    const number = randomNumber()
    await callAndText(number)
    const [{ id }] = await openId(number)

    const inTurn = [...wishes.slice(round), ...wishes.slice(0, round)]
    const results = await Promise.allSettled(
      inTurn.map((wish) => resolveUnknownPhone(world.ctx(), { unknownPhoneId: id, ...wish })),
    )
    await world.drainJobs()

    const winners = inTurn.filter((_, place) => results[place]?.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ refusal: 'conflict' })
    expect(await unknownsOf(number)).toMatchObject([{ resolution: winners[0]?.resolution }])
    seconds += winners[0]?.resolution === 'matched' ? 90 : 0
    expect((await usedBy(customerId)).seconds).toBe(seconds)
  }
})

test('a customer must be named exactly where the number is matched', async () => {
  const number = randomNumber()
  await callAndText(number)
  const [unknown] = await unknownsOf(number)
  const resolve = (body: object) =>
    world.rest('POST', `/api/admin/unknown-phones/${unknown.id}/resolve`, { token: operator, body })
  const { id } = await world.customer()

  for (const body of [{ resolution: 'matched' }, { resolution: 'spam', customerId: toWireId('customer', id) }])
    expect(await resolve(body)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid', fields: { customerId: expect.any(String) } } },
    })
  expect(await resolve({ resolution: 'matched', customerId: `cus_${'0'.repeat(32)}` })).toMatchObject({ status: 404 })
  expect(await unknownsOf(number)).toMatchObject([{ resolution: null, waiting: 4 }])
})

test('nothing is matched to a customer who is deleted, a number or an agent', async () => {
  const { id: gone } = await world.customer()
  await world.owner`update customers set status = 'closed', closed_at = now() where id = ${gone}`
  const number = randomNumber()
  await callAndText(number)
  await world.retell(said(10, { agent_id: 'agent_of_the_gone', to_number: undefined, from_number: undefined }))
  await world.process()

  for (const name of [number, 'agent:agent_of_the_gone']) {
    const unknownPhoneId = await idOf(name)
    await expect(
      resolveUnknownPhone(world.ctx(), { unknownPhoneId, resolution: 'matched', customerId: gone }),
    ).rejects.toMatchObject({ refusal: 'conflict', fields: { customerId: 'is deleted' } })
    expect(await unknownsOf(name)).toMatchObject([{ resolution: null }])
  }
})

test('a call and a resolution at the same moment lose nothing: the call is metered or waits, never neither', async () => {
  const { id: customerId } = await world.customer()
  for (let round = 0; round < 8; round++) {
    const number = randomNumber()
    const before = (await usedBy(customerId)).seconds
    await world.retell(retellCall({ to: number, seconds: 10 }).ended)
    await world.process()
    const [{ id: unknownPhoneId }] = await openId(number)
    await world.retell(retellCall({ to: number, seconds: 10 }).ended)

    await Promise.all([
      world.process(),
      resolveUnknownPhone(world.ctx(), { unknownPhoneId, resolution: 'matched', customerId }),
    ])
    await world.process()
    await world.drainJobs()

    expect((await usedBy(customerId)).seconds - before).toBe(20)
  }
})

/** A finished Retell call with some of its facts changed, and what the provider does not say left out. */
const said = (seconds: number, facts: Record<string, unknown>) => {
  const { ended } = retellCall({ to: randomNumber(), seconds })
  return { ...ended, call: { ...ended.call, ...facts } }
}

test('a call that names no direction is its owner’s by either number, the called one first', async () => {
  const [called, calling] = [await world.customer(), await world.customer()]
  const unstated = { direction: undefined }

  await world.retell(said(10, { ...unstated, to_number: called.phoneNumber, from_number: calling.phoneNumber }))
  await world.retell(said(20, { ...unstated, from_number: calling.phoneNumber }))
  await world.retell(said(40, { ...unstated, to_number: undefined, from_number: calling.phoneNumber }))
  await world.process()

  expect(await usedBy(called.id)).toMatchObject({ seconds: 10 })
  expect(await usedBy(calling.id)).toMatchObject({ seconds: 60 })
  const rows = await world.owner`
    select seconds, phone_number from call_events where customer_id = ${calling.id} order by seconds`
  expect(rows.map((row) => row.phone_number)).toEqual([calling.phoneNumber, calling.phoneNumber])
})

test('a number in national form is the same number', async () => {
  const { id, phoneNumber } = await world.customer()
  const national = `(${phoneNumber.slice(2, 5)}) ${phoneNumber.slice(5, 8)}-${phoneNumber.slice(8)}`

  await world.retell(said(30, { to_number: national }))
  await world.twilio('sms', text(national, `SM${'4'.repeat(32)}`))
  await world.process()

  expect(await usedBy(id)).toEqual({ seconds: 30, segments: 2 })
})

const nobody = { direction: undefined, to_number: undefined, from_number: undefined }
test.each<[string, string, (turn: number) => Record<string, unknown>]>([
  ['a SIP trunk', 'trunk-7.carrier.example', () => ({ to_number: 'trunk-7.carrier.example' })],
  ['a number that no plan has', '07700 900123', () => ({ ...nobody, to_number: '07700 900123' })],
  [
    'a call in the browser',
    'agent:agent_browser',
    () => ({ ...nobody, call_type: 'web_call', agent_id: 'agent_browser' }),
  ],
  ['a withheld number', 'agent:agent_hidden', () => ({ ...nobody, to_number: 'anonymous', agent_id: 'agent_hidden' })],
])('%s without an owner is kept and shown, and counted once somebody says whose it is', async (_, name, facts) => {
  const { id: customerId } = await world.customer()
  await world.retell(said(30, facts(1)))
  await world.process()

  const [unknown, ...more] = await unknownsOf(name)
  expect(more).toEqual([])
  expect(unknown).toMatchObject({ phoneNumber: name, waiting: 1, eventTypes: ['call_ended'], resolution: null })
  const { status, body } = await world.rest('POST', `/api/admin/unknown-phones/${unknown.id}/resolve`, {
    token: operator,
    body: { resolution: 'matched', customerId: toWireId('customer', customerId) },
  })
  await world.drainJobs()

  expect([status, body]).toEqual([200, { released: 1 }])
  expect(await usedBy(customerId)).toMatchObject({ seconds: 30 })
  await world.retell(said(12, facts(2)))
  await world.process()
  expect(await usedBy(customerId)).toMatchObject({ seconds: 42 })
  expect(await unknownsOf(name)).toMatchObject([{ phoneNumber: name, resolution: 'matched' }])
  const [lines] = await world.owner`select count(*)::int as rows from agents where customer_id = ${customerId}`
  expect(lines).toEqual({ rows: 1 })
})

test('a call that names nothing but itself is kept under its own name where it costs something', async () => {
  const { id: customerId } = await world.customer()
  const [dear, free] = ['call_dear_and_nobodys', 'call_free_and_nobodys']
  await world.retell(said(30, { ...nobody, agent_id: undefined, call_id: dear }))
  await world.retell(said(0, { ...nobody, agent_id: undefined, call_id: free, duration_ms: 0, call_cost: undefined }))
  await world.process()

  const [unknown] = await unknownsOf(dear)
  expect(unknown).toMatchObject({ phoneNumber: `retell:${dear}`, waiting: 1 })
  expect(await unknownsOf(free)).toEqual([])
  await resolveUnknownPhone(world.ctx(), {
    unknownPhoneId: await idOf(`retell:${dear}`),
    resolution: 'matched',
    customerId,
  })
  await world.drainJobs()
  expect(await usedBy(customerId)).toMatchObject({ seconds: 30 })
})

test('an agent whom two customers share is nobody’s, until a person says whose (K-9)', async () => {
  const shared = { ...nobody, call_type: 'web_call', agent_id: 'agent_shared' }
  const [one] = [await world.customer({ agentId: 'agent_shared' }), await world.customer({ agentId: 'agent_shared' })]
  await world.retell(said(30, shared))
  await world.process()
  expect((await usedBy(one.id)).seconds).toBe(0)

  await resolveUnknownPhone(world.ctx(), {
    unknownPhoneId: await idOf('agent:agent_shared'),
    resolution: 'matched',
    customerId: one.id,
  })
  await world.drainJobs()

  expect((await usedBy(one.id)).seconds).toBe(30)
})

test('a match and the next call of the same agent at the same moment lose nothing', async () => {
  const { id: customerId } = await world.customer()
  for (let round = 0; round < 6; round++) {
    const facts = { ...nobody, agent_id: `agent_racing_${round}` }
    const before = (await usedBy(customerId)).seconds
    await world.retell(said(10, facts))
    await world.process()
    const unknownPhoneId = await idOf(`agent:agent_racing_${round}`)
    await world.retell(said(10, facts))

    await Promise.all([
      world.process(),
      resolveUnknownPhone(world.ctx(), { unknownPhoneId, resolution: 'matched', customerId }),
    ])
    await world.owner`update webhook_queue set next_attempt_at = now() - interval '1 second' where state = 'failed'`
    await world.process()
    await world.drainJobs()

    expect((await usedBy(customerId)).seconds - before).toBe(20)
  }
})

test('one that cannot be replayed keeps none of the others waiting, and is tried again with the job', async () => {
  const number = randomNumber()
  const { id: customerId } = await world.customer()
  const calls = [10, 20, 40].map((seconds) => retellCall({ to: number, seconds }))
  for (const { ended } of calls) await world.retell(ended)
  await world.process()
  const unknownPhoneId = await idOf(number)
  const [, broken] = calls
  await world.owner`
    update webhook_queue set body = replace(body, '"duration_ms":20000', '"duration_ms":-1') where body like ${`%${broken?.id}%`}`
  await world.owner`insert into agents (id, customer_id, phone_number, provider, updated_at)
    values (gen_random_uuid(), ${customerId}, ${number}, 'retell', now())`

  await expect(releaseWaiting(world.ctx(), { unknownPhoneId })).rejects.toThrow('1 of 3 were not replayed')
  expect((await usedBy(customerId)).seconds).toBe(50)

  await world.owner`
    update webhook_queue set body = replace(body, '"duration_ms":-1', '"duration_ms":20000') where body like ${`%${broken?.id}%`}`
  await releaseWaiting(world.ctx(), { unknownPhoneId })
  expect((await usedBy(customerId)).seconds).toBe(70)
})

test('of what waited and is gone nothing is tried: the rest is counted at once, and the job is done', async () => {
  const number = randomNumber()
  const { id: customerId } = await world.customer()
  for (const seconds of [10, 20, 40]) await world.retell(retellCall({ to: number, seconds }).ended)
  await world.process()
  const [dropped, shredded] = await world.owner`select id from webhook_queue where phone_number = ${number} order by id`
  await world.owner`delete from webhook_queue where id = ${dropped?.id}`
  await world.owner`update webhook_queue set body = '', shredded_at = now() where id = ${shredded?.id}`
  const [unknown] = await unknownsOf(number)

  const { body } = await world.rest('POST', `/api/admin/unknown-phones/${unknown.id}/resolve`, {
    token: operator,
    body: { resolution: 'matched', customerId: toWireId('customer', customerId) },
  })
  await world.drainJobs()

  expect(body).toEqual({ released: 1 })
  expect((await usedBy(customerId)).seconds).toBe(40)
  const runs = await world.owner`
    select state, retry_count from pgboss.job where name = 'webhooks.releaseWaiting' and data ->> 'unknownPhoneId' = ${await idOf(number)}`
  expect(runs).toEqual([{ state: 'completed', retry_count: 0 }])
})

test('what waited longer than bytes are kept waits no more, and what still has its bytes does', async () => {
  const number = randomNumber()
  for (const seconds of [10, 20, 40]) await world.retell(retellCall({ to: number, seconds }).ended)
  await world.process()
  const [dropped, shredded] = await world.owner`select id from webhook_queue where phone_number = ${number} order by id`
  await world.owner`delete from webhook_queue where id = ${dropped?.id}`
  await world.owner`update webhook_queue set body = '', shredded_at = now() where id = ${shredded?.id}`
  const afterDays = (days: number) => world.ctx({ now: new Date(Date.now() + days * 86_400_000) })
  const waiting = async () => (await unknownsOf(number))[0].waiting

  await forgetGone(afterDays(89))
  expect(await waiting()).toBe(3)
  await forgetGone(afterDays(91))
  expect(await waiting()).toBe(1)
})

test('our own number is no stranger', async () => {
  await world.twilio('sms-status', {
    MessageSid: `SM${'7'.repeat(32)}`,
    MessageStatus: 'delivered',
    From: '+15005550100',
    To: '+15005550199',
  })
  await world.process()

  expect(await unknownsOf('+15005550100')).toEqual([])
})
