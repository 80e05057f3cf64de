import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newId } from '../platform/id.ts'
import { openWorld, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { carryOutReplay } from './bulk-replay.ts'

let world: World
let operator: string
/** Somebody else at the database. */
let other: postgres.Sql
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
  other = postgres(world.url, { max: 2, onnotice: () => undefined })
  // what is rolled back is counted, too
  await world.owner`create sequence tries`
  await world.owner`
    create function count_try() returns trigger language plpgsql security definer as
    'begin perform nextval(''public.tries''); return new; end'`
  await world.owner`create trigger count_tries before insert on webhook_attempts for each row execute function count_try()`
})
afterAll(async () => {
  await other.end({ timeout: 1 })
  await world.close()
})

const base = '/api/admin/webhook-queue/replays'
const uuidOf = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const find = async (id: string) => (await world.rest('GET', `${base}/${id}`, { token: operator })).body
const carryOut = (id: string) => carryOutReplay(world.ctx(), { replayId: uuidOf(id) })
const plan = async (ids: readonly string[]) => {
  const filter = { ids: ids.map((id) => `whk_${id.replaceAll('-', '')}`) }
  return (await world.rest('POST', base, { token: operator, body: { filter } })).body
}
const planned = async (ids: readonly string[]) => {
  const { id } = await plan(ids)
  await carryOut(id)
  return await find(id)
}
const run = async ({ id, hash }: { id: string; hash: string }) => {
  await world.rest('POST', `${base}/${id}/run`, { token: operator, body: { hash } })
  await carryOut(id)
  return await find(id)
}
const money = (replay: { effects: { money: Record<'periodStart' | 'quantity' | 'booked', unknown>[] } }) =>
  replay.effects.money.map(({ periodStart, quantity, booked }) => ({ periodStart, quantity, booked }))

/** Dead webhooks of these bodies, in their order: a provider that says the same again with other figures is not asked for its name. */
async function dead(phoneNumber: string, bodies: readonly object[]): Promise<string[]> {
  await world.retell(retellCall({ to: phoneNumber, seconds: 1 }).ended)
  const ids = bodies.map(newId)
  await world.owner`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes,
      body_sha256, verdict, state, received_at, attempts, last_error)
    select made.id::uuid, provider, door, event_type, phone_number, url, remote_address, headers, made.body, body_encoding, body_bytes,
      sha256(made.body::bytea), verdict, 'dead', received_at, 8, 'it was so'
    from webhook_queue, unnest(${ids}::text[], ${bodies.map((body) => JSON.stringify(body))}::text[]) as made (id, body)
    where phone_number = ${phoneNumber} and state = 'received'`
  await world.owner`delete from webhook_queue where phone_number = ${phoneNumber} and state = 'received'`
  return ids
}

/** The same call, said to have ended so many times, each a second longer than the last. */
function endings(call: Parameters<typeof retellCall>[0], count: number) {
  const id = call.id ?? `call_${newId()}`
  return Array.from({ length: count }, (_, nth) => {
    const { ended } = retellCall({ ...call, id, seconds: call.seconds + nth })
    return { ...ended, event_timestamp: ended.event_timestamp + nth }
  })
}

test('of many webhooks that speak of one call a plan tries each about once, and says what their run books', async () => {
  const { phoneNumber } = await world.customer()
  const ids = await dead(phoneNumber, endings({ to: phoneNumber, seconds: 60, endedAt: Date.now() }, 60))
  await world.owner`select setval('tries', 1)`

  const made = await planned(ids)

  const [tries] = await world.owner`select last_value::int as count from tries`
  expect(tries?.count).toBeLessThan(75)
  expect(made).toMatchObject({ state: 'planned', planned: 60, effects: { changed: 60, refused: 0, seconds: 119 } })
  expect(money(await run(made))).toMatchObject([{ quantity: 119, booked: 119 }])
  expect((await planned(ids)).effects).toMatchObject({ seconds: 0, money: [] })
})

test('what only the first of many webhooks of a call said counts for the last: whose it is, its other name, its period', async () => {
  const [mine, theirs] = [await world.customer(), await world.customer()]
  const id = `call_${newId()}`
  const longAgo = Date.now() - 100 * 86_400_000
  const early = { id, to: mine.phoneNumber, seconds: 50, endedAt: longAgo }
  const withoutLength = (call: Parameters<typeof retellCall>[0]) => {
    const { event, event_timestamp, call: facts } = retellCall(call).ended
    return { event, event_timestamp, call: { ...facts, duration_ms: undefined, start_timestamp: undefined } }
  }
  const ids = await dead(mine.phoneNumber, [
    withoutLength(early),
    withoutLength({ ...early, to: theirs.phoneNumber, sid: 'CA_said_once' }),
    ...endings({ ...early, endedAt: longAgo + 1 }, 1),
    ...endings({ id, to: theirs.phoneNumber, seconds: 60, endedAt: Date.now() }, 40),
  ])
  const carrier = twilioStatus({ sid: 'CA_said_once', to: mine.phoneNumber, status: 'completed', seconds: 90 })
  await world.twilio('status', carrier)
  const [last] = await world.owner`
    update webhook_queue set state = 'dead', last_error = 'it was so', next_attempt_at = null where state = 'received' returning id`

  const done = await run(await planned([...ids, last?.id]))

  expect(done).toMatchObject({ state: 'done', effects: { customers: 1, closedPeriods: 1, seconds: 99 } })
  expect(money(done)).toMatchObject([{ quantity: 99, booked: 99 }])
})

/** Somebody else works on this call until he lets it go. */
async function workOn({ id }: { id: string }) {
  const connection = await other.reserve()
  await connection`begin`
  await connection`select from call_keys where key = ${`retell:${id}`} for update`
  return async () => {
    await connection`commit`
    connection.release()
  }
}
const untilSomebodyWaits = () =>
  vi.waitFor(
    async () => {
      const [waiting] = await world.owner`
        select count(*)::int as sessions from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(waiting?.sessions).toBe(1)
    },
    { timeout: 20_000 },
  )

test('a plan that has to wait for others for longer than its lease lasts keeps it', async () => {
  const { phoneNumber } = await world.customer()
  const calls = Array.from({ length: 3 }, () => retellCall({ to: phoneNumber, seconds: 60 }))
  for (const call of calls) await world.retell(call.ended)
  await world.process()
  const [, second = { id: '' }, third = { id: '' }] = calls
  const [letSecondGo, letThirdGo] = [await workOn(second), await workOn(third)]
  const rows = await world.owner`select id from webhook_queue where phone_number = ${phoneNumber} order by id`
  const { id } = await plan(rows.map((row) => row.id))
  const planning = carryOut(id)

  await untilSomebodyWaits()
  await world.owner`update webhook_replays set lease_until = now() - interval '1 second' where id = ${uuidOf(id)}`
  await carryOut(id)
  await letSecondGo()
  await untilSomebodyWaits()
  await carryOut(id)
  await letThirdGo()

  await planning
  expect(await find(id)).toMatchObject({ state: 'planned', planned: 3, effects: { changed: 0, refused: 0 } })
  expect(await world.owner`select lease_generation from webhook_replays where id = ${uuidOf(id)}`).toEqual([
    { lease_generation: 1 },
  ])
})

test('whom a plan meets in a deadlock costs it the rest of a chunk, and no webhook is called one that cannot be replayed', async () => {
  const customers = [await world.customer(), await world.customer()]
  for (const { phoneNumber } of customers) await world.retell(retellCall({ to: phoneNumber, seconds: 60 }).ended)
  const rows = await world.owner`
    update webhook_queue set state = 'dead', last_error = 'it was so', next_attempt_at = null where state = 'received' returning id`
  const { id } = await plan(rows.map((row) => row.id))
  const [first = { id: '' }, second = { id: '' }] = customers
  const lockCounter = (connection: postgres.Sql, customerId: string) =>
    connection`select from usage_limits where customer_id = ${customerId} for update`
  const connection = await other.reserve()
  await connection`begin`
  await connection`set local deadlock_timeout = '1h'`
  await lockCounter(connection, second.id)

  const planning = carryOut(id)
  await untilSomebodyWaits()
  await lockCounter(connection, first.id)
  await connection`commit`
  connection.release()
  await planning

  expect(await find(id)).toMatchObject({
    state: 'planned',
    planned: 2,
    effects: { changed: 2, refused: 0, seconds: 120, customers: 2 },
  })
})

const untilCounterIsLocked = (customerId: string) =>
  vi.waitFor(
    async () => {
      const free = await other`select from usage_limits where customer_id = ${customerId} for update skip locked`
      expect(free).toHaveLength(0)
    },
    { timeout: 20_000 },
  )
/** Somebody else who needs the customer's counter. */
const count = (customerId: string) =>
  world.db.execute(sql`update usage_limits set updated_at = now() where customer_id = ${customerId}`).then(
    () => 'counted',
    () => 'refused',
  )

test('a plan needs no connection of the pool while others, as many as it has, wait for what the plan has locked', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const ids = await dead(phoneNumber, endings({ to: phoneNumber, seconds: 60 }, 3))
  // the second of them takes until it is told to go on
  await world.owner`create table goes_on ()`
  await world.owner`grant select on goes_on to public`
  await world.owner`
    create function take_long() returns trigger language plpgsql as
    'begin loop exit when exists (select from public.goes_on); perform pg_sleep(0.01); end loop; return new; end'`
  await world.owner`
    create trigger takes_long before update on call_events for each row when (new.seconds = 61) execute function take_long()`
  const { id } = await plan(ids)
  const planning = carryOut(id)
  await untilCounterIsLocked(customerId)
  const counting = Array.from({ length: 12 }, () => count(customerId))
  await vi.waitFor(
    async () => {
      const [waiting] = await other`
        select count(*)::int as sessions from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like 'update usage_limits set updated_at%'`
      expect(waiting?.sessions).toBe(5)
    },
    { timeout: 20_000 },
  )
  await world.owner`insert into goes_on default values`
  await planning

  expect(await Promise.all(counting)).toEqual(Array(12).fill('counted'))
  expect(await find(id)).toMatchObject({ state: 'planned', planned: 3, effects: { refused: 0, seconds: 62 } })
  await world.owner`drop trigger takes_long on call_events`
})

test('a plan that waits for others lets go of what it has locked: nobody waits for them through it', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const calls = Array.from({ length: 3 }, () => retellCall({ to: phoneNumber, seconds: 60 }))
  for (const call of calls) await world.retell(call.started)
  await world.process()
  for (const call of calls) await world.retell(call.ended)
  const rows = await world.owner`
    update webhook_queue set state = 'dead', last_error = 'it was so', next_attempt_at = null where state = 'received' returning id`
  const [, second = { id: '' }] = calls
  const letSecondGo = await workOn(second)
  const { id } = await plan(rows.map((row) => row.id))
  const planning = carryOut(id)
  await untilCounterIsLocked(customerId)

  expect(await count(customerId)).toBe('counted')

  await letSecondGo()
  await planning
  expect(await find(id)).toMatchObject({ state: 'planned', planned: 3, effects: { refused: 0, seconds: 180 } })
})
