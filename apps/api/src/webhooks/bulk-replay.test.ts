import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { carryOutReplay } from './bulk-replay.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

const base = '/api/admin/webhook-queue/replays'
const plan = (filter: object) => world.rest('POST', base, { token: operator, body: { filter } })
const run = (id: string, body: object) => world.rest('POST', `${base}/${id}/run`, { token: operator, body })
const find = async (id: string) => (await world.rest('GET', `${base}/${id}`, { token: operator })).body
const uuidOf = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const carryOut = (id: string) => carryOutReplay(world.ctx(), { replayId: uuidOf(id) })

/** Calls whose figures an older reading of the same bytes did not keep. */
async function forgotten(calls: number) {
  const { id: customerId, phoneNumber } = await world.customer()
  for (let n = 0; n < calls; n++) await world.retell(retellCall({ to: phoneNumber, seconds: 60 }).ended)
  await world.process()
  await world.owner`update call_events set facts = '{}', status = 'ringing', seconds = null, summary = null where customer_id = ${customerId}`
  return { customerId, filter: { phone: phoneNumber } }
}
const seconds = async (customerId: string) => {
  const [row] = await world.owner`
    select count(seconds)::int as known, (select sum(quantity)::int from usage_entries where customer_id = ${customerId}) as booked
    from call_events where customer_id = ${customerId}`
  return row
}

test('a plan changes nothing; its run does what it said, and a second run moves no money', async () => {
  const { customerId, filter } = await forgotten(3)
  const { status, body } = await plan(filter)
  expect({ status, count: body.count }).toEqual({ status: 200, count: 3 })
  await carryOut(body.id)
  expect(await find(body.id)).toMatchObject({
    state: 'planned',
    planned: 3,
    effects: { changed: 3, refused: 0, customers: 1 },
  })
  expect(await seconds(customerId)).toEqual({ known: 0, booked: 180 })

  expect((await run(body.id, { hash: '0'.repeat(64) })).status).toBe(409)
  const both = await Promise.all([run(body.id, { hash: body.hash }), run(body.id, { hash: body.hash })])
  expect(new Set(both.map((one) => one.status))).toEqual(new Set([200, 409]))
  await Promise.all([carryOut(body.id), carryOut(body.id)])
  expect(await find(body.id)).toMatchObject({ state: 'done', progress: { done: 3, skipped: 0, failed: 0 } })
  expect(await seconds(customerId)).toEqual({ known: 3, booked: 180 })

  const again = (await plan(filter)).body
  await carryOut(again.id)
  expect(await find(again.id)).toMatchObject({ effects: { changed: 0, seconds: 0 } })
})

test('what changed since the plan is skipped and counted', async () => {
  const { customerId, filter } = await forgotten(2)
  const { body } = await plan(filter)
  await carryOut(body.id)
  await world.owner`update webhook_queue set attempts = attempts + 1 where id = (select id from webhook_queue where phone_number = ${filter.phone} limit 1)`
  await run(body.id, { hash: body.hash })
  await carryOut(body.id)
  expect(await find(body.id)).toMatchObject({ state: 'done', progress: { done: 2, skipped: 1 } })
  expect(await seconds(customerId)).toMatchObject({ known: 1 })
})

test('a cancelled run touches nothing more', async () => {
  const { customerId, filter } = await forgotten(2)
  const { body } = await plan(filter)
  await carryOut(body.id)
  await run(body.id, { hash: body.hash })
  await world.rest('POST', `${base}/${body.id}/cancel`, { token: operator })
  await carryOut(body.id)
  expect(await find(body.id)).toMatchObject({ state: 'cancelled', progress: { done: 0 } })
  expect(await seconds(customerId)).toMatchObject({ known: 0 })
})

test('a text or a JSON path without a window is refused, and so is an empty filter', async () => {
  for (const filter of [{}, { q: 'x' }, { json: { path: ['call'], is: 'x' } }, { nonsense: 1 }])
    expect((await plan(filter)).status).toBe(400)
})

test('a run in which too many fail stops by itself', async () => {
  const { filter } = await forgotten(21)
  const { body } = await plan(filter)
  await carryOut(body.id)
  await world.owner`update webhook_queue set shredded_at = now() where phone_number = ${filter.phone}`
  await run(body.id, { hash: body.hash })
  await carryOut(body.id)
  expect(await find(body.id)).toMatchObject({ state: 'stopped', progress: { done: 20, failed: 20 } })
})
