import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeLines, rateLedger } from '../billing/rate.ts'
import { newId } from '../platform/id.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

const day = 86_400_000
const wire = (customerId: string) => toWireId('customer', customerId)
const openId = async (name: string): Promise<string> => {
  const [row] = await world.owner`select id from unknown_phone where phone_number = ${name} and resolved_at is null`
  return toWireId('unknownPhone', row?.id)
}
const preview = (id: string, customerId: string, token = operator) =>
  world.rest('GET', `/api/admin/unknown-phones/${id}/preview?customerId=${customerId}`, { token })
const resolve = (id: string, customerId: string) =>
  world.rest('POST', `/api/admin/unknown-phones/${id}/resolve`, {
    token: operator,
    body: { resolution: 'matched', customerId },
  })
const text = (to: string) => ({
  MessageSid: `SM${newId().replaceAll('-', '')}`,
  From: '+14155550123',
  To: to,
  Body: 'Hello',
  NumSegments: '2',
  SmsStatus: 'received',
})

/** Every row of every table, and every job; but for the runs of jobs, which come to their end by themselves. */
async function everything(): Promise<Record<string, string>> {
  const tables = await world.owner<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables where (schemaname = 'public' and tablename <> 'job_runs') or (schemaname = 'pgboss' and tablename like 'j%')`
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await world.owner.unsafe(
        `select count(*) || ' ' || coalesce(md5(string_agg(row::text, '' order by row::text)), '') as sum from ${name} as row`,
      )
      return [name, row?.sum] as const
    }),
  )
  return Object.fromEntries(rows)
}

/** Seconds, segments and cents of a customer, by period, as ledger and lines have them. */
async function billOf(customerId: string) {
  await rateLedger(world.ctx())
  const ledger = await world.owner`
    select meter, period_start, sum(quantity)::int as quantity from usage_entries where customer_id = ${customerId} group by 1, 2`
  const lines = await world.owner`
    select period_start, sum(amount_cents)::int as cents from billing_line_items where customer_id = ${customerId} and kind <> 'fee' group by 1`
  const total = (rows: readonly { [column: string]: unknown }[], pick: string) =>
    rows.reduce((all, row) => all + Number(row[pick]), 0)
  const of = (meter: string) =>
    total(
      ledger.filter((row) => row.meter === meter),
      'quantity',
    )
  return {
    seconds: of('call_seconds'),
    segments: of('sms_segments'),
    cents: total(lines, 'cents'),
    periods: Object.fromEntries(lines.map((row) => [row.period_start.toISOString(), row.cents as number])),
  }
}
type Bill = Awaited<ReturnType<typeof billOf>>
const moved = (before: Bill, after: Bill) => ({
  seconds: after.seconds - before.seconds,
  segments: after.segments - before.segments,
  cents: after.cents - before.cents,
})

/** A customer with calls of this and of a closed period that fill all but so many seconds of each, a second beyond for a cent. */
async function nearlyFull(left: number) {
  const customer = await world.customer()
  const [terms] = await world.owner`
    select tier_snapshot_id as id, call_cap_seconds::int as cap, call_cap_seconds + call_credit_seconds as included
    from usage_limits where customer_id = ${customer.id}`
  await world.owner`
    insert into billing_rates (tier_snapshot_id, meter, unit_price_micros)
    values (${terms?.id}, 'call_seconds', 10000), (${terms?.id}, 'sms_segments', 20000) on conflict do nothing`
  const call = (facts: { seconds: number; endedAt?: number }) =>
    world.retell(retellCall({ to: customer.phoneNumber, ...facts }).ended)
  await call({ seconds: Number(terms?.included) - left })
  await call({ seconds: Number(terms?.cap) - left, endedAt: Date.now() - 100 * day })
  await world.process()
  return { ...customer, included: Number(terms?.included) }
}

/** All that is told about one thing at a time, until this is called. */
async function listening() {
  const heard: string[] = []
  const { unlisten } = await world.owner.listen('trunkline_live', (payload) => void heard.push(payload))
  return async () => {
    const last = Promise.withResolvers<void>()
    const end = await world.owner.listen('the_end', () => last.resolve())
    await world.owner.notify('the_end', '')
    await last.promise
    await end.unlisten()
    await unlisten()
    return heard.filter((payload) => payload !== '[]')
  }
}

test('a preview says in seconds, periods, cents and levels what is then booked, and nothing of it remains', async () => {
  const { id: customerId } = await nearlyFull(60)
  const number = randomNumber()
  const call = retellCall({ to: number, seconds: 100 })
  for (const event of [call.started, call.ended, call.analyzed]) await world.retell(event)
  await world.retell(retellCall({ to: number, seconds: 90, endedAt: Date.now() - 100 * day }).ended)
  await world.twilio('sms', text(number))
  const known = retellCall({ to: number, seconds: 45 })
  await world.retell(known.started)
  await world.process()
  // whose this one is was said when it ended
  await world.retell({ ...known.ended, call: { ...known.ended.call, metadata: { customer_id: wire(customerId) } } })
  await world.process()
  const before = await billOf(customerId)
  const id = await openId(number)
  const rows = await everything()
  const heard = await listening()

  const { status, body } = await preview(id, wire(customerId))

  expect(await everything()).toEqual(rows)
  expect(await heard()).toEqual([])
  const [open] = await world.owner`select * from usage_limits where customer_id = ${customerId}`
  const used = Number(open?.call_used_seconds)
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      customer: { id: wire(customerId), businessName: 'Harbor Plumbing' },
      waiting: 6,
      tried: 6,
      calls: 3,
      messages: 1,
      seconds: 190,
      segments: 2,
      // fifteen seconds of this period and sixty of the closed one are still included
      cents: 100 - 15 + 90 - 60,
      closedPeriods: 1,
      money: expect.arrayContaining([
        expect.objectContaining({ unit: 'seconds', isClosed: false, quantity: 100, cents: 85 }),
        expect.objectContaining({ unit: 'segments', isClosed: false, quantity: 2, cents: 0 }),
        expect.objectContaining({ unit: 'seconds', isClosed: true, quantity: 90, cents: 30 }),
      ]),
      standings: [
        { unit: 'seconds', before: used, after: used + 100, base: used + 15, levels: [100] },
        expect.objectContaining({ unit: 'segments', before: 0, after: 2, levels: [] }),
      ],
      refused: 0,
      problems: [],
    },
  })

  expect(await resolve(id, wire(customerId))).toMatchObject({ status: 200, body: { released: 6 } })
  await world.drainJobs()
  const after = await billOf(customerId)
  expect(moved(before, after)).toEqual({ seconds: body.seconds, segments: body.segments, cents: body.cents })
  for (const { periodStart, unit, cents } of body.money)
    if (unit === 'seconds') expect((after.periods[periodStart] ?? 0) - (before.periods[periodStart] ?? 0)).toBe(cents)
  const crossed = await world.owner`
    select level from usage_crossings where customer_id = ${customerId} and level = 100 and before = ${used}`
  expect(crossed).toHaveLength(1)
})

test('another customer is another preview; who is over the cap pays every second, and passes the hard stop', async () => {
  const [over, idle] = [await nearlyFull(0), await world.customer()]
  const number = randomNumber()
  await world.retell(retellCall({ to: number, seconds: 700 }).ended)
  await world.process()
  const id = await openId(number)

  expect((await preview(id, wire(over.id))).body).toMatchObject({
    seconds: 700,
    cents: 700,
    standings: [{ unit: 'seconds', levels: [101] }],
  })
  expect((await preview(id, wire(idle.id))).body).toMatchObject({
    customer: { id: wire(idle.id) },
    seconds: 700,
    cents: 0,
    standings: [{ unit: 'seconds', before: 0, after: 700, levels: [] }],
  })
})

test('what a closed period spends of bought minutes is no longer there for the open one: both are in the sum', async () => {
  const { id: customerId } = await nearlyFull(0)
  const granted = await world.rest('POST', '/api/admin/usage/credits', {
    token: operator,
    body: { customerId: wire(customerId), meter: 'call_seconds', quantity: 100, reason: 'A gift' },
  })
  expect(granted.status).toBe(200)
  await world.retell(said(customerId, { seconds: 100 }))
  const number = randomNumber()
  await world.retell(retellCall({ to: number, seconds: 40, endedAt: Date.now() - 100 * day }).ended)
  await world.process()
  const before = await billOf(customerId)
  const id = await openId(number)

  const { body } = await preview(id, wire(customerId))

  await resolve(id, wire(customerId))
  await world.drainJobs()
  // what is dearer without a new entry is on its line once the period is closed
  await closeLines(world.ctx({ now: new Date(Date.now() + 60 * day) }))
  expect(body).toMatchObject({ seconds: 40, cents: 40 })
  expect(moved(before, await billOf(customerId))).toEqual({ seconds: 40, segments: 0, cents: 40 })
})

/** A call that says itself whose it is. */
function said(customerId: string, call: { seconds: number }) {
  const { ended } = retellCall({ to: randomNumber(), ...call })
  return { ...ended, call: { ...ended.call, metadata: { customer_id: wire(customerId) } } }
}

test('of two who preview and one who resolves at the same moment nobody is wrong', async () => {
  const { id: customerId } = await world.customer()
  let booked = 0
  for (let round = 0; round < 6; round++) {
    const number = randomNumber()
    for (const seconds of [10, 20]) await world.retell(retellCall({ to: number, seconds }).ended)
    await world.process()
    const id = await openId(number)

    const [one, resolved, other] = await Promise.all([
      preview(id, wire(customerId)),
      resolve(id, wire(customerId)),
      preview(id, wire(customerId)),
    ])
    await world.drainJobs()

    expect(resolved.status).toBe(200)
    for (const { status, body } of [one, other])
      if (status === 200) expect(body).toMatchObject({ tried: 2, calls: 2, seconds: 30 })
      else expect({ status, body }).toMatchObject({ status: 409, body: { error: { fields: { id: 'is resolved' } } } })
    booked += 30
    expect((await billOf(customerId)).seconds).toBe(booked)
  }
})

test('whoever is in the midst of one of its calls is waited for before the number is taken', async () => {
  const { id: customerId } = await world.customer()
  const number = randomNumber()
  await world.retell(retellCall({ to: number, seconds: 10 }).ended)
  await world.process()
  const id = await openId(number)

  const previewing = await world.owner.begin(async (sql) => {
    await sql`select key from call_keys order by key for update`
    const previewing = preview(id, wire(customerId))
    await expect
      .poll(
        async () =>
          (
            await world.owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
          ).length,
      )
      .toBe(1)
    // what he takes next, where the call is nobody's
    await sql`select pg_advisory_xact_lock(hashtextextended(${number}, 1))`
    return { previewing }
  })

  expect(await previewing.previewing).toMatchObject({ status: 200, body: { seconds: 10 } })
})

test('who is kept waiting too long is told to try again, and nothing has changed', async () => {
  const { id: customerId } = await world.customer()
  const number = randomNumber()
  await world.retell(retellCall({ to: number, seconds: 10 }).ended)
  await world.process()
  const id = await openId(number)
  const rows = await everything()

  const answer = await world.owner.begin(async (sql) => {
    await sql`select id from webhook_queue where phone_number = ${number} for update`
    return await preview(id, wire(customerId))
  })

  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } })
  expect(await everything()).toEqual(rows)
})

test('of more than a preview tries it says of how many its figures are', async () => {
  const { id: customerId } = await world.customer()
  const number = randomNumber()
  const calls = Array.from({ length: 303 }, () => retellCall({ to: number, seconds: 2 }).ended)
  await Promise.all(calls.map((call) => world.retell(call)))
  await world.process()

  const { body } = await preview(await openId(number), wire(customerId))

  expect(body).toMatchObject({ waiting: 303, tried: 300, calls: 300, seconds: 600 })
})

test('what cannot be replayed is counted with its reason, and hides nothing of the rest', async () => {
  const { id: customerId } = await world.customer()
  const number = randomNumber()
  const calls = [10, 20, 40, 80, 160, 320].map((seconds) => retellCall({ to: number, seconds }))
  for (const { ended } of calls) await world.retell(ended)
  await world.process()
  const [, untrue, unreadable, erased, poisonous] = calls
  const body = (id: string | undefined) => `%${id}%`
  await world.owner`
    update webhook_queue set body = replace(body, '"duration_ms":20000', '"duration_ms":-1') where body like ${body(untrue?.id)}`
  await world.owner`update webhook_queue set body = '{' where body like ${body(unreadable?.id)}`
  await world.owner`update webhook_queue set shredded_at = now() where body like ${body(erased?.id)}`
  const id = await openId(number)

  // whatever an adapter lets through one day that the tables refuse
  await world.owner.unsafe(
    `alter table call_events add constraint poison check (retell_call_id <> '${poisonous?.id}') not valid`,
  )
  const answer = await preview(id, wire(customerId))
  await world.owner`alter table call_events drop constraint poison`

  expect(answer.body).toMatchObject({ tried: 6, calls: 2, seconds: 330, refused: 4 })
  expect(answer.body.problems).toHaveLength(4)
  for (const one of answer.body.problems)
    expect(one).toEqual({
      problem: expect.stringMatching(/erased|not JSON|duration|constraint/),
      webhooks: 1,
      webhookId: expect.stringMatching(/^whk_/),
    })
})

test('a number of which nothing waits any more moves nothing', async () => {
  const { id: customerId } = await world.customer()
  const number = randomNumber()
  await world.retell(retellCall({ to: number, seconds: 10 }).started)
  await world.process()

  const { body } = await preview(await openId(number), wire(customerId))
  expect(body).toMatchObject({ waiting: 1, calls: 1, seconds: 0, cents: 0, money: [], standings: [] })
})

test('an unknown number, a number that is resolved, and a customer who is gone are refused by name', async () => {
  const [{ id: customerId }, { id: gone }] = [await world.customer(), await world.customer()]
  await world.owner`update customers set status = 'closed', closed_at = now() where id = ${gone}`
  const number = randomNumber()
  const call = retellCall({ to: number, seconds: 10 })
  await world.retell(call.ended)
  await world.process()
  const id = await openId(number)
  const refused = (code: string, field: string) => ({
    error: { code, fields: { [field]: expect.any(String) }, message: expect.any(String) },
  })
  const none = '0'.repeat(32)

  expect((await preview(`unk_${none}`, wire(customerId))).body).toMatchObject(refused('not_found', 'id'))
  expect((await preview(id, `cus_${none}`)).body).toMatchObject(refused('not_found', 'customerId'))
  expect((await preview(id, wire(gone))).body).toMatchObject(refused('conflict', 'customerId'))
  expect((await preview('nonsense', wire(gone))).body).toMatchObject(refused('invalid', 'id'))
  expect((await preview(id, 'nonsense')).body).toMatchObject(refused('invalid', 'customerId'))
  expect((await preview(id, wire(customerId), await world.signIn('viewer'))).status).toBe(403)
  await resolve(id, wire(customerId))
  expect((await preview(id, wire(customerId))).body).toMatchObject(refused('conflict', 'id'))
})
