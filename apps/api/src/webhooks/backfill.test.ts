import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { mayContact } from '../compliance/may-contact.ts'
import { newId } from '../platform/id.ts'
import { telnyxEvent, telnyxHeaders } from '../testing/signing.ts'
import { untilWaitedFor } from '../testing/waited-for.ts'
import { openWorld, randomNumber, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { backfillGaps } from './backfill.ts'

type Json = Record<string, unknown>

let world: World
let operator: string
/** What the providers know by its path, and what their lists hold. */
const known = new Map<string, Json>()
const lists = { retell: [] as Json[], messages: [] as Json[], telnyx: [] as Json[] }
let asked: string[] = []
beforeAll(async () => {
  world = await openWorld({
    env: {
      TELNYX_API_KEY: 'KEY_world_telnyx',
      TELNYX_BASE_URL: 'https://telnyx.test',
      RETELL_BASE_URL: 'https://retell.test',
    },
  })
  operator = await world.signIn('operator')
})
beforeEach(async () => {
  known.clear()
  Object.assign(lists, { retell: [], messages: [], telnyx: [] })
  asked = []
  world.network.answer = async ({ url }) => {
    const { pathname } = new URL(url)
    asked.push(pathname)
    if (pathname === '/v3/list-calls') return Response.json({ items: lists.retell, has_more: false })
    if (pathname.endsWith('/Messages.json')) return Response.json({ messages: lists.messages, next_page_uri: null })
    if (pathname === '/v2/detail_records') return Response.json(pageOf(lists.telnyx, new URL(url)))
    const record = known.get(pathname)
    return record === undefined ? Response.json({ status: 'error' }, { status: 404 }) : Response.json(record)
  }
  await world.owner`delete from webhook_queue`
  await world.owner`delete from call_events`
  await world.owner`delete from sms_events`
  await world.owner`delete from webhook_gaps`
  await world.owner`delete from webhook_backfills`
})
afterAll(() => world.close())

/** A page of Telnyx's, of fifty. */
function pageOf(records: readonly Json[], { searchParams }: URL): Json {
  const page = Number(searchParams.get('page[number]'))
  const meta = { page_number: page, total_pages: Math.ceil(records.length / 50) }
  return { data: records.slice((page - 1) * 50, page * 50), meta }
}

const account = `/2010-04-01/Accounts/AC${'0'.repeat(31)}1`
const hourMs = 3_600_000
const sid = (kind: 'CA' | 'SM') => `${kind}${newId().replaceAll('-', '')}`
const gaps = async () => (await world.rest('GET', '/api/admin/webhook-gaps', { token: operator })).body
const run = () => backfillGaps(world.ctx({ actor: { kind: 'system', name: 'webhooks.backfillGaps' } }))
/** As if all that came had come three hours ago. */
const growOld = async () => {
  await world.owner`update call_events set updated_at = now() - interval '3 hours', ended_at = ended_at - interval '3 hours'`
  await world.owner`update sms_events set updated_at = now() - interval '3 hours'`
}
const letLeasesRunOut = () => world.owner`update webhook_gaps set next_ask_at = now() where next_ask_at is not null`
const usedBy = async (customerId: string) => {
  const [row] = await world.owner`
    select (select call_used_seconds::int from usage_limits where customer_id = ${customerId}) as counter,
      (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${customerId} and meter = 'call_seconds') as ledger,
      (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${customerId} and meter = 'sms_segments') as segments`
  return row
}
const entries = () => world.owner`
  select provider, door, event_type, verdict, headers from webhook_queue where remote_address = 'back-fill' order by provider, door`

/**
 * So many runners find the same gaps and come to take them: they are held at the first one until all of them stand there. Fewer than
 * the pool has connections: what finds none free is sent behind a statement that waits.
 */
async function atOneMoment(runners: number, start: () => Promise<unknown>): Promise<void> {
  let running: Promise<unknown> = Promise.resolve()
  const release = new Error('let them go')
  await world.owner
    .begin(async (sql) => {
      await sql`
        insert into webhook_gaps (event_id, missing, generation, updated_at) select id, 'end', 1, now() from call_events order by id limit 1`
      running = start()
      await untilWaitedFor(sql, runners)
      throw release
    })
    .catch((error: unknown) => {
      if (error !== release) throw error
    })
  await running
}

/** A call of Retell's that began and of whose end nobody told. */
async function unended(to: string, seconds = 60) {
  const call = retellCall({ to, seconds, endedAt: Date.now() - 4 * hourMs })
  await world.retell(call.started)
  known.set(`/v2/get-call/${call.id}`, call.ended.call)
  return call
}

/** A message that Twilio was sending when it was last heard of. */
async function unsettled(from: string, status = 'delivered') {
  const form = { MessageSid: sid('SM'), From: from, To: '+14155550172', NumSegments: '2' }
  await world.twilio('sms-status', { ...form, MessageStatus: 'sent' })
  const { MessageSid, To } = form
  known.set(`${account}/Messages/${MessageSid}.json`, {
    sid: MessageSid,
    status,
    direction: 'outbound-api',
    from,
    to: To,
    num_segments: '2',
    date_created: new Date(Date.now() - 4 * hourMs).toUTCString(),
  })
  return form
}

/** What came of a source in each of the weeks before, at this hour or one before it. */
const weekly = (provider: string, door: string, hoursBefore = 0) => world.owner`
  insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
  select uuidv7(make_interval(days => -7 * week, hours => ${-hoursBefore}) - nth * interval '1 minute'), ${provider}, ${door}, 'x', 'x', 'x', '[]', 'x', 'utf8', 1, '\\x00', 'verified', 'processed', now()
  from generate_series(1, 4) as week, generate_series(1, 20) as nth`

test('what never came is asked for and taken in by the ordinary path; what came of it stands beside the gaps, and the late webhook charges nothing', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  const call = await unended(phoneNumber, 90)
  const analysed = retellCall({ to: phoneNumber, seconds: 30, endedAt: Date.now() - 4 * hourMs })
  await world.retell(analysed.ended)
  known.set(`/v2/get-call/${analysed.id}`, analysed.analyzed.call)
  const leg = { sid: sid('CA'), to: phoneNumber }
  await world.twilio('status', twilioStatus({ ...leg, status: 'in-progress' }))
  const carried = { sid: leg.sid, direction: 'inbound', from: '+14155550123', to: phoneNumber }
  const endTime = new Date(Date.now() - 4 * hourMs).toUTCString()
  known.set(`${account}/Calls/${leg.sid}.json`, { ...carried, status: 'completed', duration: '45', end_time: endTime })
  const message = await unsettled(phoneNumber)
  await world.process()
  await growOld()
  expect((await gaps()).missing.map(({ missing, found }: Json) => [missing, found])).toEqual([
    ['analysis', 1],
    ['end', 2],
    ['status', 1],
  ])

  await run()
  const answered = (await gaps()).missing.map(({ missing, answers }: Json) => [missing, (answers as Json).filled])
  expect(answered).toEqual([
    ['analysis', 1],
    ['end', 2],
    ['status', 1],
  ])
  await world.process()

  const { missing, backfill } = await gaps()
  // of the call whose end is known now the analysis is missing
  expect(missing.map(({ missing, found }: Json) => [missing, found])).toEqual([['analysis', 1]])
  expect(backfill).toMatchObject({
    isOn: true,
    providers: ['retell', 'twilio', 'telnyx'],
    runs: [
      {
        state: 'done',
        by: 'system:webhooks.backfillGaps',
        asked: 4,
        filled: 4,
        unchanged: 0,
        unknown: 0,
        unanswered: 0,
      },
    ],
  })
  const marked = { verdict: 'verified', headers: [['x-trunkline-source', 'back-fill']] }
  expect(await entries()).toMatchObject([
    { provider: 'retell', door: 'fetched/analysis', event_type: 'analysis.fetched', ...marked },
    { provider: 'retell', door: 'fetched/call', event_type: 'call.fetched', ...marked },
    { provider: 'twilio', door: 'fetched/call', event_type: 'call.fetched', ...marked },
    { provider: 'twilio', door: 'fetched/message', event_type: 'message.fetched', ...marked },
  ])
  const [summary] = await world.owner`select summary from call_events where retell_call_id = ${analysed.id}`
  expect(summary).toEqual({ summary: 'A leaking sink' })
  expect(await usedBy(id)).toEqual({ counter: 165, ledger: 165, segments: 2 })
  const audited = await world.owner`select after from audit_log where action = 'webhooks.gap_filled'`
  expect(audited).toHaveLength(4)

  await world.retell(call.ended)
  await world.retell(call.analyzed)
  await world.retell(analysed.analyzed)
  await world.twilio('status', twilioStatus({ ...leg, status: 'completed', seconds: 45 }))
  await world.twilio('sms-status', { ...message, MessageStatus: 'delivered' })
  await run()
  await world.process()
  expect(await usedBy(id)).toEqual({ counter: 165, ledger: 165, segments: 2 })
  expect((await gaps()).missing).toEqual([])
})

test('Telnyx is asked for a message by its name, and what it says is the fate of the message', async () => {
  const { id, phoneNumber } = await world.customer()
  const name = newId()
  const record = (status: string) => ({
    record_type: 'message',
    id: name,
    direction: 'outbound',
    from: { phone_number: phoneNumber },
    to: [{ phone_number: '+14155550172', status }],
    parts: 3,
    completed_at: new Date(Date.now() - 2 * hourMs).toISOString(),
  })
  // it was told of once, as one of the provider's records
  const fact = { at: 1, source: 'telnyx', receivedAt: 1, webhookId: newId(), status: 'queued', direction: 'outbound' }
  const smsId = newId()
  await world.owner`
    insert into sms_events (id, customer_id, phone_number, direction, from_number, status, message_sid, occurred_at, facts, created_at, updated_at)
    values (${smsId}, ${id}, ${phoneNumber}, 'outbound', ${phoneNumber}, 'queued', ${name}, now(), ${world.owner.json({ 'telnyx:queued': fact })}, now(), now())`
  await world.owner`insert into sms_keys (key, sms_id) values (${`telnyx:${name}`}, ${smsId})`
  await growOld()
  known.set(`/v2/messages/${name}`, { data: record('sending') })

  await run()
  expect((await gaps()).missing).toMatchObject([{ missing: 'status', answers: { filled: 0, unchanged: 1 } }])
  known.set(`/v2/messages/${name}`, { data: record('delivered') })
  await letLeasesRunOut()
  await run()
  await world.process()

  expect((await gaps()).missing).toEqual([])
  const [message] = await world.owner`select status, segments from sms_events where id = ${smsId}`
  expect(message).toEqual({ status: 'delivered', segments: 3 })
  expect(await usedBy(id)).toMatchObject({ segments: 3 })
})

test('a text of which its carrier says no more misses nothing, and nobody is asked for it', async () => {
  const { phoneNumber } = await world.customer()
  const finalized = (status: string) =>
    telnyxEvent('message.finalized', {
      id: newId(),
      direction: 'outbound',
      from: { phone_number: phoneNumber },
      to: [{ phone_number: '+14155550172', status }],
      parts: 1,
    })
  for (const status of ['delivery_unconfirmed', 'sent']) {
    const payload = JSON.stringify(finalized(status))
    const headers = telnyxHeaders(payload)
    await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers, payload })
  }
  await world.process()
  await growOld()

  expect((await gaps()).missing).toMatchObject([{ missing: 'status', found: 1 }])
})

test('four runners at the same moment ask for each gap once, and each becomes one entry that is charged once', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'scale' })
  const calls = []
  for (let nth = 0; nth < 20; nth++) calls.push(await unended(phoneNumber, 60))
  await world.process()
  await growOld()

  await atOneMoment(4, () => Promise.all([1, 2, 3, 4].map(run)))
  // a lease that has run out under somebody who was slow: he writes nothing, and what he took in is there once
  await world.owner`update webhook_gaps set next_ask_at = now(), answer = null`
  await Promise.all([run(), run()])
  await Promise.all([world.process(7), world.process(7), ...calls.slice(0, 10).map((call) => world.retell(call.ended))])
  await world.process()

  expect(asked.filter((path) => path.startsWith('/v2/get-call/')).length).toBe(40)
  expect(await entries()).toHaveLength(20)
  expect(await usedBy(id)).toMatchObject({ counter: 1200, ledger: 1200 })
  const [sums] = await world.owner`
    select sum(asked)::int as asked, sum(filled)::int as filled, count(*) filter (where state = 'done')::int as done from webhook_backfills`
  expect(sums).toEqual({ asked: 40, filled: 40, done: 6 })
})

test('a provider that does not answer is asked once a run and again later, and the others meanwhile', async () => {
  const { id, phoneNumber } = await world.customer()
  for (let nth = 0; nth < 3; nth++) await unended(phoneNumber)
  await unsettled(phoneNumber)
  await world.process()
  await growOld()
  const answer = world.network.answer
  world.network.answer = async (request, init) =>
    request.url.includes('retell.test') ? Response.json({}, { status: 503 }) : await answer(request, init)
  const before = world.sent.length

  await run()

  const { missing, backfill } = await gaps()
  expect(missing).toMatchObject([
    { missing: 'end', found: 3, answers: { filled: 0, unanswered: 1 } },
    { missing: 'status', answers: { filled: 1 } },
  ])
  expect(backfill.runs).toMatchObject([
    { state: 'failed', asked: 2, filled: 1, unanswered: 1, error: expect.stringContaining('retell answered 503') },
  ])
  expect(
    new Set(world.sent.slice(before).flatMap(({ url }) => (url.includes('/v2/get-call/') ? [url] : []))).size,
  ).toBe(1)
  const [left] = await world.owner`
    select count(*)::int as gaps from webhook_gaps where answer is null and next_ask_at between now() and now() + interval '5 minutes'`
  expect(left).toEqual({ gaps: 2 })
  await world.owner`delete from provider_status`
  world.network.answer = answer
  await letLeasesRunOut()
  await run()
  await world.process()
  expect(await usedBy(id)).toMatchObject({ ledger: 180, segments: 2 })
})

test('one call over which its provider fails keeps nobody from being asked for the others, nor does a long queue of his', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'scale' })
  const calls: { id: string }[] = []
  for (let nth = 0; nth < 101; nth++) calls.push(await unended(phoneNumber, 10))
  await unsettled(phoneNumber)
  await world.process()
  await growOld()
  const answer = world.network.answer
  let isAway = true
  world.network.answer = async (request, init) =>
    request.url.includes('retell.test') && (isAway || request.url.endsWith(calls[0]?.id ?? ''))
      ? Response.json({}, { status: 500 })
      : await answer(request, init)
  const runLater = async () => {
    await world.owner`delete from provider_status`
    await letLeasesRunOut()
    await run()
  }

  await run()
  expect((await gaps()).missing).toMatchObject([{ missing: 'end' }, { missing: 'status', answers: { filled: 1 } }])
  isAway = false
  for (let nth = 0; nth < 3; nth++) await runLater()
  await world.process()

  expect((await gaps()).missing).toMatchObject([
    { missing: 'analysis', found: 100 },
    { missing: 'end', found: 1, answers: { unanswered: 1 } },
  ])
  expect(await usedBy(id)).toMatchObject({ ledger: 1000 })
})

test('a call that its provider does not know is asked for ever more seldom; an erased one, a Telnyx leg and, when it is switched off, anything is not', async () => {
  const { phoneNumber } = await world.customer()
  const [lost, erased] = [await unended(phoneNumber), await unended(phoneNumber)]
  await world.process()
  await growOld()
  known.clear()
  await world.owner`update call_events set shredded_at = now() where retell_call_id = ${erased.id}`

  for (let nth = 1; nth <= 6; nth++) {
    await run()
    await letLeasesRunOut()
  }
  expect(asked).toEqual(Array(5).fill(`/v2/get-call/${lost.id}`))
  expect((await gaps()).missing).toMatchObject([{ missing: 'end', found: 2, answers: { unknown: 1 } }])

  asked = []
  await world.owner`delete from webhook_gaps`
  world.env.WEBHOOK_BACKFILL = 'off'
  try {
    await run()
    expect(asked).toEqual([])
    expect((await gaps()).backfill).toMatchObject({ isOn: false })
    const refused = await world.rest('POST', '/api/admin/webhook-gaps/backfill', { token: operator, body: {} })
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
  } finally {
    world.env.WEBHOOK_BACKFILL = 'on'
  }
  const started = await Promise.all(
    [1, 2].map(() => world.rest('POST', '/api/admin/webhook-gaps/backfill', { token: operator, body: {} })),
  )
  expect(started.map(({ status }) => status)).toEqual([200, 200])
  await world.drainJobs()
  expect(asked).toContain(`/v2/get-call/${lost.id}`)
})

test('whoever is erased while his provider answers stays erased', async () => {
  const { phoneNumber } = await world.customer()
  const call = await unended(phoneNumber)
  await world.process()
  await growOld()
  const answer = world.network.answer
  world.network.answer = async (request, init) => {
    await world.owner`update call_events set shredded_at = now() where retell_call_id = ${call.id}`
    return await answer(request, init)
  }

  await run()

  expect(await entries()).toEqual([])
})

test('of a source that has fallen silent the list is read, and what is over and unknown is taken in once; a STOP in it counts from when it was said', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  const ago = (minutes: number) => Date.now() - minutes * 60_000
  await world.retell(retellCall({ to: phoneNumber, seconds: 1 }).ended)
  await weekly('retell', 'events')
  await weekly('twilio', 'sms')
  await world.owner`delete from webhook_queue where verdict = 'verified' and id > uuidv7(interval '-2 hours')`
  const [missed, own, recent] = [30, 40, 1].map((minutes) =>
    retellCall({ to: phoneNumber, seconds: 60, endedAt: ago(minutes) }),
  )
  lists.retell = [missed?.ended.call, own?.ended.call, recent?.ended.call].flatMap((call) => call ?? [])
  await world.owner`insert into call_keys (key, call_id) values (${`retell:${own?.id}`}, ${newId()})`
  const caller = randomNumber()
  const text = (body: string, minutes: number) => ({
    sid: sid('SM'),
    status: 'received',
    direction: 'inbound',
    from: caller,
    to: phoneNumber,
    num_segments: '1',
    body,
    price: null,
    date_created: new Date(ago(minutes)).toUTCString(),
  })
  lists.messages = [text('START', 40), text('STOP', 20)]

  await Promise.all([run(), run()])
  await run()
  await world.process()

  expect((await entries()).map(({ door }) => door)).toEqual(['fetched/call', 'fetched/message', 'fetched/message'])
  expect(await usedBy(id)).toMatchObject({ ledger: 60 })
  expect(
    await mayContact(world.ctx(), {
      customerId: id,
      line: phoneNumber,
      phoneNumber: caller,
      channel: 'sms',
      purpose: 'service',
    }),
  ).toMatchObject({
    allowed: false,
  })
  const said =
    await world.owner`select kind, occurred_at from compliance_events where phone_number = ${caller} order by occurred_at`
  expect(said.map(({ kind }) => kind)).toEqual(['start', 'stop'])
  expect(said[1]?.occurred_at.getTime()).toBeLessThan(ago(19))
  const [body] = await world.owner`select body_sha256 from webhook_queue where door = 'fetched/call'`
  expect(body?.body_sha256).toEqual(createHash('sha256').update(JSON.stringify(missed?.ended.call)).digest())
})

test('a text that only Telnyx lists is asked for by its name, since its list holds no words: a STOP in it counts', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  await weekly('telnyx', 'events')
  const at = new Date(Date.now() - 20 * 60_000).toISOString()
  const [stopped, unknown, late] = [randomNumber(), randomNumber(), randomNumber()]
  const listed = (from: string) => ({
    uuid: newId(),
    direction: 'inbound',
    cli: from,
    cld: phoneNumber,
    status: 'received',
    parts: 1,
    created_at: at,
  })
  const texts = [stopped, unknown, late].map(listed)
  lists.telnyx = texts
  const said = (nth: number, from: string) =>
    known.set(`/v2/messages/${texts[nth]?.uuid}`, {
      data: {
        record_type: 'message',
        id: texts[nth]?.uuid,
        direction: 'inbound',
        from: { phone_number: from },
        to: [{ phone_number: phoneNumber, status: 'webhook_delivered' }],
        text: 'STOP',
        parts: 1,
        received_at: at,
      },
    })
  said(0, stopped)
  said(2, late)
  const answer = world.network.answer
  world.network.answer = async (request, init) =>
    request.url.endsWith(texts[2]?.uuid ?? '') ? Response.json({}, { status: 500 }) : await answer(request, init)
  const isLeftAlone = async (caller: string) => {
    const asked = {
      customerId: id,
      line: phoneNumber,
      phoneNumber: caller,
      channel: 'sms',
      purpose: 'service',
    } as const
    return !(await mayContact(world.ctx(), asked)).allowed
  }

  await run()
  expect(await Promise.all([stopped, unknown, late].map(isLeftAlone))).toEqual([true, false, false])
  expect((await gaps()).backfill.runs).toMatchObject([
    { state: 'failed', listed: 3, admitted: 2, error: expect.stringContaining('telnyx answered 500') },
  ])
  world.network.answer = answer
  await Promise.all([run(), run()])
  await world.process()

  expect(await Promise.all([stopped, unknown, late].map(isLeftAlone))).toEqual([true, false, true])
  expect(await entries()).toHaveLength(3)
  expect(await usedBy(id)).toMatchObject({ segments: 3 })
})

test('the list of a silent source is read to its end, however long it is', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'scale' })
  await weekly('telnyx', 'events')
  lists.telnyx = Array.from({ length: 320 }, () => ({
    uuid: newId(),
    direction: 'outbound',
    cli: phoneNumber,
    cld: '+14155550172',
    status: 'delivered',
    parts: 1,
    created_at: new Date(Date.now() - 20 * 60_000).toISOString(),
  }))

  await run()
  await world.process()

  expect((await gaps()).backfill.runs).toMatchObject([{ state: 'done', listed: 320, admitted: 320 }])
  expect(await usedBy(id)).toMatchObject({ segments: 320 })
})

test('what never came while nobody ran is read from the list, though the source speaks again: until a run has read it, and no longer than a day', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  await weekly('retell', 'events', 5)
  await weekly('retell', 'events', 30)
  const over = (hoursAgo: number) =>
    retellCall({ to: phoneNumber, seconds: 60, endedAt: Date.now() - hoursAgo * hourMs })
  const missed = over(5.5)
  lists.retell = [missed.ended.call]
  await world.retell(over(0).ended)
  const ranHoursAgo = async (hours: number) => {
    await world.owner`delete from webhook_backfills`
    await world.owner`
      insert into webhook_backfills (id, by, state, started_at, finished_at)
      select uuidv7(make_interval(hours => ${-hours})), 'system', 'done', at, at from (select now() - make_interval(hours => ${hours}) as at) as ran`
  }

  await ranHoursAgo(3)
  await run()
  expect(asked).toEqual([])

  await ranHoursAgo(8)
  const answer = world.network.answer
  world.network.answer = async () => Response.json({}, { status: 503 })
  await run()
  world.network.answer = answer
  await world.owner`delete from provider_status`
  await Promise.all([run(), run()])
  await world.process()
  expect(await usedBy(id)).toMatchObject({ ledger: 120 })

  asked = []
  await run()
  expect(asked).not.toContain('/v3/list-calls')
})

test('a call of which only its carrier has told is taken in from Retell’s list: it is the same call, of Retell’s length, with its analysis', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  await weekly('retell', 'events')
  const carrierSid = sid('CA')
  await world.twilio('status', twilioStatus({ sid: carrierSid, to: phoneNumber, status: 'completed', seconds: 66 }))
  await world.process()
  const call = retellCall({ to: phoneNumber, seconds: 60, endedAt: Date.now() - 30 * 60_000, sid: carrierSid })
  lists.retell = [call.ended.call]

  await Promise.all([run(), run()])
  await world.process()

  expect(await usedBy(id)).toMatchObject({ counter: 60, ledger: 60 })
  const known = await world.owner`select retell_call_id, twilio_call_sid from call_events where customer_id = ${id}`
  expect(known).toEqual([{ retell_call_id: call.id, twilio_call_sid: carrierSid }])
  await growOld()
  expect((await gaps()).missing).toMatchObject([{ missing: 'analysis', found: 1 }])
})

test('what is fetched of a provider one of whose doors is paused waits with what came there, and is given back with it', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  const leg = { sid: sid('CA'), to: phoneNumber }
  await world.twilio('status', twilioStatus({ ...leg, status: 'in-progress' }))
  await world.process()
  await growOld()
  const pause = { provider: 'twilio', door: 'status', reason: 'a release is being mended' }
  await world.rest('POST', '/api/admin/webhook-sources/pause', { token: operator, body: pause })
  await world.twilio('status', twilioStatus({ ...leg, status: 'completed', seconds: 45 }))
  const carried = { sid: leg.sid, direction: 'inbound', from: '+14155550123', to: phoneNumber }
  const endTime = new Date(Date.now() - 4 * hourMs).toUTCString()
  known.set(`${account}/Calls/${leg.sid}.json`, { ...carried, status: 'completed', duration: '45', end_time: endTime })

  await run()
  await world.process()
  expect(await entries()).toHaveLength(1)
  expect(await usedBy(id)).toMatchObject({ ledger: 0 })

  await world.rest('POST', '/api/admin/webhook-sources/resume', { token: operator, body: pause })
  await world.drainJobs()
  await world.process()
  expect(await usedBy(id)).toMatchObject({ counter: 45, ledger: 45 })
})

test('a call of which its carrier has told the end and Retell has not misses it: Retell is asked, whether or not it analyses', async () => {
  const { id, phoneNumber } = await world.customer({ tier: 'pro' })
  const carrierSid = sid('CA')
  const call = retellCall({ to: phoneNumber, seconds: 60, endedAt: Date.now() - 4 * hourMs, sid: carrierSid })
  await world.retell(call.started)
  await world.twilio('status', twilioStatus({ sid: carrierSid, to: phoneNumber, status: 'completed', seconds: 66 }))
  known.set(`/v2/get-call/${call.id}`, call.ended.call)
  await world.process()
  expect(await usedBy(id)).toMatchObject({ ledger: 66 })
  await growOld()
  expect((await gaps()).missing).toMatchObject([{ missing: 'end', found: 1 }])

  await run()
  await world.process()

  expect(await usedBy(id)).toMatchObject({ counter: 60, ledger: 60 })
  expect((await gaps()).missing).toMatchObject([{ missing: 'analysis', found: 1 }])
})
