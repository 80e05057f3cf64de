import { setTimeout as wait } from 'node:timers/promises'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { rateLedger } from '../billing/rate.ts'
import { mayContact } from '../compliance/may-contact.ts'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { leaveDueJobs, registerSchedules } from '../platform/schedule.ts'
import { rowsReadBy } from '../testing/rows-read.ts'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { admitFetched } from '../webhooks/admit-fetched.ts'
import { csvOf } from './http.ts'
import { reconciliationSchedules } from './jobs.ts'
import { listDifferences } from './list-differences.ts'
import { readDifferences } from './read-differences.ts'
import { sweepRuns } from './sweep.ts'

type Json = Record<string, unknown>

let world: World
let operator: string
/** What the providers list; `pageSize` cuts it into pages. */
const lists = { retell: [] as Json[], calls: [] as Json[], messages: [] as Json[], telnyx: [] as Json[], pageSize: 500 }
beforeAll(async () => {
  world = await openWorld({ env: { TELNYX_API_KEY: 'KEY_world_telnyx', TELNYX_BASE_URL: 'https://telnyx.test' } })
  operator = await world.signIn('operator')
  world.network.answer = async ({ url }, init) =>
    Response.json(answerOf(new URL(url), typeof init.body === 'string' ? init.body : '{}'))
})
beforeEach(() => Object.assign(lists, { retell: [], calls: [], messages: [], telnyx: [], pageSize: 500 }))
afterAll(() => world.close())

function answerOf({ pathname, searchParams }: URL, body: string): Json {
  const { pageSize } = lists
  if (pathname === '/v3/list-calls') {
    const { pagination_key: key = '0' } = JSON.parse(body)
    const next = Number(key) + pageSize
    const hasMore = next < lists.retell.length
    return {
      items: lists.retell.slice(Number(key), next),
      has_more: hasMore,
      ...(hasMore ? { pagination_key: String(next) } : {}),
    }
  }
  if (pathname === '/v2/detail_records') {
    const place = Number(searchParams.get('page[number]')) - 1
    return {
      data: lists.telnyx.slice(place * pageSize, (place + 1) * pageSize),
      meta: { page_number: place + 1, total_pages: Math.ceil(lists.telnyx.length / pageSize) },
    }
  }
  const page = Number(searchParams.get('Page') ?? 0)
  const name = pathname.endsWith('/Calls.json') ? 'calls' : 'messages'
  const hasMore = (page + 1) * pageSize < lists[name].length
  return {
    [name]: lists[name].slice(page * pageSize, (page + 1) * pageSize),
    next_page_uri: hasMore ? `${pathname}?Page=${page + 1}&PageToken=x` : null,
  }
}

const hourMs = 3_600_000
/** A call that has settled: over for a day. */
const settledCall = (call: { to: string; seconds: number; sid?: string }) =>
  retellCall({ ...call, endedAt: Date.now() - 24 * hourMs })

/** Twilio's resource of a message of so many segments to or from a line, a day old. */
function twilioMessage(message: { from: string; to: string; segments: number; sid?: string; direction?: string }) {
  const at = new Date(Date.now() - 24 * hourMs).toUTCString()
  return {
    sid: message.sid ?? `SM${newId().replaceAll('-', '')}`,
    status: 'delivered',
    direction: message.direction ?? 'outbound-api',
    from: message.from,
    to: message.to,
    num_segments: String(message.segments),
    price: '-0.00790',
    body: 'Your appointment is tomorrow',
    date_created: at,
    date_updated: at,
  }
}

/** Twilio's resource of a call, a day old. */
function twilioCall(call: { sid: string; to: string; seconds: number }) {
  const endedAt = Date.now() - 24 * hourMs
  return {
    sid: call.sid,
    status: 'completed',
    direction: 'inbound',
    from: '+14155550123',
    to: call.to,
    duration: String(call.seconds),
    start_time: new Date(endedAt - call.seconds * 1000).toUTCString(),
    end_time: new Date(endedAt).toUTCString(),
    price: null,
    parent_call_sid: null,
  }
}

/** Telnyx's record of a message, a day old. */
function telnyxRecord(message: { from: string; to: string; parts: number; status?: string; direction?: string }) {
  const at = new Date(Date.now() - 24 * hourMs).toISOString()
  return {
    record_type: 'message_detail_record',
    uuid: newId(),
    direction: message.direction ?? 'outbound',
    cli: message.from,
    cld: message.to,
    status: message.status ?? 'delivered',
    parts: message.parts,
    cost: '0.0040',
    currency: 'USD',
    created_at: at,
    sent_at: at,
    completed_at: at,
  }
}

const uuidOf = (wire: string) =>
  `${wire.slice(4, 12)}-${wire.slice(12, 16)}-${wire.slice(16, 20)}-${wire.slice(20, 24)}-${wire.slice(24)}`
const get = (path: string) => world.rest('GET', path, { token: operator })

/** A run from its beginning to its end; answers it with what it found. */
async function reconcile(window: { from?: string; to?: string } = {}) {
  const begun = await world.rest('POST', '/api/admin/reconciliation-runs/trigger', { token: operator, body: window })
  expect(begun).toMatchObject({ status: 200, body: { started: true } })
  await world.drainJobs()
  const { body: run } = await get(`/api/admin/reconciliation-runs/${begun.body.id}`)
  const { body: page } = await get(`/api/admin/reconciliation-differences?runId=${run.id}&limit=200`)
  return { run, differences: page.items }
}

test('a counter or a line that is not the sum of its ledger is found to the second, in either kind of period (K-26)', async () => {
  const { id, phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 100 }).ended)
  await world.process()
  const clean = await reconcile()
  expect(clean.run).toMatchObject({ state: 'matched', differences: 0, alertId: null })
  expect(clean.run.levels[0]).toMatchObject({
    level: 0,
    sums: [{ unit: 'seconds', ours: 100, theirs: 100, delta: 0 }, { unit: 'segments' }],
  })

  await world.owner`update usage_limits set call_used_seconds = call_used_seconds + 1 where customer_id = ${id}`
  const closed = '2026-01-01T00:00:00.000Z'
  await world.owner`
    insert into usage_periods (customer_id, period_start, period_end, tier_snapshot_id, call_used_seconds, sms_used)
    select customer_id, ${closed}, '2026-02-01Z', tier_snapshot_id, 0, 2 from usage_limits where customer_id = ${id}`
  await world.owner`
    insert into billing_line_items (id, customer_id, period_start, period_end, kind, meter, source_key, tier_snapshot_id, quantity, unit_price_micros, amount_cents, state, updated_at)
    select gen_random_uuid(), customer_id, period_start, period_end, 'usage', 'call_seconds', 'test', tier_snapshot_id, 7, 0, 0, 'open', now()
    from usage_limits where customer_id = ${id}`

  const { run, differences } = await reconcile()
  expect(run).toMatchObject({ state: 'differences', differences: 3, flagged: 3 })
  expect(differences).toMatchObject([
    { class: 'lines_differ', level: 0, ours: 0, theirs: 7, delta: -7, unit: 'seconds', flagged: true },
    {
      class: 'counter_differs',
      ours: 0,
      theirs: 2,
      unit: 'segments',
      periodStart: closed,
      customer: { businessName: 'Harbor Plumbing' },
    },
    { class: 'counter_differs', ours: 100, theirs: 101, unit: 'seconds' },
  ])
  const [alert] =
    await world.owner`select severity, acknowledged_at from ops_alerts where dedup_key = ${`reconciliation:${uuidOf(run.id)}`}`
  expect(alert).toMatchObject({ severity: 'critical', acknowledged_at: null })

  await world.owner`update usage_limits set call_used_seconds = call_used_seconds - 1 where customer_id = ${id}`
  await world.owner`delete from usage_periods where customer_id = ${id}`
  await world.owner`delete from billing_line_items where customer_id = ${id}`
  expect((await reconcile()).run.state).toBe('matched')

  // what the raters say they have passed stands on a line; what is newer may still come to stand on one
  const passed = (id: string) => world.owner`
    insert into billing_marks (name, through_id, updated_at) values ('ledger', ${id}, now())
    on conflict (name) do update set through_id = excluded.through_id`
  await passed('ffffffff-ffff-7fff-8fff-ffffffffffff')
  const unrated = await reconcile()
  expect(unrated.differences).toMatchObject([{ class: 'lines_differ', ours: 100, theirs: 0, delta: 100 }])
  await passed('01000000-0000-7000-8000-000000000000')
  expect((await reconcile()).run.state).toBe('matched')
  await world.owner`delete from billing_marks`
  const [after] =
    await world.owner`select acknowledged_by from ops_alerts where dedup_key = ${`reconciliation:${uuidOf(run.id)}`}`
  expect(after?.acknowledged_by).toMatch(/^reconciliation rcn_/)
})

test('what providers list and what is booked is compared call by call, over pages; each way to differ has its class (K-26)', async () => {
  const { id, phoneNumber } = await world.customer()
  lists.pageSize = 2
  const [same, longer, gone, twice, both] = [100, 200, 300, 400, 500].map((seconds) =>
    settledCall({ to: phoneNumber, seconds, ...(seconds === 500 ? { sid: 'CAboth' } : {}) }),
  )
  if (!same || !longer || !gone || !twice || !both) throw new Error('five calls')
  for (const call of [same, longer, twice, both]) await world.retell(call.ended)
  await world.retell(twice.ended)
  await world.process()
  const lost = twilioMessage({ from: phoneNumber, to: '+14155550123', segments: 3 })
  // not yet settled, never connected, another one's leg, our own text: no difference
  const fresh = retellCall({ to: phoneNumber, seconds: 50 })
  const ownText = twilioMessage({ from: '+15005550100', to: '+14155550123', segments: 1 })
  lists.retell = [same, longer, gone, both, fresh].map(({ ended }) => ended.call)
  lists.retell[1] = { ...lists.retell[1], duration_ms: 260_001 }
  lists.retell.push({ call_id: 'call_never_connected', call_status: 'not_connected' })
  lists.calls = [
    twilioCall({ sid: 'CAboth', to: phoneNumber, seconds: 503 }),
    twilioCall({ sid: 'CAlost', to: phoneNumber, seconds: 62 }),
  ]
  lists.messages = [lost, ownText]

  const { run, differences } = await reconcile()

  expect(run).toMatchObject({ state: 'differences', differences: 8, missingHere: 3, healable: 3, healed: 0 })
  expect(run.sources).toMatchObject([
    { provider: 'retell', state: 'read', pages: 3, listed: 5 },
    { provider: 'twilio', kind: 'call', state: 'read', listed: 2 },
    { provider: 'twilio', kind: 'message', state: 'read', listed: 1 },
    { provider: 'telnyx', kind: 'message', state: 'read', listed: 0 },
  ])
  const late = differences.filter(({ class: found }: Json) => found === 'late')
  expect(late).toHaveLength(3)
  expect(late[0]).toMatchObject({ level: 1, unit: 'seconds', flagged: false, theirs: 21_600 })
  expect(
    differences
      .filter((one: Json) => !late.includes(one))
      .map(({ class: found, providerId, ours, theirs, unit, flagged }: Json) => [
        found,
        providerId,
        ours,
        theirs,
        unit,
        flagged,
      ]),
  ).toEqual([
    ['missing_there', twice.id, 400, 0, 'seconds', true],
    ['missing_here', gone.id, 0, 300, 'seconds', true],
    ['missing_here', 'CAlost', 0, 62, 'seconds', true],
    ['quantity_differs', longer.id, 200, 261, 'seconds', true],
    ['missing_here', lost.sid, 0, 3, 'segments', false],
  ])
  expect(new Set(differences.map(({ customer }: { customer: { id: string } }) => uuidOf(customer.id)))).toEqual(
    new Set([id]),
  )
  expect(run.levels[1].sums).toEqual([
    { unit: 'seconds', ours: 1200, theirs: 1223, delta: -23 },
    { unit: 'segments', ours: 0, theirs: 3, delta: -3 },
  ])
  expect(await world.owner`select count(*)::int as rows from reconciliation_listed`).toEqual([{ rows: 0 }])
})

test('what Twilio lists by another channel is of whoever has the number, and ours is nobody’s', async () => {
  const { id, phoneNumber } = await world.customer()
  const [written, answered, ownNotice] = [
    twilioMessage({ from: 'whatsapp:+14155550123', to: `whatsapp:${phoneNumber}`, segments: 1, direction: 'inbound' }),
    twilioMessage({ from: `rcs:${phoneNumber}`, to: 'rcs:+14155550123', segments: 2 }),
    twilioMessage({ from: 'whatsapp:+15005550100', to: 'whatsapp:+14155550123', segments: 1 }),
  ]
  lists.messages = [written, answered, ownNotice]

  const { differences } = await reconcile()

  const ownerOf = (sid: string) => {
    const found = differences.find(({ providerId }: Json) => providerId === sid)
    return found === undefined ? 'not missing' : found.customer && uuidOf(found.customer.id)
  }
  expect([written, answered, ownNotice].map(({ sid }) => ownerOf(sid))).toEqual([id, id, 'not missing'])
})

const usedBy = async (customerId: string) => {
  const [row] = await world.owner`
    select (select call_used_seconds::int from usage_limits where customer_id = ${customerId}) as counter,
      (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${customerId} and meter = 'call_seconds') as ledger,
      (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${customerId} and meter = 'sms_segments') as segments`
  return row
}

test('what is missing here is previewed, healed once by the ordinary path, and the next run finds nothing missing', async () => {
  const { id, phoneNumber } = await world.customer()
  const call = settledCall({ to: phoneNumber, seconds: 8000 })
  const carried = twilioCall({ sid: 'CAheal', to: phoneNumber, seconds: 90 })
  const text = twilioMessage({ from: phoneNumber, to: '+14155550123', segments: 3 })
  lists.retell = [call.ended.call]
  lists.calls = [carried]
  lists.messages = [text]
  const { run } = await reconcile()
  const path = `/api/admin/reconciliation-runs/${run.id}/heal`
  const heal = (body: Json) => world.rest('POST', path, { token: operator, body })

  const { body: preview } = await get(path)
  expect(preview).toMatchObject({ count: 3, seconds: 8090, segments: 3, isPartial: false })
  expect(
    preview.items.map(({ customer, periodStart, isClosed }: Json) => [customer, typeof periodStart, isClosed]),
  ).toEqual(Array(3).fill([{ id: expect.stringMatching(/^cus_/), businessName: 'Harbor Plumbing' }, 'string', false]))
  expect(preview.crossings).toMatchObject([{ unit: 'seconds', level: 80, before: 0, after: 8090, base: 9000 }])
  expect(await heal({ hash: 'f'.repeat(64) })).toMatchObject({
    status: 409,
    body: { error: { fields: { hash: expect.any(String) } } },
  })
  expect(await usedBy(id)).toEqual({ counter: 0, ledger: 0, segments: 0 })

  const healed = await Promise.all([heal({ hash: preview.hash }), heal({ hash: preview.hash })])
  expect(healed.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409])
  await world.drainJobs()
  await world.process()

  expect(await usedBy(id)).toEqual({ counter: 8090, ledger: 8090, segments: 3 })
  const { body: page } = await get(`/api/admin/reconciliation-differences?runId=${run.id}&class=missing_here`)
  expect(page.items.map(({ healing }: Json) => healing)).toEqual(['processed', 'processed', 'processed'])
  const [webhook] =
    await world.owner`select body, door, headers, verdict from webhook_queue where body like ${`%${call.id}%`}`
  expect(webhook).toMatchObject({
    door: 'fetched/call',
    verdict: 'verified',
    headers: [['x-trunkline-source', 'reconciliation']],
  })
  expect(JSON.parse(webhook?.body)).toEqual(call.ended.call)
  const audited =
    await world.owner`select after from audit_log where action = 'reconciliation.heal' and subject = ${run.id}`
  expect(audited).toMatchObject([{ after: { count: 3, seconds: 8090, segments: 3, hash: preview.hash } }])
  const again = await reconcile()
  const own = again.differences.filter(({ customer }: { customer: { id: string } }) => uuidOf(customer.id) === id)
  expect(again.run).toMatchObject({ missingHere: 0, healable: 0 })
  expect(new Set(own.map(({ class: found }: Json) => found))).toEqual(new Set(['late']))
})

test('a call is charged once when its own webhook arrives while it is healed, or afterwards', async () => {
  const { id, phoneNumber } = await world.customer()
  const calls = Array.from({ length: 12 }, (_, index) => settledCall({ to: phoneNumber, seconds: 100 + index }))
  lists.retell = calls.map(({ ended }) => ended.call)
  const { run } = await reconcile()
  const path = `/api/admin/reconciliation-runs/${run.id}/heal`
  const { body: preview } = await get(path)
  await world.rest('POST', path, { token: operator, body: { hash: preview.hash } })

  const [early, late] = [calls.slice(0, 6), calls.slice(6)]
  await Promise.all([
    world.drainJobs(),
    ...early.map(({ ended }) => world.retell(ended)),
    ...[1, 2, 3].map(() => world.process(3)),
  ])
  await Promise.all([world.process(2), world.process(3)])
  await Promise.all([
    ...late.map(({ ended }) => world.retell(ended)),
    ...late.map(({ analyzed }) => world.retell(analyzed)),
  ])
  await Promise.all([world.process(2), world.process(3)])

  const all = calls.reduce((sum, _, index) => sum + 100 + index, 0)
  expect(await usedBy(id)).toMatchObject({ counter: all, ledger: all })
  const [row] = await world.owner`select count(*)::int as calls from call_events where customer_id = ${id}`
  expect(row?.calls).toBe(12)
})

test('however many ask at once, one run is begun; one that gives no sign is stale and holds nobody up (K-26)', async () => {
  await world.drainJobs()
  const ask = () => world.rest('POST', '/admin/reconciliation-runs/trigger', { token: operator, body: {} })
  const answers = await Promise.all(Array.from({ length: 8 }, ask))
  expect(answers.filter(({ body }) => body.started)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  await world.drainJobs()

  const [dead] = await world.owner`
    insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at)
    values (${newId()}, 'scheduled', 'system:test', 'running', '2026-01-01Z', '2026-01-02Z', now(), now() - interval '14 minutes') returning id`
  const waiting = await ask()
  expect(waiting.body).toMatchObject({ started: false, trigger: 'scheduled' })
  await world.owner`update reconciliation_runs set heartbeat_at = now() - interval '16 minutes' where id = ${dead?.id}`
  expect((await ask()).body.started).toBe(true)
  expect((await get(`/api/admin/reconciliation-runs/${waiting.body.id}`)).body).toMatchObject({ state: 'stale' })
  await world.drainJobs()
})

test('a provider that refuses its list is said to, alerts, and makes nothing missing there', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(settledCall({ to: phoneNumber, seconds: 100 }).ended)
  await world.process()
  const { answer } = world.network
  world.network.answer = async (request, init) =>
    request.url.includes('list-calls') ? Response.json({ message: 'no' }, { status: 401 }) : answer(request, init)
  const { run, differences } = await reconcile()
  world.network.answer = answer

  expect(run).toMatchObject({
    state: 'failed',
    error: 'A provider could not be read',
    alertId: expect.stringMatching(/^alr_/),
  })
  expect(run.sources[0]).toMatchObject({ provider: 'retell', state: 'skipped', reason: 'it refused to list them' })
  expect(differences.filter(({ provider }: Json) => provider === 'retell')).toEqual([])
})

test('a window, an id or a cursor that is none is refused with its field, and nothing begins', async () => {
  const ask = (body: Json, token = operator) =>
    world.rest('POST', '/api/admin/reconciliation-runs/trigger', { token, body })
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
  for (const [body, field] of [
    [{ to: inMs(hourMs) }, 'to'],
    [{ from: inMs(-hourMs), to: inMs(-2 * hourMs) }, 'from'],
    [{ from: inMs(-40 * 24 * hourMs) }, 'from'],
    [{ from: 'yesterday' }, 'from'],
  ] as const)
    expect(await ask(body)).toMatchObject({ status: 400, body: { error: { fields: { [field]: expect.any(String) } } } })
  expect((await ask({}, await world.signIn('viewer'))).status).toBe(403)
  const none = 'rcn_00000000000000000000000000000000'
  expect((await get(`/api/admin/reconciliation-runs/${none}`)).status).toBe(404)
  expect((await get(`/api/admin/reconciliation-runs/${none}/heal`)).status).toBe(404)
  expect((await get(`/api/admin/reconciliation-differences?runId=${none}&cursor=x`)).status).toBe(400)
  const csv = (path: string) => world.app.inject({ url: path, headers: { authorization: `Bearer ${operator}` } })
  expect((await csv(`/api/admin/reconciliation-runs/${none}.csv`)).statusCode).toBe(404)
  expect((await csv('/api/admin/reconciliation-runs/rcn_1.csv')).statusCode).toBe(400)
})

test('runs are asked for by how they ended, in the first customers’ words too', async () => {
  const ids = new Map<string, string>()
  for (const state of ['matched', 'differences', 'failed', 'stale']) {
    const id = newId()
    ids.set(toWireId('run', id), state)
    await world.owner`
      insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at, finished_at)
      values (${id}, 'manual', 'test', ${state}, now() - interval '1 day', now(), now(), now(), now())`
  }
  const asked = async (status: string) => {
    const { body } = await world.rest('GET', `/api/admin/reconciliation-runs?status=${status}`, { token: operator })
    return body.items.flatMap(({ id }: { id: string }) => ids.get(id) ?? [])
  }

  expect(await asked('completed')).toEqual(['differences', 'matched'])
  expect(await asked('failed')).toEqual(['stale', 'failed'])
  expect(await asked('running')).toEqual([])
})

test('as CSV a run is read portion by portion, no faster than its reader, and no cell is a formula', async () => {
  const runId = newId()
  await world.owner`
    insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at, finished_at)
    values (${runId}, 'manual', 'test', 'differences', '2026-01-01Z', '2026-01-02Z', now(), now(), now())`
  await world.owner`
    insert into reconciliation_differences (id, run_id, level, class, provider, kind, provider_id, unit, ours, theirs, delta, flagged)
    select gen_random_uuid(), ${runId}, 1, 'missing_here', 'retell', 'call', '=cmd|"' || n, 'seconds', 0, n, -n, n % 2 = 0
    from generate_series(1, 20000) as n`
  let portions = 0
  const ctx = world.ctx()
  const db = new Proxy(ctx.db, {
    get(target, name, receiver) {
      if (name === 'transaction') portions++
      return Reflect.get(target, name, receiver)
    },
  })
  const stream = csvOf({ ...ctx, db }, { runId })
  const reader = stream[Symbol.asyncIterator]()
  const first = `${(await reader.next()).value}${(await reader.next()).value}`
  await wait(300)
  expect(portions).toBeGreaterThan(0)
  expect(portions).toBeLessThan(5)
  expect(first.split('\r\n').slice(0, 2).join('|')).toMatch(
    /^id,level,class.*\|rcd_\w{32},1,missing_here,,,retell,call,"'=cmd\|""20000",seconds,0,20000,-20000,true,/,
  )
  stream.destroy()

  const answer = await world.app.inject({
    url: `/api/admin/reconciliation-runs/rcn_${runId.replaceAll('-', '')}.csv?flagged=true`,
    headers: { authorization: `Bearer ${operator}` },
  })
  expect(answer.headers['content-type']).toContain('text/csv')
  const lines = answer.body.split('\r\n')
  expect(lines).toHaveLength(10_002)
  expect(new Set(lines).size).toBe(10_002)
})

test('as CSV and as a list a long run is walked along its index: a page reads no more than it shows, also after the last flagged row', async () => {
  const [runId, rows] = [newId(), 6000]
  await world.owner`
    insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at, finished_at)
    values (${runId}, 'manual', 'test', 'differences', '2026-01-01Z', '2026-01-02Z', now(), now(), now())`
  await world.owner`
    insert into reconciliation_differences (id, run_id, level, class, provider, kind, provider_id, unit, ours, theirs, delta, flagged)
    select gen_random_uuid(), ${runId}, 1, 'missing_here', 'retell', 'call', 'call_' || n, 'seconds', 0, n, -n, n > 5900
    from generate_series(1, ${rows}::int) as n`
  await world.owner`analyze reconciliation_differences`
  const readBy = (work: (ctx: Ctx) => Promise<void>) => rowsReadBy(world.ctx(), ['reconciliation_differences'], work)

  const exported = await readBy(async (ctx) => {
    let found = 0
    for await (const portion of readDifferences(ctx, { runId }, () => '.')) found += portion.length
    expect(found).toBe(rows)
  })
  const listed = await readBy(async (ctx) => {
    let cursor: string | undefined
    for (let page = 0; page < 5; page++)
      cursor = (await listDifferences(ctx, { runId, limit: 100, cursor })).nextCursor ?? undefined
  })

  expect(exported).toBeLessThan(rows * 1.1)
  expect(listed).toBeLessThan(600)
})

test('a message that only Telnyx lists is found over its pages, healed under its name, and what failed on the way is not charged', async () => {
  const { id, phoneNumber } = await world.customer()
  lists.pageSize = 1
  const caller = '+14155550123'
  lists.telnyx = [
    telnyxRecord({ from: phoneNumber, to: caller, parts: 2 }),
    { ...telnyxRecord({ from: phoneNumber, to: caller, parts: 5, status: 'gw_reject' }), cost: null },
    telnyxRecord({ from: caller, to: phoneNumber, parts: 1, status: 'received', direction: 'inbound' }),
  ]
  const { run, differences } = await reconcile()
  expect(run.sources[3]).toMatchObject({ provider: 'telnyx', state: 'read', pages: 3, listed: 3 })
  const own = differences.filter(({ provider }: Json) => provider === 'telnyx')
  expect(own).toMatchObject([
    { class: 'missing_here', provider: 'telnyx', providerId: lists.telnyx[0]?.uuid, theirs: 2, unit: 'segments' },
    { class: 'missing_here', provider: 'telnyx', providerId: lists.telnyx[2]?.uuid, theirs: 1, unit: 'segments' },
  ])
  expect(await get(`/api/admin/reconciliation-differences/${own[0].id}`)).toMatchObject({
    status: 200,
    body: own[0],
  })
  expect((await get(`/api/admin/reconciliation-differences/rcd_${'0'.repeat(32)}`)).status).toBe(404)

  const path = `/api/admin/reconciliation-runs/${run.id}/heal`
  const { body: preview } = await get(path)
  await world.rest('POST', path, { token: operator, body: { hash: preview.hash } })
  await world.drainJobs()
  await world.process()
  expect(await usedBy(id)).toMatchObject({ segments: 3 })
  const again = await reconcile()
  expect(again.run).toMatchObject({ missingHere: 0 })
})

test('a text of which Telnyx lists no words is healed with its words: a STOP in it counts, as soon as Telnyx can be asked', async () => {
  const { id, phoneNumber } = await world.customer()
  const caller = '+14155550191'
  const listed = telnyxRecord({ from: caller, to: phoneNumber, parts: 1, status: 'received', direction: 'inbound' })
  lists.telnyx = [listed, telnyxRecord({ from: phoneNumber, to: caller, parts: 2 })]
  const { run } = await reconcile()
  const answer = world.network.answer
  let isAway = true
  world.network.answer = async (request, init) => {
    if (!request.url.endsWith(`/v2/messages/${listed.uuid}`)) return await answer(request, init)
    if (isAway) return Response.json({}, { status: 503 })
    const [from, to] = [{ phone_number: caller }, [{ phone_number: phoneNumber, status: 'webhook_delivered' }]]
    return Response.json({ data: { id: listed.uuid, direction: 'inbound', from, to, text: 'stop', parts: 1 } })
  }
  try {
    const path = `/api/admin/reconciliation-runs/${run.id}/heal`
    const { body: preview } = await get(path)
    await world.rest('POST', path, { token: operator, body: { hash: preview.hash } })
    await world.drainJobs()
    await world.process()
    // what needs no words has not waited
    expect(await usedBy(id)).toMatchObject({ segments: 2 })
    isAway = false
    await Promise.all([1, 2].map(() => admitFetched(world.ctx(), { runId: uuidOf(run.id) })))
    await world.process()
  } finally {
    world.network.answer = answer
  }

  expect(await usedBy(id)).toMatchObject({ segments: 3 })
  const asked = { customerId: id, line: phoneNumber, phoneNumber: caller, channel: 'sms', purpose: 'service' } as const
  expect(await mayContact(world.ctx(), asked)).toMatchObject({ allowed: false })
})

test('a list that goes on and does not say where, or ends in a full page without saying that it does, is not taken for whole', async () => {
  const { phoneNumber } = await world.customer()
  const call = settledCall({ to: phoneNumber, seconds: 60 })
  await world.retell(call.ended)
  await world.process()
  lists.telnyx = Array.from({ length: 51 }, () => telnyxRecord({ from: phoneNumber, to: '+14155550123', parts: 1 }))
  const answer = world.network.answer
  world.network.answer = async (request, init) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/v3/list-calls') return Response.json({ items: [], has_more: true })
    if (pathname !== '/v2/detail_records') return await answer(request, init)
    const page = Number(searchParams.get('page[number]'))
    return Response.json({ data: lists.telnyx.slice((page - 1) * 50, page * 50) })
  }
  try {
    const { run, differences } = await reconcile()
    expect(run.sources[0]).toMatchObject({
      provider: 'retell',
      state: 'skipped',
      reason: 'its list is not as documented',
    })
    expect(run.sources[3]).toMatchObject({ provider: 'telnyx', state: 'read', pages: 2, listed: 51 })
    expect(differences.filter(({ providerId }: Json) => providerId === call.id)).toEqual([])
  } finally {
    world.network.answer = answer
  }
})

test('a price that a provider lists another time otherwise is found as such; the first one that it named counts', async () => {
  const { id, phoneNumber } = await world.customer()
  const text = twilioMessage({ from: phoneNumber, to: '+14155550123', segments: 1 })
  await world.twilio('sms-status', {
    MessageSid: text.sid,
    MessageStatus: 'delivered',
    From: phoneNumber,
    To: '+14155550123',
  })
  await world.process()
  lists.messages = [text]
  const own = async () => {
    const { run, differences } = await reconcile()
    const found = differences.filter(({ customer }: { customer: { id: string } }) => uuidOf(customer.id) === id)
    return { run, prices: found.filter(({ level }: Json) => level === 2) }
  }
  expect((await own()).prices).toEqual([])
  lists.messages = [{ ...text, price: '-1.20790' }]
  const dearer = await own()
  expect(dearer.prices).toMatchObject([
    { class: 'price_differs', providerId: text.sid, unit: 'micros', ours: 7900, theirs: 1_207_900, flagged: true },
  ])
  expect(dearer.run.levels[2].sums).toContainEqual({ unit: 'micros', ours: 7900, theirs: 1_207_900, delta: -1_200_000 })
  lists.messages = [text]
  expect((await own()).prices).toEqual([])
})

test('what a carrier asks for a text stands beside its line once its list says it, and is unknown until then, not nothing', async () => {
  const { id, phoneNumber } = await world.customer()
  const texts = [1, 2, 3].map((segments) => twilioMessage({ from: phoneNumber, to: '+14155550123', segments }))
  for (const { sid } of texts)
    await world.twilio('sms-status', {
      MessageSid: sid,
      MessageStatus: 'delivered',
      From: phoneNumber,
      To: '+14155550123',
    })
  await world.process()
  await rateLedger(world.ctx())
  const own = `customerId=${toWireId('customer', id)}`
  const line = async () => (await get(`/api/billing/lines?${own}&kind=usage`)).body.items[0]
  expect(await line()).toMatchObject({ quantity: 3, providerCostMicros: null, marginCents: null, unpriced: 3 })
  const csv = async () => {
    const answer = await world.app.inject({
      url: `/api/billing/invoice-preview.csv?${own}`,
      headers: { authorization: `Bearer ${operator}` },
    })
    const [head = '', ...rows] = answer.body.trimEnd().split('\r\n')
    const usage = rows.find((row) => row.includes(',usage,sms_segments,'))?.split(',') ?? []
    const cell = (name: string) => usage[head.split(',').indexOf(name)]
    return ['providerCostMicros', 'marginCents', 'unpriced'].map(cell)
  }
  expect(await csv()).toEqual(['', '', '3'])

  // one is priced, one not yet rated by the carrier, one in a currency that is not ours
  const [first, second, third] = texts
  lists.messages = [
    { ...first, price: '-0.00790', price_unit: 'USD' },
    { ...second, price: null },
    { ...third, price: '-0.02000', price_unit: 'EUR' },
  ]
  await reconcile()
  expect(await line()).toMatchObject({ providerCostMicros: 7900, marginCents: null, unpriced: 2 })
  expect(await csv()).toEqual(['7900', '', '2'])
  const { body: account } = await get(`/api/admin/billing/accounts?limit=200`)
  const { period } = account.items.find((one: { id: string }) => uuidOf(one.id) === id)
  expect(period).toMatchObject({ providerCostMicros: 7900, marginCents: null, unpriced: 2 })

  lists.messages = texts.map((text) => ({ ...text, price: '-0.01000', price_unit: 'USD' }))
  await reconcile()
  await reconcile()
  const { amountCents } = await line()
  expect(await line()).toMatchObject({ providerCostMicros: 30_000, marginCents: amountCents - 3, unpriced: 0 })
  const { body: why } = await get(`/api/billing/lines/${(await line()).id}`)
  expect(why.entries.map((entry: Json) => entry.providerCostMicros)).toEqual(why.entries.map(() => 10_000))
  lists.messages = []
})

test('a call that is booked under two names is found as a duplicate; a closed line at another price than its rate as money', async () => {
  const { id, phoneNumber } = await world.customer()
  // Retell’s webhooks do not name the carrier’s call, its list does
  const call = settledCall({ to: phoneNumber, seconds: 300 })
  await world.retell(call.ended)
  const sid = `CA${newId().replaceAll('-', '')}`
  await world.twilio('status', {
    CallSid: sid,
    CallStatus: 'completed',
    CallDuration: '301',
    Direction: 'inbound',
    From: '+14155550123',
    To: phoneNumber,
  })
  await world.process()
  expect(await usedBy(id)).toMatchObject({ ledger: 601 })
  lists.retell = [{ ...call.ended.call, telephony_identifier: { twilio_call_sid: sid } }]
  const period = '2026-02-01T00:00:00.000Z'
  await world.owner`
    insert into usage_periods (customer_id, period_start, period_end, tier_snapshot_id, call_used_seconds, sms_used)
    select customer_id, ${period}, '2026-03-01Z', tier_snapshot_id, 0, 0 from usage_limits where customer_id = ${id}`
  await world.owner`
    insert into billing_line_items (id, customer_id, period_start, period_end, kind, meter, source_key, tier_snapshot_id, quantity, unit_price_micros, amount_cents, state, updated_at, closed_at)
    select gen_random_uuid(), customer_id, ${period}, '2026-03-01Z', 'usage', 'call_seconds', 'closed', tier_snapshot_id, 0, 0, 7, 'closed', now(), now()
    from usage_limits where customer_id = ${id}`

  const { differences } = await reconcile()
  const found = differences.filter(
    ({ customer }: { customer: { id: string } | null }) => customer && uuidOf(customer.id) === id,
  )
  expect(found.filter(({ class: one }: Json) => one === 'duplicate')).toMatchObject([
    { providerId: call.id, ours: 601, theirs: 300, unit: 'seconds', flagged: true },
  ])
  expect(found.filter(({ class: one }: Json) => one === 'rating_differs')).toMatchObject([
    { level: 2, unit: 'cents', ours: 7, theirs: 0, delta: 7, flagged: true, periodStart: period },
  ])
  await world.owner`alter table billing_line_items disable trigger user`
  await world.owner`delete from billing_line_items where customer_id = ${id}`
  await world.owner`alter table billing_line_items enable trigger user`
  await world.owner`delete from usage_periods where customer_id = ${id}`
})

test('one call that two runs miss is taken in once, though both are healed at the same moment, twice each (K-26)', async () => {
  const { id, phoneNumber } = await world.customer()
  const call = settledCall({ to: phoneNumber, seconds: 240 })
  lists.retell = [call.ended.call]
  const runs = [(await reconcile()).run, (await reconcile()).run]
  const heals = await Promise.all(
    runs.map(async (run) => {
      const path = `/api/admin/reconciliation-runs/${run.id}/heal`
      const { body: preview } = await get(path)
      return () => world.rest('POST', path, { token: operator, body: { hash: preview.hash } })
    }),
  )
  const answers = await Promise.all([...heals, ...heals].map((heal) => heal()))
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 200, 409, 409])
  await Promise.all(runs.flatMap((run) => [0, 1].map(() => admitFetched(world.ctx(), { runId: uuidOf(run.id) }))))
  await Promise.all([world.drainJobs(), world.process(1), world.process(1)])
  await world.process()

  expect(await usedBy(id)).toMatchObject({ counter: 240, ledger: 240 })
  const [rows] = await world.owner`
    select (select count(*)::int from webhook_queue where door = 'fetched/call' and body like ${`%${call.id}%`} and state = 'processed') as webhooks,
      (select count(*)::int from usage_entries where customer_id = ${id}) as entries`
  expect(rows).toEqual({ webhooks: 1, entries: 1 })
})

test('each night at 03:00 UTC one run is begun, however many schedulers look; one that gives no sign is swept with its pages (K-26)', async () => {
  await world.drainJobs()
  const own = reconciliationSchedules.filter(({ spec }) => spec.name === 'reconciliation.nightly')
  await world.owner`delete from schedules where name = 'reconciliation.nightly'`
  await registerSchedules(world.ctx(), own)
  const [planned] = await world.owner`select next_due_at from schedules where name = 'reconciliation.nightly'`
  expect(planned?.next_due_at.toISOString()).toMatch(/T03:00:00\.000Z$/)
  const scheduled = async () =>
    (
      await world.owner`select id from reconciliation_runs where trigger = 'scheduled' and state in ('matched', 'differences')`
    ).length
  const before = await scheduled()
  // three nights were missed
  await world.owner`update schedules set next_due_at = next_due_at - interval '4 days' where name = 'reconciliation.nightly'`
  await Promise.all([1, 2, 3].map(() => leaveDueJobs(world.ctx(), own)))
  await world.drainJobs()
  expect(await scheduled()).toBe(before + 1)
  const [next] =
    await world.owner`select next_due_at > now() as later, next_due_at from schedules where name = 'reconciliation.nightly'`
  expect(next).toMatchObject({ later: true })
  expect(next?.next_due_at.toISOString()).toMatch(/T03:00:00\.000Z$/)

  const dead = newId()
  await world.owner`
    insert into reconciliation_runs (id, trigger, triggered_by, state, phase, window_from, window_to, started_at, heartbeat_at)
    values (${dead}, 'scheduled', 'system:test', 'running', 'listing', '2026-01-01Z', '2026-01-02Z', now(), now() - interval '16 minutes')`
  await world.owner`
    insert into reconciliation_listed (run_id, provider, kind, provider_id, numbers, quantity, started_at)
    values (${dead}, 'retell', 'call', 'call_listed', '{}', 1, now())`
  await Promise.all([sweepRuns(world.ctx()), sweepRuns(world.ctx())])
  const [swept] = await world.owner`
    select state, error, finished_at is not null as ended, (select count(*)::int from reconciliation_listed) as listed
    from reconciliation_runs where id = ${dead}`
  expect(swept).toEqual({ state: 'stale', error: 'Nobody carried it on', ended: true, listed: 0 })
})
