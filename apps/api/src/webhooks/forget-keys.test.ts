import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEnv } from '../platform/env.ts'
import { rowsReadBy } from '../testing/rows-read.ts'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { forgetKeys } from './forget-keys.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ env: { RETENTION_KEYS_DAYS: '121' } })
})
afterAll(() => world.close())

const age = (days: number) =>
  world.owner`update idempotency_keys set created_at = created_at - make_interval(days => ${days})`
const keys = async () => {
  const [row] = await world.owner`select count(*)::int as keys from idempotency_keys`
  return row?.keys as number
}

test('a key that has had its time goes; one day before it stays', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  await world.process()
  await age(120)
  await forgetKeys(world.ctx())
  expect(await keys()).toBe(1)

  await age(2)
  await forgetKeys(world.ctx())

  expect(await keys()).toBe(0)
})

test('as long as a webhook is not done its key stays, however old it is', async () => {
  const { phoneNumber } = await world.customer()
  for (const state of ['received', 'failed', 'dead'] as const) {
    const { ended } = retellCall({ to: phoneNumber, seconds: 30 })
    await world.retell(ended)
    await world.owner`update webhook_queue set state = ${state} where state = 'received' and body like ${`%${ended.call.call_id}%`}`
  }
  await age(4000)

  await forgetKeys(world.ctx())

  expect(await keys()).toBe(3)
  await world.owner`update webhook_queue set state = 'received', next_attempt_at = now() - interval '1 second'`
  await world.process()
  await forgetKeys(world.ctx())
  expect(await keys()).toBe(0)
})

test('no key goes before the bytes of its webhook, and none at all where nobody has said when', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  await world.process()
  await age(200)

  await forgetKeys(world.ctx({ env: { ...world.env, RETENTION_BYTES_DAYS: 300 } }))
  await forgetKeys(world.ctx({ env: { ...world.env, RETENTION_KEYS_DAYS: undefined } }))
  expect(await keys()).toBe(1)

  await forgetKeys(world.ctx())
  expect(await keys()).toBe(0)
})

test('what is told again after its key has gone is charged once all the same', async () => {
  const { id, phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 42 })
  for (const event of [call.started, call.ended, call.analyzed]) await world.retell(event)
  await world.process()
  await age(200)
  await forgetKeys(world.ctx())
  expect(await keys()).toBe(0)

  for (const event of [call.started, call.ended, call.analyzed])
    expect((await world.retell(event)).body).toEqual({ received: true, duplicate: false })
  await world.process()

  const [booked] = await world.owner`
    select count(*)::int as entries, sum(quantity)::int as seconds from usage_entries where customer_id = ${id}`
  expect(booked).toEqual({ entries: 1, seconds: 42 })
  await age(200)
  await forgetKeys(world.ctx())
})

test('who is told the same again while its key goes waits for nobody, and one telling of many is the first', async () => {
  const { id, phoneNumber } = await world.customer()
  const calls = Array.from({ length: 20 }, () => retellCall({ to: phoneNumber, seconds: 10 }))
  for (const { ended } of calls) await world.retell(ended)
  await world.process()
  await age(200)

  const told = calls.flatMap(({ ended }) => [ended, ended, ended])
  const [answers] = await Promise.all([
    Promise.all(told.map((event) => world.retell(event))),
    ...Array.from({ length: 8 }, () => forgetKeys(world.ctx())),
  ])
  await world.process()

  expect(answers.map(({ status }) => status)).toEqual(told.map(() => 200))
  const [kept] = await world.owner`
    select count(*)::int as rows, (select count(*)::int from idempotency_keys) as keys from webhook_queue where phone_number = ${phoneNumber}`
  const isNew = answers.filter(({ body }) => body.duplicate === false).length
  expect(kept?.rows).toBe(20 + isNew)
  expect(isNew).toBeLessThanOrEqual(20)
  const [booked] = await world.owner`
    select count(*)::int as entries, sum(quantity)::int as seconds from usage_entries where customer_id = ${id}`
  expect(booked).toEqual({ entries: 20, seconds: 200 })
})

test('fewer days than a period and ninety more are refused at the start, by name', () => {
  expect(() => readEnv({ DATABASE_URL: world.url, RETENTION_KEYS_DAYS: '120' })).toThrow(/RETENTION_KEYS_DAYS.*121/)
})

test('each key is looked at once, however many pieces the table is looked through in', async () => {
  const many = 100_000
  await world.owner`
    insert into idempotency_keys (key, webhook_id, body_sha256)
    select sha256(n::text::bytea), gen_random_uuid(), sha256(n::text::bytea) from generate_series(1, ${many}::int) as n`
  await world.owner`vacuum analyze idempotency_keys`

  const read = await rowsReadBy(world.ctx(), ['idempotency_keys'], (ctx) => forgetKeys(ctx))

  expect(read).toBeGreaterThanOrEqual(many)
  expect(read).toBeLessThan(many * 1.1)
})
