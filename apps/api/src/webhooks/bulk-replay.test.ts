import { toWireId } from '@trunkline/core/platform/wire-id'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newId } from '../platform/id.ts'
import { stripeCustomer } from '../testing/stripe.ts'
import { untilWaitedFor } from '../testing/waited-for.ts'
import { openWorld, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { carryOutReplay } from './bulk-replay.ts'
import { matching, type ReplayFilter } from './replay-filter.ts'

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
const itemsOf = async (id: string, view: string) =>
  (await world.rest('GET', `${base}/${id}/items?view=${view}`, { token: operator })).body.items
const uuidOf = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const carryOut = (id: string) => carryOutReplay(world.ctx(), { replayId: uuidOf(id) })
const planned = async (filter: object) => {
  const { id } = (await plan(filter)).body
  await carryOut(id)
  return await find(id)
}

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
const kill = (phone: string) => world.owner`
  update webhook_queue set state = 'dead', last_error = 'it was so', attempts = 8, next_attempt_at = null
  where phone_number = ${phone} and state = 'received'`
const ledgerOf = (customerId: string) => world.owner`
  select period_start, kind, sum(quantity)::int as quantity from usage_entries where customer_id = ${customerId}
  group by period_start, kind order by period_start`

test('a plan changes nothing; its run does what it said, and a second run moves no money', async () => {
  const { customerId, filter } = await forgotten(3)
  const { status, body } = await plan(filter)
  expect({ status, count: body.count, counts: body.counts }).toMatchObject({
    status: 200,
    count: 3,
    counts: { providers: { retell: 3 }, states: { processed: 3 }, customers: 1 },
  })
  await carryOut(body.id)
  expect(await find(body.id)).toMatchObject({
    state: 'planned',
    planned: 3,
    effects: { changed: 3, refused: 0, customers: 0, money: [] },
  })
  expect(await seconds(customerId)).toEqual({ known: 0, booked: 180 })

  expect((await run(body.id, { hash: '0'.repeat(64) })).status).toBe(409)
  const both = await Promise.all([run(body.id, { hash: body.hash }), run(body.id, { hash: body.hash })])
  expect(new Set(both.map((one) => one.status))).toEqual(new Set([200, 409]))
  await Promise.all([carryOut(body.id), carryOut(body.id)])
  expect(await find(body.id)).toMatchObject({ state: 'done', progress: { done: 3, skipped: 0, failed: 0 } })
  expect(await seconds(customerId)).toEqual({ known: 3, booked: 180 })

  expect(await planned(filter)).toMatchObject({ effects: { changed: 0, seconds: 0 } })
})

test('a call of which two chunks of a plan speak, by whatever name, moves its minutes and cents once, as the run does', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const [terms] =
    await world.owner`select tier_snapshot_id as id, call_cap_seconds + call_credit_seconds as included from usage_limits where customer_id = ${customerId}`
  await world.owner`insert into billing_rates (tier_snapshot_id, meter, unit_price_micros) values (${terms?.id}, 'call_seconds', 10000)`
  // all but ten minutes of what is included is used: the plan passes it
  await world.retell(retellCall({ to: phoneNumber, seconds: Number(terms?.included) - 600 }).ended)
  await world.process()
  const first = retellCall({ to: phoneNumber, seconds: 50, sid: 'CA_of_two_chunks' })
  await world.retell(first.ended)
  for (let n = 0; n < 49; n++) await world.retell(retellCall({ to: phoneNumber, seconds: 60 }).ended)
  await world.retell({ ...first.analyzed, call: { ...first.analyzed.call, duration_ms: 65_000 } })
  await world.twilio(
    'status',
    twilioStatus({ sid: 'CA_of_two_chunks', to: phoneNumber, status: 'completed', seconds: 90 }),
  )
  await kill(phoneNumber)

  const made = await planned({ phone: phoneNumber, state: 'dead' })
  const moved = 49 * 60 + 65
  expect(made).toMatchObject({
    state: 'planned',
    count: 52,
    effects: {
      seconds: moved,
      cents: moved - 600,
      customers: 1,
      closedPeriods: 0,
      money: [
        { customer: { id: toWireId('customer', customerId) }, unit: 'seconds', isClosed: false, quantity: moved },
      ],
    },
  })

  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  expect(await find(made.id)).toMatchObject({ state: 'done', effects: { bookedSeconds: moved, seconds: moved } })
  expect(await ledgerOf(customerId)).toContainEqual(expect.objectContaining({ kind: 'usage' }))
  const [ledger] =
    await world.owner`select sum(quantity)::int as seconds from usage_entries where customer_id = ${customerId}`
  expect(ledger?.seconds).toBe(Number(terms?.included) - 600 + moved)
  expect(await planned({ phone: phoneNumber })).toMatchObject({ effects: { seconds: 0, cents: 0, money: [] } })
  await world.owner`delete from billing_rates`
})

test('a plan names the closed periods that it touches, and its run books adjustments there', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const longAgo = Date.now() - 100 * 86_400_000
  await world.retell(retellCall({ to: phoneNumber, seconds: 120, endedAt: longAgo }).ended)
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  await kill(phoneNumber)

  const made = await planned({ phone: phoneNumber })
  expect(made.effects).toMatchObject({ seconds: 150, closedPeriods: 1, customers: 1 })
  expect(made.effects.money).toMatchObject([
    { quantity: 120, isClosed: true },
    { quantity: 30, isClosed: false },
  ])
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  expect(await ledgerOf(customerId)).toMatchObject([
    { kind: 'adjustment', quantity: 120 },
    { kind: 'usage', quantity: 30 },
  ])
})

test('a reading that has learned a field takes the place of an older one of the same bytes; the evidence of before stays', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 60 })
  await world.retell(call.ended)
  await world.retell(call.analyzed)
  await world.process()
  // as a reading left it that knew nothing of why a call ends
  await world.owner`
    update call_events set disconnect_reason = null, facts = (
      select jsonb_object_agg(key, value - 'disconnectReason' || '{"reading": 0}') from jsonb_each(facts))
    where customer_id = ${customerId}`
  const evidence = () => world.owner`
    select id, body, body_sha256, headers, received_at from webhook_queue where phone_number = ${phoneNumber} order by id`
  const before = await evidence()

  const made = await planned({ phone: phoneNumber })
  expect(made.effects).toMatchObject({ changed: 1, seconds: 0, cents: 0 })
  expect(made.effects.examples).toEqual([expect.stringMatching(/^Call cal_[0-9a-f]{32}: ended by none → user_hangup$/)])
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)

  const [row] = await world.owner`select disconnect_reason, facts from call_events where customer_id = ${customerId}`
  const learned = { disconnectReason: 'user_hangup' }
  expect(row).toMatchObject({
    disconnect_reason: 'user_hangup',
    facts: { 'retell:call_ended': learned, 'retell:call_analyzed': learned },
  })
  expect(await evidence()).toEqual(before)
  const [changed] = await itemsOf(made.id, 'changed')
  const { body } = await world.rest('GET', `/api/admin/webhook-queue/${changed.webhookId}`, { token: operator })
  expect(body.attemptLog).toMatchObject([
    { outcome: 'processed', changes: [] },
    { outcome: 'replayed', reading: 1, changes: [expect.stringContaining('ended by none → user_hangup')] },
  ])
  expect(await planned({ phone: phoneNumber })).toMatchObject({ effects: { changed: 0 } })
})

test.each([1, 2])('what changed since the plan is skipped and counted, of %i', async (webhooks) => {
  const { customerId, filter } = await forgotten(webhooks)
  const made = await planned(filter)
  await world.owner`update webhook_queue set attempts = attempts + 1 where id = (select id from webhook_queue where phone_number = ${filter.phone} limit 1)`
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  expect(await find(made.id)).toMatchObject({ state: 'done', progress: { done: webhooks, skipped: 1 } })
  expect(await itemsOf(made.id, 'skipped')).toHaveLength(1)
  expect(await seconds(customerId)).toMatchObject({ known: webhooks - 1 })
})

test('a plan is shown however much it moves', async () => {
  const { filter } = await forgotten(1)
  const made = await planned(filter)
  const { id: customerId } = await world.customer()
  const uuid = made.id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  await world.owner`
    insert into webhook_replay_sums (replay_id, customer_id, meter, period_start, period_end, planned, booked, cents)
    select ${uuid}::uuid, ${customerId}::uuid, meter, '2026-01-01Z', '2026-02-01Z', 8640000000, 8640000000, 8640000000
    from unnest(array['call_seconds', 'sms_segments']) as meter`

  const many = 8_640_000_000
  expect((await find(made.id)).effects).toMatchObject({
    ...{ seconds: many, segments: many, cents: 2 * many, bookedSeconds: many, bookedSegments: many },
  })
})

test('a cancelled run touches nothing more, and neither does a cancelled plan', async () => {
  const { customerId, filter } = await forgotten(2)
  const made = await planned(filter)
  await run(made.id, { hash: made.hash })
  await world.rest('POST', `${base}/${made.id}/cancel`, { token: operator })
  await carryOut(made.id)
  expect(await find(made.id)).toMatchObject({ state: 'cancelled', progress: { done: 0 } })
  const { id } = (await plan(filter)).body
  await world.rest('POST', `${base}/${id}/cancel`, { token: operator })
  await carryOut(id)
  expect(await find(id)).toMatchObject({ state: 'cancelled', planned: 0 })
  expect(await seconds(customerId)).toMatchObject({ known: 0 })
  const { body } = await world.rest('GET', `${base}?state=cancelled&limit=2`, { token: operator })
  expect(body.items.map((row: { id: string }) => row.id)).toEqual([id, made.id])
})

const days = (count: number) => ({
  from: new Date(Date.now() - count * 86_400_000).toISOString(),
  to: new Date().toISOString(),
})

test('what no index leads to is searched in a bounded window and refused otherwise, with the field', async () => {
  const json = { path: ['call'], is: 'x' }
  for (const filter of [
    { q: 'x' },
    { json },
    { json, ...days(8) },
    { json, from: days(8).from },
    { json, to: days(8).to },
    { provider: 'retell' },
    { state: 'processed', ...days(32) },
  ])
    expect(await plan(filter)).toMatchObject({
      status: 400,
      body: {
        error: { code: 'invalid', fields: { 'filter.from': expect.stringContaining('days: give from and to') } },
      },
    })
  for (const filter of [{}, { nonsense: 1 }, { phone: '+1', from: days(0).to, to: days(1).from }])
    expect((await plan(filter)).status).toBe(400)
  expect((await plan({ json, ...days(7) })).status).toBe(404)
})

test('a window without an end is up to now, and holds what has an id of a clock that ran ahead', async () => {
  const { phoneNumber } = await world.customer()
  const { id, ended } = retellCall({ to: phoneNumber, seconds: 60 })
  await world.retell(ended)
  await kill(phoneNumber)
  await world.owner`update webhook_queue set id = uuidv7(interval '50 minutes') where phone_number = ${phoneNumber}`

  const json = { path: ['call', 'call_id'], is: id }
  expect(await plan({ json, from: days(7).from })).toMatchObject({ status: 200, body: { count: 1 } })
})

test('what stands at a path is found beside bodies that are no JSON, or none that the database can hold', async () => {
  const { phoneNumber } = await world.customer()
  const call = (id: string) => world.retell(retellCall({ to: phoneNumber, seconds: 60, id }).ended)
  for (const id of ['call_sought', 'call_torn', 'call_null']) await call(id)
  await world.owner`
    update webhook_queue set body = case when body like '%call_torn%' then '{"call":' else '{"call":{"call_id":"\\u0000"}}' end
    where phone_number = ${phoneNumber} and body not like '%call_sought%'`

  const filter = { json: { path: ['call', 'call_id'], is: 'call_sought' }, ...days(1) }
  expect(await plan(filter)).toMatchObject({ status: 200, body: { count: 1 } })
})

test('numbers, customers, causes, states and windows are found through an index', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const found: Record<string, ReplayFilter> = {
    'phone_number = ': { phone: phoneNumber },
    'customer_id = ': { customerId },
    '"left"(last_error, 200) = ': { cause: 'it was so' },
    'id = ANY': { ids: [customerId, newId()] },
    'state = ': { state: 'dead' },
    'id >= ': { provider: 'retell', ...days(7) },
  }
  const explain = async (filter: ReplayFilter) => {
    const meant = await matching(world.ctx(), filter)
    const rows = await world.db.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`)
      await tx.execute(sql`set local enable_bitmapscan = off`)
      return await tx.execute(sql`explain select id from webhook_queue where ${meant}`)
    })
    return rows.map((row) => String(row['QUERY PLAN'])).join('\n')
  }
  for (const [condition, filter] of Object.entries(found)) {
    const lines = (await explain(filter)).split('\n').filter((line) => line.includes('Index Cond'))
    expect(lines.length, condition).toBeGreaterThan(0)
    for (const line of lines) expect(line).toContain(condition)
  }
})

test('a run in which too many fail stops by itself, and says which', async () => {
  const { filter } = await forgotten(21)
  const made = await planned(filter)
  await world.owner`update webhook_queue set shredded_at = now() where phone_number = ${filter.phone}`
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  expect(await find(made.id)).toMatchObject({ state: 'stopped', progress: { done: 20, failed: 20 } })
  expect(await itemsOf(made.id, 'failed')).toHaveLength(20)
  expect((await itemsOf(made.id, 'failed'))[0]).toMatchObject({ problem: expect.stringContaining('erased') })
})

test('those that speak of nothing in common go through in one commit, and what one of them cannot do costs the others nothing', async () => {
  const { customerId, filter } = await forgotten(5)
  const commits = () => world.owner`
    select count(*)::int as webhooks, count(distinct xmin::text)::int as commits from webhook_attempts
    where outcome = 'replayed' and webhook_id in (select id from webhook_queue where phone_number = ${filter.phone})`
  const made = await planned(filter)
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  expect(await commits()).toEqual([{ webhooks: 5, commits: 1 }])

  const again = await planned(filter)
  await world.owner`
    update webhook_queue set shredded_at = now() where id = (select id from webhook_queue where phone_number = ${filter.phone} limit 1)`
  await run(again.id, { hash: again.hash })
  await carryOut(again.id)
  expect(await find(again.id)).toMatchObject({ state: 'done', progress: { done: 5, skipped: 0, failed: 1 } })
  expect(await commits()).toEqual([{ webhooks: 9, commits: 5 }])
  expect(await seconds(customerId)).toEqual({ known: 5, booked: 300 })

  // of whom the plan has said so is not among them
  const warned = await planned(filter)
  await run(warned.id, { hash: warned.hash })
  await carryOut(warned.id)
  expect(await find(warned.id)).toMatchObject({ state: 'done', progress: { done: 5, skipped: 0, failed: 1 } })
  expect(await commits()).toEqual([{ webhooks: 13, commits: 6 }])
})

test('where several together take longer than a statement may, each of a run is done alone', async () => {
  const { filter } = await forgotten(3)
  const made = await planned(filter)
  await world.owner`
    create function take_too_long() returns trigger language plpgsql as
    'begin if (select count(*) > 1 from several) then raise exception using errcode = ''57014''; end if; return null; end'`
  await world.owner`
    create trigger takes_too_long after insert on webhook_attempts referencing new table as several execute function take_too_long()`
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  await world.owner`drop trigger takes_too_long on webhook_attempts`
  expect(await find(made.id)).toMatchObject({ state: 'done', progress: { done: 3, skipped: 0, failed: 0 } })
})

test('whoever works on one call holds up that one of a run and not the others, and it moves its minutes once', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const calls = Array.from({ length: 3 }, () => retellCall({ to: phoneNumber, seconds: 60 }))
  for (const call of calls) await world.retell(call.ended)
  await world.process()
  const made = await planned({ phone: phoneNumber })
  const connection = await world.owner.reserve()
  await connection`begin`
  await connection`select from call_keys where key = ${`retell:${calls.at(-1)?.id}`} for update`
  await run(made.id, { hash: made.hash })
  const running = carryOut(made.id)
  await vi.waitFor(async () => expect((await find(made.id)).progress.done).toBe(2), { timeout: 20_000 })
  await connection`commit`
  connection.release()
  await running

  expect(await find(made.id)).toMatchObject({ state: 'done', progress: { done: 3, skipped: 0, failed: 0 } })
  const [ledger] =
    await world.owner`select sum(quantity)::int as seconds from usage_entries where customer_id = ${customerId}`
  expect(ledger).toEqual({ seconds: 180 })
})

test('what dies again is no success: the plan says that it cannot be replayed, its run counts it as failed and stops', async () => {
  const { phoneNumber } = await world.customer()
  for (let n = 0; n < 21; n++) await world.retell(retellCall({ to: phoneNumber, seconds: 60 }).ended)
  await kill(phoneNumber)
  await world.owner`update webhook_queue set body = '{' where phone_number = ${phoneNumber}`

  const made = await planned({ phone: phoneNumber, state: 'dead' })
  expect(made).toMatchObject({ state: 'planned', planned: 21, effects: { changed: 0, refused: 21 } })
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  expect(await find(made.id)).toMatchObject({ state: 'stopped', progress: { done: 20, skipped: 0, failed: 20 } })
  const [failed] = await itemsOf(made.id, 'failed')
  expect(failed).toMatchObject({ problem: expect.stringContaining('not JSON') })
  const { attemptLog } = (await world.rest('GET', `/api/admin/webhook-queue/${failed.webhookId}`, { token: operator }))
    .body
  expect(attemptLog).toMatchObject([{ outcome: 'dead', error: failed.problem }])
})

test('a run moves no minutes that its plan has not said: what went to another customer, or could not be replayed then, is skipped', async () => {
  const [mine, theirs] = [await world.customer(), await world.customer()]
  const sound = retellCall({ to: theirs.phoneNumber, seconds: 30 })
  const refused = retellCall({ to: theirs.phoneNumber, seconds: 45 })
  await world.retell(retellCall({ to: mine.phoneNumber, seconds: 60 }).ended)
  await world.retell(sound.ended)
  await world.retell(refused.ended)
  await kill(mine.phoneNumber)
  await kill(theirs.phoneNumber)
  await world.owner`
    create function refuse_one() returns trigger language plpgsql as
    'begin if new.seconds = 45 then raise exception ''it is refused''; end if; return new; end'`
  await world.owner`create trigger refuses_one before insert on call_events for each row execute function refuse_one()`
  const rows = await world.owner`
    select id from webhook_queue where phone_number in (${mine.phoneNumber}, ${theirs.phoneNumber})`
  const ids = rows.map(({ id }) => toWireId('webhook', id))
  const made = await planned({ ids })
  expect(made.effects).toMatchObject({ refused: 1, seconds: 90, customers: 2 })
  await world.owner`drop trigger refuses_one on call_events`
  await world.owner`update agents set customer_id = ${theirs.id} where phone_number = ${mine.phoneNumber}`

  await run(made.id, { hash: made.hash })
  await carryOut(made.id)

  expect(await find(made.id)).toMatchObject({
    state: 'done',
    progress: { done: 3, skipped: 2, failed: 0 },
    effects: { seconds: 90, bookedSeconds: 30 },
  })
  expect(await itemsOf(made.id, 'skipped')).toMatchObject(
    Array(2).fill({ problem: expect.stringContaining('not what the plan has said') }),
  )
  expect(await ledgerOf(mine.id)).toEqual([])
  expect(await ledgerOf(theirs.id)).toMatchObject([{ quantity: 30 }])
  // a new plan says where they go now
  const again = await planned({ ids, state: 'dead' })
  expect(again.effects).toMatchObject({ refused: 0, seconds: 105, customers: 1 })
  await run(again.id, { hash: again.hash })
  await carryOut(again.id)
  expect(await find(again.id)).toMatchObject({ progress: { done: 2, skipped: 0 }, effects: { bookedSeconds: 105 } })
})

test('whoever cancels waits for nobody on whom the run waits, and what it was in the midst of does not happen', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 60 })
  await world.retell(call.started)
  await world.process()
  await world.retell(call.ended)
  await kill(phoneNumber)
  const made = await planned({ phone: phoneNumber, state: 'dead' })
  let running: Promise<void> = Promise.resolve()
  await world.owner.begin(async (sql) => {
    await sql`select from call_keys where key = ${`retell:${call.id}`} for update`
    await sql`select pg_current_xact_id()`
    await run(made.id, { hash: made.hash })
    running = carryOut(made.id)
    await untilWaitedFor(sql)

    expect((await world.rest('POST', `${base}/${made.id}/cancel`, { token: operator })).status).toBe(200)
  })
  await running

  expect(await find(made.id)).toMatchObject({
    state: 'cancelled',
    progress: { done: 0 },
    effects: { bookedSeconds: 0 },
  })
  expect(await ledgerOf(customerId)).toEqual([])
})

test('a deadlock is no failure of a webhook: it is replayed again at once', async () => {
  const { filter } = await forgotten(1)
  const made = await planned(filter)
  await world.owner`create sequence deadlocks`
  await world.owner`
    create function meet_a_deadlock() returns trigger language plpgsql security definer as
    'begin if nextval(''public.deadlocks'') = 1 then raise exception using errcode = ''40P01''; end if; return new; end'`
  await world.owner`
    create trigger meets_a_deadlock before insert on webhook_attempts for each row execute function meet_a_deadlock()`
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)
  await world.owner`drop trigger meets_a_deadlock on webhook_attempts`

  expect(await find(made.id)).toMatchObject({ state: 'done', progress: { done: 1, skipped: 0, failed: 0 } })
})

test('a webhook whose commit was answered by nobody is counted once, as what it was', async () => {
  const { filter } = await forgotten(1)
  const made = await planned(filter)
  await run(made.id, { hash: made.hash })
  let lost = 0
  const db = new Proxy(world.db, {
    get: (target, name) =>
      name === 'transaction' && lost === 0
        ? async (work: Parameters<typeof world.db.transaction>[0]) => {
            await target.transaction(work)
            lost++
            throw Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
          }
        : Reflect.get(target, name),
  })
  // the process that hears nothing gives up, or goes on: either way the next one must find what stands
  await Promise.allSettled([carryOutReplay(world.ctx({ db }), { replayId: uuidOf(made.id) })])
  await world.owner`update webhook_replays set lease_until = now() where id = ${uuidOf(made.id)}`
  await carryOut(made.id)

  expect(lost).toBe(1)
  expect(await find(made.id)).toMatchObject({ state: 'done', progress: { done: 1, skipped: 0, failed: 0 } })
})

test('a plan says of Stripe’s events which are new and whose they become, and a second plan that nothing is left', async () => {
  const { id } = await world.customer()
  const bought = stripeCustomer(id).topup()
  await world.stripe(bought)
  const [row] = await world.owner`
    update webhook_queue set state = 'dead', last_error = 'it was so', attempts = 8, next_attempt_at = null
    where provider = 'stripe' and state = 'received' returning id`
  const filter = { ids: [toWireId('webhook', row?.id)] }

  const made = await planned(filter)
  const said = `Billing event ${bought.id} (checkout.session.completed)`
  expect(made.effects).toMatchObject({ changed: 1, examples: [`${said} was created`] })
  expect(await world.owner`select 1 from billing_events where event_id = ${bought.id}`).toEqual([])
  await run(made.id, { hash: made.hash })
  await carryOut(made.id)

  expect(await find(made.id)).toMatchObject({ state: 'done', progress: { done: 1, skipped: 0, failed: 0 } })
  expect(await world.owner`select source from usage_credits where customer_id = ${id}`).toEqual([{ source: 'topup' }])
  expect((await planned(filter)).effects).toMatchObject({ changed: 0, examples: [] })
  await world.owner`update billing_events set customer_id = null where event_id = ${bought.id}`
  expect((await planned(filter)).effects.examples).toEqual([`${said}: customer none → known`])
})
