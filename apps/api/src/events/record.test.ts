import { createHmac } from 'node:crypto'
import { callOutcome } from '@trunkline/core/events/call'
import { messageOutcome } from '@trunkline/core/events/message'
import { crossedLevels } from '@trunkline/core/usage/threshold'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { rowsReadBy } from '../testing/rows-read.ts'
import { openWorld, publicUrl, retellCall, retellKey, twilioStatus, twilioToken, type World } from '../testing/world.ts'
import { processBatch } from '../webhooks/process.ts'
import { receiveWebhook } from '../webhooks/receive.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** One delivery: what a provider says, at which door. */
type Delivery =
  | { door: 'events'; event: object }
  | { door: 'status' | 'sms' | 'sms-status'; form: Record<string, string> }

/** Signs and delivers in this order; resolves when all are durable. */
async function arrive(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(
    deliveries.map((delivery) => (delivery.door === 'events' ? byRetell(delivery) : byTwilio(delivery))),
  )
}

function byRetell({ event }: { event: object }) {
  const body = JSON.stringify(event)
  const at = Date.now()
  const digest = createHmac('sha256', retellKey).update(`${body}${at}`).digest('hex')
  const headers = { 'x-retell-signature': `v=${at},d=${digest}` }
  return receive('retell', 'events', '/webhooks/retell', headers, body)
}

function byTwilio({ door, form }: { door: string; form: Record<string, string> }) {
  const path = `/webhooks/twilio/${door}`
  const names = Object.keys(form).sort()
  const data = publicUrl + path + names.map((name) => name + form[name]).join('')
  const headers = { 'x-twilio-signature': createHmac('sha1', twilioToken).update(data).digest('base64') }
  return receive('twilio', door, path, headers, new URLSearchParams(form).toString())
}

async function receive(
  provider: 'retell' | 'twilio',
  door: string,
  path: string,
  headers: Record<string, string>,
  body: string,
) {
  const { verdict } = await receiveWebhook(
    world.inbox,
    {
      provider,
      door,
      url: publicUrl + path,
      remoteAddress: '127.0.0.1',
      rawHeaders: [],
      headers,
      receivedAt: Date.now(),
    },
    Buffer.from(body),
  )
  expect(verdict).toBe('verified')
}

type Call = {
  durationMs: number
  carrierSeconds: number
  sidOnStarted: boolean
  endedAt: number
  /** What Retell has of the words each time it speaks of the call. */
  transcripts?: Partial<Record<'started' | 'ended' | 'analyzed', string>>
}
const statements = ['started', 'ended', 'analyzed', 'ringing', 'in-progress', 'completed'] as const

/** Everything that Retell and the carrier say of one call to this number. */
function deliveriesOf(call: Call, to: string): Record<(typeof statements)[number], Delivery> {
  const sid = `CA${newId().replaceAll('-', '')}`
  const seconds = call.durationMs / 1000
  const known = retellCall({ to, seconds, sid, endedAt: call.endedAt })
  const { telephony_identifier: _leg, ...withoutLeg } = known.started.call
  const told = (part: 'started' | 'ended' | 'analyzed', said: object): Delivery => {
    const { [part]: transcript } = call.transcripts ?? {}
    return { door: 'events', event: { ...known[part], call: { ...said, ...(transcript && { transcript }) } } }
  }
  const status = (status: string, at: number, more: object = {}): Delivery => ({
    door: 'status',
    form: twilioStatus({ sid, to, status, at, ...more }),
  })
  return {
    started: told('started', call.sidOnStarted ? known.started.call : withoutLeg),
    ended: told('ended', known.ended.call),
    analyzed: told('analyzed', known.analyzed.call),
    ringing: status('ringing', call.endedAt - call.durationMs - 2000, { sequence: 0 }),
    'in-progress': status('in-progress', call.endedAt - call.durationMs, { sequence: 1 }),
    completed: status('completed', call.endedAt + 1000, { sequence: 2, seconds: call.carrierSeconds }),
  }
}

/** All that became of a customer's traffic, without ids and times of ours. */
async function pictureOf(customerId: string) {
  const { owner } = world
  const calls = await owner`
    select phone_number, direction, from_number, to_number, agent_id, status, started_at, ended_at, seconds, seconds_source,
      cost_micros, disconnect_reason, summary, sentiment, transcript,
      (select jsonb_object_agg(register, fact - '{receivedAt,webhookId}'::text[]) from jsonb_each(facts) as said (register, fact)) as facts,
      retell_call_id is not null as by_retell, twilio_call_sid is not null as by_twilio
    from call_events where customer_id = ${customerId} order by seconds, status, by_retell`
  const messages = await owner`
    select phone_number, direction, from_number, to_number, status, segments, body, error_code
    from sms_events where customer_id = ${customerId} order by status, body`
  const ledger = await owner`
    select meter, sum(quantity)::int as quantity from usage_entries where customer_id = ${customerId}
    group by meter having sum(quantity) <> 0 order by meter`
  const [counter] = await owner`
    select call_used_seconds::int as seconds, sms_used::int as segments from usage_limits where customer_id = ${customerId}`
  const crossings = await owner`
    select meter, level, base::int from usage_crossings where customer_id = ${customerId} order by meter, level`
  const alerts = await owner`
    select alert_type, severity, title, metadata ->> 'level' as level from ops_alerts
    where customer_id = ${customerId} order by title`
  return { calls, messages, ledger, counter, crossings, alerts }
}

/** A customer, alike but for its number, that the next calls are for. */
async function customerWithCap(caps: {
  seconds: number
  segments: number
}): Promise<{ id: string; phoneNumber: string }> {
  const customer = await world.customer()
  await world.owner`
    update usage_limits set call_cap_seconds = ${caps.seconds}, sms_cap = ${caps.segments} where customer_id = ${customer.id}`
  return customer
}

const withoutNumber = (picture: unknown, phoneNumber: string) =>
  JSON.parse(JSON.stringify(picture).replaceAll(phoneNumber, 'own'))

const batchSize = fc.constantFrom(1, 2, 100)

test('whatever part of a call’s events arrives, in any order, repeated, in any batches: the same as once in order', async () => {
  // three of equal length, one of them with fewer letters, and a longer one
  const transcript = fc.constantFrom('Caller: ab', 'Caller: ba', 'Caller: é', 'Caller: a longer one')
  const call = fc.record({
    durationMs: fc.integer({ min: 0, max: 200_000 }),
    carrierSeconds: fc.integer({ min: 0, max: 200 }),
    sidOnStarted: fc.boolean(),
    endedAt: fc.constant(Date.now() - 60_000),
    transcripts: fc.record({ started: transcript, ended: transcript, analyzed: transcript }),
    cap: fc.integer({ min: 1, max: 250 }),
  })
  const scenario = call.chain((call) =>
    fc.record({
      call: fc.constant(call),
      // an alert that was sent cannot be taken back: both reporters' figures lie on the same side of each level
      parts: fc.subarray([...statements], { minLength: 1 }),
      again: fc.subarray([...statements]),
      order: fc.infiniteStream(fc.nat()),
      limit: batchSize,
    }),
  )
  await fc.assert(
    fc.asyncProperty(scenario, async ({ call, parts, again, order, limit }) => {
      const crossed = (after: number) =>
        crossedLevels({
          before: { used: 0, base: call.cap, grace: 600 },
          after: { used: after, base: call.cap, grace: 600 },
        }).join()
      fc.pre(crossed(Math.ceil(call.durationMs / 1000)) === crossed(call.carrierSeconds))
      const [ordered, mixed] = [
        await customerWithCap({ seconds: call.cap, segments: 1 }),
        await customerWithCap({ seconds: call.cap, segments: 1 }),
      ]
      const plain = deliveriesOf(call, ordered.phoneNumber)
      const same = deliveriesOf(call, mixed.phoneNumber)
      for (const part of parts) {
        await arrive([plain[part]])
        await world.process(1)
      }
      const twice = [...parts, ...again.filter((part) => parts.includes(part))]
      const shuffled = twice
        .map((part) => ({ part, place: order.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .map(({ part }) => part)
      await arrive(shuffled.map((part) => same[part]))
      await world.process(limit)
      expect(withoutNumber(await pictureOf(mixed.id), mixed.phoneNumber)).toEqual(
        withoutNumber(await pictureOf(ordered.id), ordered.phoneNumber),
      )
    }),
    { numRuns: 40 },
  )
})

test('two rows that become one keep the longer words, though only the row that goes had them', async () => {
  const { id, phoneNumber } = await customerWithCap({ seconds: 1000, segments: 1 })
  const transcripts = { started: 'Caller: all that was said', ended: 'Caller: less' }
  const call = {
    durationMs: 60_000,
    carrierSeconds: 60,
    sidOnStarted: false,
    endedAt: Date.now() - 60_000,
    transcripts,
  }
  const said = deliveriesOf(call, phoneNumber)
  for (const part of ['ringing', 'started', 'ended'] as const) {
    await arrive([said[part]])
    await world.process(1)
  }
  const { calls } = await pictureOf(id)
  expect(calls).toMatchObject([{ transcript: transcripts.started, by_retell: true, by_twilio: true }])
})

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}

test('all 720 orders of a call’s six events, each event in a batch of its own, charge its 61 seconds once (K-3, K-4, V-4)', async () => {
  const orders = permutations(statements)
  const customers = await Promise.all(
    Array.from({ length: 24 }, () => customerWithCap({ seconds: 30 * 61, segments: 1 })),
  )
  // the carrier’s figure differs, and the carrier’s id comes late: rows are merged that began as two
  const call = { durationMs: 60_400, carrierSeconds: 61, sidOnStarted: false, endedAt: Date.now() - 60_000 }
  const calls = orders.map((order, index) => {
    const { phoneNumber } = customers[index % customers.length] ?? { phoneNumber: '' }
    const said = deliveriesOf(call, phoneNumber)
    return order.map((part) => said[part])
  })

  for (const turn of statements.keys())
    await arrive(calls.map((deliveries) => deliveries[turn]).filter((one) => one !== undefined))
  await world.process(100)

  for (const { id } of customers) {
    const { calls, ledger, counter, crossings, alerts } = await pictureOf(id)
    expect(calls).toHaveLength(30)
    for (const row of calls)
      expect(row).toMatchObject({
        status: 'completed',
        seconds: 61,
        seconds_source: 'retell',
        cost_micros: '90600',
        summary: 'A leaking sink',
        by_retell: true,
        by_twilio: true,
        started_at: new Date(call.endedAt - call.durationMs),
        ended_at: new Date(call.endedAt),
      })
    expect(ledger).toEqual([{ meter: 'call_seconds', quantity: 30 * 61 }])
    expect(counter).toEqual({ seconds: 30 * 61, segments: 0 })
    expect(crossings.map(({ level }) => level)).toEqual([80, 100])
    expect(alerts.map(({ level }) => level)).toEqual(['100', '80'])
  }
  const [dead] = await world.owner`select count(*)::int as rows from webhook_queue where state <> 'processed'`
  expect(dead).toEqual({ rows: 0 })
})

test('the legs that a call dials are that call, whichever of them the agent’s vendor names: one call, charged once, in any order', async () => {
  const at = Date.now()
  const newSid = () => `CA${newId().replaceAll('-', '')}`
  const strangers = async () => (await world.owner`select phone_number from unknown_phone order by 1`).length
  const unknown = await strangers()
  for (const order of permutations(['call', 'agent', 'person', 'vendor'])) {
    const { id, phoneNumber: to } = await world.customer()
    const [sid, agent] = [newSid(), newSid()]
    const ended = (sid: string, seconds: number) => twilioStatus({ sid, to, status: 'completed', seconds, at })
    const dialled = { ParentCallSid: sid, Direction: 'outbound-dial' }
    const said: Record<string, Delivery> = {
      call: { door: 'status', form: ended(sid, 100) },
      agent: { door: 'status', form: { ...ended(agent, 60), ...dialled, To: 'sip:agent@sip.retellai.com' } },
      // whoever is rung up in a warm handoff sees the business’s own number
      person: { door: 'status', form: { ...ended(newSid(), 40), ...dialled, From: to, To: '+14155559999' } },
      vendor: { door: 'events', event: retellCall({ to, seconds: 60, sid: agent, endedAt: at }).ended },
    }
    for (const part of order) {
      await arrive([said[part]].filter((one) => one !== undefined))
      await world.process()
    }
    const { calls, ledger } = await pictureOf(id)
    expect([order, calls.map(({ seconds }) => seconds), ledger]).toEqual([
      order,
      [60],
      [{ meter: 'call_seconds', quantity: 60 }],
    ])
  }
  expect(await strangers()).toBe(unknown)
})

test('a message’s callbacks arrive in any order, repeated, in any batches: one message, charged once (K-15)', async () => {
  const said = ['queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed'] as const
  const scenario = fc.record({
    parts: fc.subarray([...said], { minLength: 1 }),
    again: fc.subarray([...said]),
    order: fc.infiniteStream(fc.nat()),
    limit: batchSize,
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ parts, again, order, limit }) => {
      const [ordered, mixed] = [
        await customerWithCap({ seconds: 1, segments: 1 }),
        await customerWithCap({ seconds: 1, segments: 1 }),
      ]
      const callbacks = (from: string) => {
        const MessageSid = `SM${newId().replaceAll('-', '')}`
        return (MessageStatus: string): Delivery => ({
          door: 'sms-status',
          form: {
            MessageSid,
            MessageStatus,
            From: from,
            To: '+14155550123',
            ...(MessageStatus === 'failed' ? { ErrorCode: '30003' } : {}),
          },
        })
      }
      const plain = callbacks(ordered.phoneNumber)
      const same = callbacks(mixed.phoneNumber)
      for (const part of parts) {
        await arrive([plain(part)])
        await world.process(1)
      }
      const shuffled = [...parts, ...again.filter((part) => parts.includes(part))]
        .map((part) => ({ part, place: order.next().value as number }))
        .sort((a, b) => a.place - b.place)
      await arrive(shuffled.map(({ part }) => same(part)))
      await world.process(limit)
      const picture = withoutNumber(await pictureOf(mixed.id), mixed.phoneNumber)
      expect(picture).toEqual(withoutNumber(await pictureOf(ordered.id), ordered.phoneNumber))
      expect(picture.messages).toHaveLength(1)
    }),
    { numRuns: 20 },
  )
})

test('an inbound text is charged by its segments, once, however often Twilio asks', async () => {
  const { id, phoneNumber } = await customerWithCap({ seconds: 1, segments: 10 })
  const MessageSid = `SM${newId().replaceAll('-', '')}`
  const text: Delivery = {
    door: 'sms',
    form: { MessageSid, From: '+14155550123', To: phoneNumber, Body: 'STOP', NumSegments: '3', SmsStatus: 'received' },
  }

  await arrive([text, text, text])
  await world.process(2)
  await arrive([text])
  await world.process(1)

  expect(await pictureOf(id)).toMatchObject({
    messages: [{ status: 'received', segments: 3, body: 'STOP', direction: 'inbound' }],
    ledger: [{ meter: 'sms_segments', quantity: 3 }],
    counter: { seconds: 0, segments: 3 },
  })
})

test('a corrected length is booked as a revision, and the ledger keeps both', async () => {
  const { id, phoneNumber } = await customerWithCap({ seconds: 9000, segments: 1 })
  const call = retellCall({ to: phoneNumber, seconds: 61 })
  const corrected = { ...call.analyzed, call: { ...call.analyzed.call, duration_ms: 59_000 } }

  await arrive([{ door: 'events', event: call.ended }])
  await world.process()
  await arrive([{ door: 'events', event: corrected }])
  await world.process()

  const entries = await world.owner`
    select kind, quantity::int from usage_entries where customer_id = ${id} order by id`
  expect(entries).toEqual([
    { kind: 'usage', quantity: 61 },
    { kind: 'revision', quantity: -2 },
  ])
  expect((await pictureOf(id)).counter).toEqual({ seconds: 59, segments: 0 })
})

test('two workers on the same calls merge and charge each once', async () => {
  const customers = await Promise.all(Array.from({ length: 4 }, () => customerWithCap({ seconds: 1500, segments: 1 })))
  const call = { durationMs: 60_400, carrierSeconds: 60, sidOnStarted: false, endedAt: Date.now() - 60_000 }
  const deliveries = Array.from({ length: 80 }, (_, index) => {
    const said = deliveriesOf(call, customers[index % 4]?.phoneNumber ?? '')
    return [said.completed, said.started, said.ended, said.ringing, said.analyzed]
  })
  for (const turn of [0, 1, 2, 3, 4]) await arrive(deliveries.flatMap((said) => said[turn] ?? []))

  await Promise.all([world.process(7), world.process(11), world.process(100)])
  // what lost a race waits for its next attempt
  await world.owner`update webhook_queue set next_attempt_at = now() - interval '1 second' where state = 'failed'`
  await world.process(1)

  for (const { id } of customers) {
    const { calls, ledger, counter, crossings } = await pictureOf(id)
    expect(calls).toHaveLength(20)
    expect(ledger).toEqual([{ meter: 'call_seconds', quantity: 20 * 61 }])
    expect(counter).toEqual({ seconds: 20 * 61, segments: 0 })
    expect(crossings.map(({ level }) => level)).toEqual([80])
  }
})

test('an event that comes while its call’s two rows become one joins the row that stays', async () => {
  const { id, phoneNumber } = await customerWithCap({ seconds: 9000, segments: 1 })
  const call = { durationMs: 60_400, carrierSeconds: 62, sidOnStarted: false, endedAt: Date.now() - 60_000 }
  const said = deliveriesOf(call, phoneNumber)
  await arrive([said.started, said.completed])
  await world.process()
  expect((await pictureOf(id)).calls).toHaveLength(2)
  await arrive([said.ended, said.ringing])
  const waiting = () => world.owner`
    select count(*)::int as backends from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const workers: Promise<void>[] = []

  await world.owner.begin(async (held) => {
    // the first knows both rows and waits to join them, the second is after the one that will go
    await held`select 1 from call_events where customer_id = ${id} and twilio_call_sid is not null for update`
    for (const place of [1, 2]) {
      workers.push(world.process(1))
      await expect.poll(waiting).toEqual([{ backends: place }])
    }
  })
  await Promise.all(workers)

  const { calls, ledger, counter } = await pictureOf(id)
  expect(calls).toMatchObject([{ status: 'completed', seconds: 61, by_retell: true, by_twilio: true }])
  expect(ledger).toEqual([{ meter: 'call_seconds', quantity: 61 }])
  expect(counter).toEqual({ seconds: 61, segments: 0 })
})

test('a shared agent says nothing about whose call it is, its number does (K-9)', async () => {
  const [one, two] = [
    await world.customer({ agentId: 'agent_of_all_plumbers' }),
    await world.customer({ agentId: 'agent_of_all_plumbers' }),
  ]
  const call = retellCall({ to: two.phoneNumber, seconds: 30 })
  const stranger = retellCall({ to: '+13125559999', seconds: 30 })
  const byAgent = (event: { call: object }) => ({
    ...event,
    call: { ...event.call, agent_id: 'agent_of_all_plumbers' },
  })

  await arrive([
    { door: 'events', event: byAgent(call.ended) },
    { door: 'events', event: byAgent(stranger.ended) },
  ])
  await world.process()

  expect((await pictureOf(one.id)).calls).toHaveLength(0)
  expect((await pictureOf(two.id)).calls).toHaveLength(1)
  const [nobodys] = await world.owner`select customer_id from call_events where retell_call_id = ${stranger.id}`
  expect(nobodys).toEqual({ customer_id: null })
})

test('whose a call is costs no more to find out where hundreds of customers share its agent', async () => {
  const { phoneNumber } = await world.customer({ agentId: 'agent_of_all_roofers' })
  await world.owner`
    with model as materialized (
      select customers, agents from customers join agents on agents.customer_id = customers.id where agents.phone_number = ${phoneNumber}
    ), sharing as materialized (
      select gen_random_uuid() as id, '+1213' || lpad(n::text, 7, '0') as phone_number from generate_series(1, 500) as n
    ), added as (
      insert into customers select (jsonb_populate_record(customers, jsonb_build_object('id', id, 'contact_phone', null))).* from model, sharing
    )
    insert into agents select (jsonb_populate_record(agents, jsonb_build_object('id', gen_random_uuid(), 'customer_id', id,
      'phone_number', phone_number, 'user_id', null))).* from model, sharing`
  await world.owner`analyze customers, agents`
  const toldBy = (to: string) => {
    const { ended } = retellCall({ to, seconds: 30 })
    return { door: 'events', event: { ...ended, call: { ...ended.call, agent_id: 'agent_of_all_roofers' } } } as const
  }
  await arrive([toldBy(phoneNumber), toldBy('+13125559998')])

  const read = await rowsReadBy(world.ctx(), ['agents'], (ctx) => processBatch(ctx, { limit: 100 }))

  expect(read).toBeLessThan(50)
})

// last: it looks at everything that the others left
test('the hourly counts say what the rows say, whatever was merged or corrected on the way', async () => {
  const calls =
    await world.owner`select status, count(*)::int as rows, sum(coalesce(seconds, 0))::int as seconds from call_events group by status`
  const messages =
    await world.owner`select status, direction, count(*)::int as rows from sms_events group by status, direction`
  const expected = new Map<string, { count: number; seconds: number }>()
  const add = (outcome: string | undefined, count: number, seconds: number) => {
    if (outcome === undefined) return
    const known = expected.get(outcome) ?? { count: 0, seconds: 0 }
    expected.set(outcome, { count: known.count + count, seconds: known.seconds + seconds })
  }
  for (const { status, rows, seconds } of calls) {
    const outcome = callOutcome(status)
    add(outcome && `call.${outcome}`, rows, seconds)
  }
  for (const { status, direction, rows } of messages) {
    const outcome = messageOutcome({ status, direction })
    add(outcome && `message.${outcome}`, rows, 0)
  }
  const counted = await world.owner`
    select outcome, sum(count)::int as count, sum(seconds)::int as seconds from traffic_hours group by outcome
    having sum(count) <> 0 order by outcome`

  expect(counted).toEqual(
    [...expected].map(([outcome, sums]) => ({ outcome, ...sums })).sort((a, b) => (a.outcome < b.outcome ? -1 : 1)),
  )
  const [ledger] = await world.owner`
    select count(*)::int as rows from usage_limits as counter
    where call_used_seconds <> (select coalesce(sum(quantity), 0) from usage_entries as entry
      where entry.customer_id = counter.customer_id and meter = 'call_seconds' and entry.period_start = counter.period_start)`
  expect(ledger).toEqual({ rows: 0 })
})
