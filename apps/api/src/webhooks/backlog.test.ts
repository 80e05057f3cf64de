import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { telnyxEvent, telnyxHeaders, telnyxText } from '../testing/signing.ts'
import { openWorld, randomNumber, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { takeInFetched } from './take-in-fetched.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
beforeEach(async () => {
  await world.owner`delete from webhook_queue`
})
afterAll(() => world.close())

const sid = (kind: 'CA' | 'SM') => `${kind}${newId().replaceAll('-', '')}`
const backlog = async () => (await world.rest('GET', '/api/admin/webhook-gaps', { token: operator })).body.backlog
const telnyx = async (event: object) => {
  const payload = JSON.stringify(event)
  await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(payload), payload })
}
const booked = async (customerId: string) => {
  const [row] = await world.owner`
    select coalesce(sum(quantity) filter (where meter = 'call_seconds'), 0)::int as seconds,
      coalesce(sum(quantity) filter (where meter = 'sms_segments'), 0)::int as segments from usage_entries where customer_id = ${customerId}`
  return row
}
const price = async (tier: string) => {
  const [row] = await world.owner`
    select monthly_price_cents as cents, call_cap_seconds::int as seconds, sms_cap_segments::int as segments from tier_snapshots where tier = ${tier}`
  return (units: { seconds: number; segments: number }) =>
    Math.round(row?.cents * (units.seconds / row?.seconds + units.segments / row?.segments))
}

test('what waits is told in the minutes and texts that the ledger then books, whoever tells of them and however often', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  const counted = retellCall({ to: phoneNumber, seconds: 700 })
  await world.retell(counted.ended)
  await world.process()
  const before = await booked(id)
  const leg = sid('CA')
  const both = retellCall({ to: phoneNumber, seconds: 600, sid: leg })
  const alone = retellCall({ to: phoneNumber, seconds: 90 })
  for (const event of [counted.analyzed, both.started, both.ended, both.analyzed, alone.started, alone.ended])
    await world.retell(event)
  await world.twilio('status', twilioStatus({ sid: leg, to: phoneNumber, status: 'completed', seconds: 603 }))
  const forwarded = sid('CA')
  await world.twilio('status', twilioStatus({ sid: forwarded, to: phoneNumber, status: 'completed', seconds: 33 }))
  await world.twilio('status', {
    ...twilioStatus({ sid: sid('CA'), to: '+14155550173', from: phoneNumber, status: 'completed', seconds: 20 }),
    ...{ Direction: 'outbound-dial', ParentCallSid: forwarded },
  })
  await world.twilio('status', twilioStatus({ sid: sid('CA'), to: phoneNumber, status: 'no-answer', seconds: 0 }))
  const [to, own] = [{ To: phoneNumber }, { From: phoneNumber }]
  await world.twilio('sms', {
    MessageSid: sid('SM'),
    From: '+14155550171',
    ...to,
    Body: 'Good morning',
    NumSegments: '3',
  })
  const sent = { MessageSid: sid('SM'), ...own, To: '+14155550172' }
  await world.twilio('sms-status', { ...sent, MessageStatus: 'queued' })
  await world.twilio('sms-status', { ...sent, MessageStatus: 'sent' })
  await world.twilio('sms-status', { ...sent, MessageStatus: 'delivered' })
  await telnyx(telnyxText({ id: newId(), from: '+14155550173', to: phoneNumber, body: 'Good evening', parts: 4 }))
  const names = { call_control_id: `v3:${newId()}`, call_leg_id: newId() }
  await telnyx(
    telnyxEvent('call.initiated', { ...names, direction: 'incoming', from: '+14155550174', to: phoneNumber }),
  )
  await telnyx(telnyxEvent('call.cost', { ...names, billed_duration_secs: 120, total_cost: '0.01' }))
  const fetched = retellCall({ to: phoneNumber, seconds: 45 })
  const record = JSON.stringify(fetched.ended.call)
  const ofProvider = { provider: 'retell', kind: 'call', providerId: fetched.id, record, phoneNumber } as const
  await takeInFetched(world.ctx(), [ofProvider], { source: 'back-fill', runId: newId() })

  const [row, ...others] = await backlog()
  await world.process()
  const after = await booked(id)

  const units = { seconds: after?.seconds - before?.seconds, segments: after?.segments - before?.segments }
  expect(units).toEqual({ seconds: 600 + 90 + 33 + 120 + 45, segments: 3 + 1 + 4 })
  const customer = { id: `cus_${id.replaceAll('-', '')}`, businessName: 'Harbor Plumbing' }
  const numberless = { customer: null, webhooks: 1, seconds: 0, segments: 0, cents: 0 }
  expect([row, ...others]).toEqual([
    { customer, webhooks: 17, ...units, cents: (await price('pro'))(units) },
    numberless,
  ])
  expect(await backlog()).toEqual([])
})

test('what names no length is worth nothing, and what cannot be read keeps nobody from seeing the rest', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 60 }).started)
  await world.retell({
    event: 'call_ended',
    call: { call_id: 'call_odd', to_number: phoneNumber, duration_ms: 'long' },
  })
  await world.retell('{"event":"call_ended","call":{"call_id":"call_\\u0000","duration_ms":60000}}')
  await world.retell(retellCall({ to: randomNumber(), seconds: 60 }).ended)

  const rows = await backlog()

  const worth = { seconds: 0, segments: 0, cents: 0 }
  expect(rows).toEqual([
    expect.objectContaining({ customer: null, webhooks: 2, ...worth, seconds: 60 }),
    expect.objectContaining({
      customer: { id: expect.anything(), businessName: 'Harbor Plumbing' },
      webhooks: 2,
      ...worth,
    }),
  ])
})

test('of a queue that is longer than what is read for it the first part is told, and that it is a part', async () => {
  const isWhole = async () =>
    (await world.rest('GET', '/api/admin/webhook-gaps', { token: operator })).body.isBacklogWhole
  await world.retell(retellCall({ to: randomNumber(), seconds: 60 }).started)
  const whole = await isWhole()
  await world.owner`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, next_attempt_at)
    select uuidv7(), provider, door, event_type, url, remote_address, headers, '', body_encoding, 0, body_sha256, verdict, state, received_at, next_attempt_at
    from webhook_queue, generate_series(1, 20000)`

  expect([whole, await isWhole()]).toEqual([true, false])
})
