import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { telnyxEvent, telnyxHeaders } from '../testing/signing.ts'
import { openWorld, twilioStatus, type World } from '../testing/world.ts'

const sid = (kind: 'CA' | 'RE') => `${kind}${newId().replaceAll('-', '')}`
let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function telnyx(type: string, payload: object, at: number): Promise<void> {
  const body = JSON.stringify(telnyxEvent(type, payload, at))
  await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(body), payload: body })
}
const linesOf = async (customerId: string) => {
  const rows = await world.owner`
    select event_type, phone_number from webhook_queue where customer_id = ${customerId} order by position, id`
  return rows.map(({ phone_number }) => phone_number)
}
const usedBy = async (customerId: string) => {
  const [row] = await world.owner`
    select coalesce(sum(quantity), 0)::int as seconds from usage_entries where customer_id = ${customerId}`
  return row?.seconds
}
/** A call that goes out: only its first event says which way it went. */
function goingOut(from: string, to: string) {
  const began = Date.now() - 60_000
  const leg = { call_control_id: `v3:${newId()}`, call_leg_id: newId(), from, to }
  return [
    () => telnyx('call.initiated', { ...leg, direction: 'outgoing', state: 'bridging' }, began),
    () => telnyx('call.answered', leg, began + 5000),
    () => telnyx('call.hangup', { ...leg, hangup_cause: 'normal_clearing' }, began + 25_000),
  ]
}

test('a webhook stands under the line of the customer whose call it tells of, also where it does not say which side that is', async () => {
  const { id, phoneNumber } = await world.customer()
  for (const tell of goingOut(phoneNumber, '+14155550123').reverse()) {
    await tell()
    await world.process()
  }
  const call = { sid: sid('CA'), to: phoneNumber }
  await world.twilio('status', twilioStatus({ ...call, status: 'in-progress' }))
  const recording = {
    CallSid: call.sid,
    RecordingSid: sid('RE'),
    RecordingStatus: 'completed',
    RecordingUrl: 'https://r',
  }
  await world.twilio('status', recording)
  await world.process()

  expect(await linesOf(id)).toEqual(Array.from({ length: 5 }, () => phoneNumber))
})

test.each([
  ['as it went', [0, 1, 2]],
  ['the end first', [2, 1, 0]],
  ['the answer first', [1, 0, 2]],
])('a call from one customer to another is its caller’s, told %s', async (_name, order) => {
  const [caller, called] = [await world.customer(), await world.customer()]
  const told = goingOut(caller.phoneNumber, called.phoneNumber)
  for (const index of order) {
    await told[index]?.()
    await world.process()
  }

  expect([await usedBy(caller.id), await usedBy(called.id)]).toEqual([20, 0])
  const calls =
    await world.owner`select customer_id, phone_number, seconds from call_events where from_number = ${caller.phoneNumber}`
  expect(calls).toEqual([{ customer_id: caller.id, phone_number: caller.phoneNumber, seconds: 20 }])
})
