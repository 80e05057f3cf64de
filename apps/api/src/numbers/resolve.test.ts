import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { releaseWaiting } from '../webhooks/release-waiting.ts'
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

async function callAndText(to: string) {
  const call = retellCall({ to, seconds: 90 })
  for (const event of [call.started, call.ended, call.analyzed]) await world.retell(event)
  await world.twilio('sms', text(to, `SM${call.id.slice(-32)}`))
  await world.process()
}

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
