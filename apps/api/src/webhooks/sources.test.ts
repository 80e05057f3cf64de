import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { mayContact } from '../compliance/may-contact.ts'
import { inTransaction } from '../platform/context.ts'
import { firstIdAt, newId } from '../platform/id.ts'
import { rowsReadBy } from '../testing/rows-read.ts'
import { formsSecret, standardHeaders } from '../testing/signing.ts'
import { openWorld, publicUrl, randomNumber, retellCall, type World } from '../testing/world.ts'
import { claimDue } from './claim.ts'
import { silentSources, watchSilence } from './gaps.ts'
import { listWebhooks } from './list.ts'
import { openSecrets } from './open-secrets.ts'
import { endOverduePauses, pauseProcessing, resumeProcessing } from './pause.ts'
import { processBatch } from './process.ts'
import { receiveWebhook } from './receive.ts'
import { releasePaused } from './release-paused.ts'
import { bootstrapSources, loadSecrets } from './sources.ts'
import { sweepInbox } from './sweep.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
beforeEach(async () => {
  await world.owner`update webhook_pauses set ended_at = now(), ended_by = 'test' where ended_at is null`
  await world.owner`delete from webhook_queue`
})
afterEach(() => world.drainJobs())
afterAll(() => world.close())

const why = { reason: 'a release is being mended' }
const waitingForLocks = async () =>
  (await world.owner`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)
    .length
const states = async () => {
  const rows = await world.owner`
    select state, count(*)::int as webhooks, count(*) filter (where state = 'received' and next_attempt_at is null)::int as aside
    from webhook_queue group by state`
  return Object.fromEntries(rows.map(({ state, webhooks, aside }) => [state, { webhooks, aside }]))
}
const arrive = async (to: string, many = 1) => {
  for (let nth = 0; nth < many; nth++) await world.retell(retellCall({ to, seconds: 60 }).ended)
}
const text = (from: string, to: string, body: string) => ({
  MessageSid: `SM${Math.random().toString(16).slice(2).padStart(32, '0')}`,
  From: from,
  To: to,
  Body: body,
  NumSegments: '1',
})

test('what comes of a paused provider is kept and not processed, the others go on, and a lifted pause gives all back', async () => {
  const { phoneNumber, id } = await world.customer()
  const pause = { provider: 'retell', ...why }
  const paused = await world.rest('POST', '/api/admin/webhook-sources/pause', { token: operator, body: pause })
  const again = await world.rest('POST', '/api/admin/webhook-sources/pause', { token: operator, body: pause })
  await arrive(phoneNumber, 3)
  await world.twilio('sms', text('+14155550170', phoneNumber, 'Good morning'))
  await world.process(2)

  expect([paused.body, again.body]).toEqual([{ changed: true }, { changed: false }])
  expect(await states()).toEqual({ received: { webhooks: 3, aside: 3 }, processed: { webhooks: 1, aside: 0 } })

  const lifted = await world.rest('POST', '/api/admin/webhook-sources/resume', { token: operator, body: pause })
  await world.drainJobs()
  await world.process()

  expect(lifted.body).toEqual({ changed: true })
  expect(await states()).toEqual({ processed: { webhooks: 4, aside: 0 } })
  const [limits] = await world.owner`select call_used_seconds::int as used from usage_limits where customer_id = ${id}`
  expect(limits?.used).toBe(180)
})

test('one customer stands still and his neighbour does not; a door can be paused alone', async () => {
  const [still, other] = [await world.customer(), await world.customer()]
  await pauseProcessing(world.ctx(), { customerId: still.id, ...why })
  await pauseProcessing(world.ctx(), { provider: 'standard', door: 'forms', ...why })
  await arrive(still.phoneNumber)
  await arrive(other.phoneNumber)
  const body = '{"type":"form.sent"}'
  await world.app.inject({
    method: 'POST',
    url: '/webhooks/standard/forms',
    headers: standardHeaders(body, { id: 'msg_paused', secret: formsSecret }),
    payload: body,
  })
  await world.process()

  const left = await world.owner`select door, phone_number from webhook_queue where state = 'received' order by door`
  expect(left.map(({ door }) => door)).toEqual(['events', 'forms'])
  expect(left[0]?.phone_number).toBe(still.phoneNumber)
  await resumeProcessing(world.ctx(), { customerId: still.id, ...why })
  await world.drainJobs()
  await world.process()
  const [after] = await world.owner`select count(*)::int as webhooks from webhook_queue where state = 'received'`
  expect(after?.webhooks).toBe(1)
})

test('who texts STOP while all is paused is left alone from then on', async () => {
  const { phoneNumber, id } = await world.customer()
  await pauseProcessing(world.ctx(), { provider: 'twilio', ...why })
  await world.twilio('sms', text('+14155550171', phoneNumber, 'STOP'))
  await world.process()

  const contact = { customerId: id, line: phoneNumber, phoneNumber: '+14155550171' }
  expect(await mayContact(world.ctx(), { ...contact, channel: 'sms', purpose: 'service' })).toMatchObject({
    allowed: false,
  })
  expect(await states()).toMatchObject({ received: { webhooks: 1, aside: 1 } })
})

test('a pause ends by itself at its time, once, however many see it', async () => {
  const { phoneNumber } = await world.customer()
  const expiresAt = new Date(Date.now() + 60_000).toISOString()
  await pauseProcessing(world.ctx(), { provider: 'retell', expiresAt, ...why })
  await arrive(phoneNumber)
  await world.process()
  expect(await states()).toMatchObject({ received: { aside: 1 } })

  await world.owner`update webhook_pauses set expires_at = now() - interval '1 second' where ended_at is null`
  const ended = await Promise.all([1, 2, 3, 4].map(() => endOverduePauses(world.ctx())))
  await world.drainJobs()
  await world.process()

  expect(ended.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 1])
  expect(await states()).toEqual({ processed: { webhooks: 1, aside: 0 } })
})

test('of many who pause at once one does; whoever lifts it waits for the batch that still saw it, and nothing is forgotten', async () => {
  const { phoneNumber } = await world.customer()
  const paused = await Promise.all([1, 2, 3].map(() => pauseProcessing(world.ctx(), { provider: 'retell', ...why })))
  expect(paused.filter(({ changed }) => changed)).toHaveLength(1)
  await arrive(phoneNumber, 5)
  let lifting: Promise<unknown> = Promise.resolve()
  await inTransaction(world.ctx(), async (ctx) => {
    expect(await claimDue(ctx, 10)).toEqual({ batch: [], parked: 5 })
    lifting = resumeProcessing(world.ctx(), { provider: 'retell', ...why }).then(() => releasePaused(world.ctx()))
    await Promise.race([lifting, wait(200)])
  })
  await lifting
  // the job that the lifting left may be looking at them: what it holds a batch passes over
  await world.drainJobs()
  await world.process()

  expect(await states()).toEqual({ processed: { webhooks: 5, aside: 0 } })
})

test('whoever claims while pauses are lifted waits for that, and the database outlives what happens to the webhooks meanwhile', async () => {
  const { id, phoneNumber } = await world.customer()
  const targets = [{ customerId: id }, { provider: 'retell' }, { provider: 'retell', door: 'events' }] as const
  for (const target of targets) await pauseProcessing(world.ctx(), { ...target, ...why })
  await arrive(phoneNumber, 5)
  let claiming: Promise<number> | undefined
  await inTransaction(world.ctx(), async (ctx) => {
    for (const target of targets) await resumeProcessing(ctx, { ...target, ...why })
    claiming = inTransaction(world.ctx(), async (ctx) => (await claimDue(ctx, 100)).batch.length)
    await expect.poll(waitingForLocks).toBe(1)
    await world.owner`update webhook_queue set next_attempt_at = next_attempt_at - interval '1 second'`
  })

  expect(await claiming).toBe(5)
})

test('a pause is lifted though one batch follows on another without a gap', async () => {
  const { phoneNumber } = await world.customer()
  await pauseProcessing(world.ctx(), { provider: 'retell', ...why })
  await arrive(phoneNumber, 2)
  const [began, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const first = inTransaction(world.ctx(), async (ctx) => {
    await claimDue(ctx, 1)
    began.resolve()
    await over.promise
  })
  await began.promise
  const lifting = resumeProcessing(world.ctx(), { provider: 'retell', ...why })
  await expect.poll(waitingForLocks).toBe(1)
  let hasClaimed = false
  const second = inTransaction(world.ctx(), async (ctx) => {
    const { batch } = await claimDue(ctx, 1)
    hasClaimed = true
    await lifting
    return batch.length
  })
  await expect.poll(async () => hasClaimed || (await waitingForLocks()) === 2).toBe(true)
  over.resolve()

  expect(await lifting).toEqual({ changed: true })
  expect(await Promise.all([first, second])).toEqual([undefined, 1])
})

test('a pause says whom it means, ends after now, and of nobody unknown', async () => {
  const ask = (body: object) => world.rest('POST', '/api/admin/webhook-sources/pause', { token: operator, body })
  const { id } = await world.customer()
  const customerId = `cus_${id.replaceAll('-', '')}`

  expect((await ask({ ...why })).status).toBe(400)
  expect((await ask({ provider: 'retell', customerId, ...why })).status).toBe(400)
  expect((await ask({ customerId, door: 'sms', ...why })).status).toBe(400)
  expect((await ask({ provider: 'retell', reason: ' ' })).status).toBe(400)
  expect((await ask({ provider: 'retell', ...why, expiresAt: '2020-01-01T00:00:00Z' })).body.error.fields).toEqual({
    expiresAt: 'must lie in the future',
  })
  expect((await ask({ customerId: `cus_${'0'.repeat(32)}`, ...why })).status).toBe(404)
  const [standing] = await world.owner`select count(*)::int as pauses from webhook_pauses where ended_at is null`
  expect(standing?.pauses).toBe(0)
})

test('a flood of one customer starves nobody: who came after it, of whatever provider, is done within a few batches', async () => {
  const [loud, quiet] = [await world.customer(), await world.customer()]
  await arrive(loud.phoneNumber)
  await world.owner`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, next_attempt_at)
    select gen_random_uuid(), provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, next_attempt_at - interval '1 hour'
    from webhook_queue, generate_series(1, 2000)`
  await arrive(quiet.phoneNumber, 3)
  await world.stripe({ id: 'evt_quiet', object: 'event', type: 'trunkline.test', data: { object: {} } })

  for (let batch = 0; batch < 3; batch++) await processBatch(world.ctx(), { limit: 50 })

  const [left] = await world.owner`
    select count(*) filter (where phone_number = ${quiet.phoneNumber})::int as quiet, count(*) filter (where provider = 'stripe')::int as stripe,
      count(*) filter (where phone_number = ${loud.phoneNumber})::int as loud
    from webhook_queue where state = 'received'`
  expect(left).toMatchObject({ quiet: 0, stripe: 0 })
  expect(left?.loud).toBeGreaterThan(1800)
})

test('what is due and claimed by nobody for a minute raises one alert, however many look, and health shows it', async () => {
  const { phoneNumber } = await world.customer()
  await arrive(phoneNumber, 2)
  expect(await sweepInbox(world.ctx())).toEqual({ unclaimed: 0 })
  await world.owner`update webhook_queue set next_attempt_at = now() - interval '61 seconds'`

  await Promise.all([1, 2, 3, 4].map(() => sweepInbox(world.ctx())))
  await world.owner`update webhook_queue set next_attempt_at = now() - interval '2 minutes' where id = (select max(id::text)::uuid from webhook_queue)`
  await sweepInbox(world.ctx())

  const raised = await world.owner`select title, runbook from ops_alerts where alert_type = 'webhooks_unclaimed'`
  expect(raised).toEqual([
    { title: '2 webhooks wait and no worker takes them', runbook: 'docs/runbooks/webhooks.md#lag' },
  ])
  const health = await world.rest('GET', '/api/health/detailed', { token: operator })
  expect(health.body.checks.inbox).toMatchObject({ status: 'degraded', unclaimed: 2, paused: 0 })
  await world.process()
  expect(await sweepInbox(world.ctx())).toEqual({ unclaimed: 0 })
})

test('what is paused waits for a person and alarms nobody', async () => {
  const { phoneNumber } = await world.customer()
  await pauseProcessing(world.ctx(), { provider: 'retell', ...why })
  await arrive(phoneNumber)
  await world.owner`update webhook_queue set next_attempt_at = now() - interval '1 hour'`
  await world.process()

  expect(await sweepInbox(world.ctx())).toEqual({ unclaimed: 0 })
})

test('what was laid aside and is paused no more is found and given back: its job was lost, or its line is another’s by now', async () => {
  const someTimeAgo = () =>
    world.owner`update webhook_pauses set ended_at = now() - interval '31 seconds' where ended_at is not null`
  await someTimeAgo()
  const [still, other] = [await world.customer(), await world.customer()]
  await pauseProcessing(world.ctx(), { customerId: still.id, ...why })
  await pauseProcessing(world.ctx(), { provider: 'twilio', ...why })
  await arrive(still.phoneNumber)
  await world.twilio('sms', text('+14155550172', other.phoneNumber, 'Good morning'))
  await world.process()
  await sweepInbox(world.ctx())
  expect(await states()).toEqual({ received: { webhooks: 2, aside: 2 } })

  await world.owner`update agents set customer_id = ${other.id} where phone_number = ${still.phoneNumber}`
  await sweepInbox(world.ctx())
  await world.process()
  expect(await states()).toEqual({ received: { webhooks: 1, aside: 1 }, processed: { webhooks: 1, aside: 0 } })

  // a resume without its job
  await world.owner`update webhook_pauses set ended_at = now(), ended_by = 'test' where ended_at is null`
  await sweepInbox(world.ctx())
  expect(await states()).toMatchObject({ received: { aside: 1 } })
  await someTimeAgo()
  await sweepInbox(world.ctx())
  await world.process()
  expect(await states()).toEqual({ processed: { webhooks: 2, aside: 0 } })
})

test('causes gather what met the same fate, say what is to be done, and lead to exactly those webhooks', async () => {
  const { phoneNumber } = await world.customer()
  await arrive(phoneNumber, 3)
  await world.owner`
    update webhook_queue set state = 'dead', next_attempt_at = null, last_error = 'value ' || (random() * 1e6)::int || ' is out of range (22003)'`
  await world.retell('upstream connect error')
  await world.retell(retellCall({ to: randomNumber(), seconds: 60 }).ended, { key: 'key_of_a_stranger_0123456789' })

  const { body } = await world.rest('GET', '/api/admin/webhook-causes', { token: operator })
  expect(
    body.items.map((item: Record<string, unknown>) => [
      item.class,
      item.webhooks,
      item.text,
      item.states,
      item.refusal,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['data', 3, 'value <n> is out of range (<n>)', { failed: 0, dead: 3, quarantined: 0 }, null],
      ['provider', 1, 'The signature is wrong', { failed: 0, dead: 0, quarantined: 1 }, 'signature_invalid'],
      ['provider', 1, expect.stringContaining('JSON'), { failed: 0, dead: 1, quarantined: 0 }, null],
    ]),
  )
  for (const { id, webhooks } of body.items) {
    const list = await world.rest('GET', `/api/admin/webhook-queue?cause=${id}`, { token: operator })
    expect(list.body.items).toHaveLength(webhooks)
  }
  const none = await world.rest('GET', `/api/admin/webhook-queue?cause=${'0'.repeat(16)}`, { token: operator })
  expect(none.body.items).toEqual([])
})

test('the webhooks of a cause are found along an index, without reading all that has it or another one', async () => {
  const { phoneNumber } = await world.customer()
  await arrive(phoneNumber)
  const long = 'x'.repeat(300)
  await world.owner`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, last_error)
    select uuidv7(), 'telnyx', 'telnyx', 'call.cost', 'x', '10.0.0.1', '[]', '{}', 'utf8', 2, '\\x00', 'verified', 'dead', now(),
      case n when 1 then 'column "lines" does not exist (42703)' when 2 then ${long} when 3 then ${`${long} and more`} else 'Too many of this' end
    from generate_series(1, 400) as n`
  const { body } = await world.rest('GET', '/api/admin/webhook-causes', { token: operator })
  const ours = body.items.filter(({ provider }: { provider: string }) => provider === 'telnyx')
  expect(ours.map(({ webhooks }: { webhooks: number }) => webhooks)).toEqual([397, 1, 1, 1])
  const partitions = await world.owner`select relid::regclass::text as name from pg_partition_tree('webhook_queue')`

  for (const { id, webhooks } of ours) {
    const list = await world.rest('GET', `/api/admin/webhook-queue?limit=200&cause=${id}`, { token: operator })
    expect(list.body.items).toHaveLength(Math.min(200, webhooks))
    const read = await rowsReadBy(
      world.ctx(),
      partitions.map(({ name }) => name),
      async (ctx) => {
        // as in an inbox that is too large for anything else
        for (const way of ['seqscan', 'bitmapscan', 'sort'])
          await ctx.db.execute(sql`set local ${sql.raw(`enable_${way}`)} = off`)
        await listWebhooks(ctx, { cause: id, limit: 10 })
      },
    )
    expect(read).toBeLessThan(60)
  }
})

test('a source tells what it is and how it stands, and never its secret', async () => {
  const { phoneNumber } = await world.customer()
  await arrive(phoneNumber)
  await pauseProcessing(world.ctx(), { provider: 'twilio', door: 'sms', ...why })
  const { body } = await world.rest('GET', '/api/admin/webhook-sources', { token: operator })
  const of = (provider: string, door: string | null = null) =>
    body.items.find((item: Record<string, unknown>) => item.provider === provider && item.door === door)

  expect(of('retell')).toMatchObject({
    isConfigured: true,
    canTest: true,
    waiting: 1,
    addresses: [`${publicUrl}/webhooks/retell`],
    today: { webhooks: 1, failed: 0, refused: 0, errorRate: 0 },
    secrets: [{ name: 'environment', notAfter: null }],
  })
  expect(of('retell').lastSeenAt).toEqual(expect.any(String))
  expect(of('telnyx')).toMatchObject({ isConfigured: true, canTest: false, lastSeenAt: null })
  expect(of('standard', 'forms')).toMatchObject({ addresses: [`${publicUrl}/webhooks/standard/forms`] })
  expect(of('twilio').pauses).toMatchObject([{ door: 'sms', reason: why.reason, expiresAt: null }])
  const { retellSecrets, twilioSecrets, telnyxKeys, stripeSecrets } = world.env
  for (const secret of [...retellSecrets, ...twilioSecrets, ...telnyxKeys, ...stripeSecrets, formsSecret])
    expect(JSON.stringify(body)).not.toContain(secret)
})

test('a test event passes the real door with a real signature, is kept like any other, and nobody is charged', async () => {
  const acceptsTexts = world.network.answer
  world.network.answer = async ({ url }, init) => {
    const answer = await world.app.inject({
      method: 'POST',
      url: new URL(url).pathname,
      headers: init.headers as Record<string, string>,
      payload: init.body as string,
    })
    return new Response(answer.body, { status: answer.statusCode })
  }
  const send = (body: object) => world.rest('POST', '/api/admin/webhook-sources/test', { token: operator, body })
  for (const source of [
    { provider: 'retell' },
    { provider: 'twilio' },
    { provider: 'stripe' },
    { provider: 'standard', door: 'forms' },
  ])
    expect((await send(source)).body, source.provider).toMatchObject({ accepted: true, status: 200, problem: null })
  const [refused, nobody] = [await send({ provider: 'telnyx' }), await send({ provider: 'standard', door: 'nobody' })]
  world.network.answer = acceptsTexts
  expect([refused.status, nobody.status]).toEqual([409, 404])
  const count = () => world.owner`
    select (select count(*) from usage_entries)::int as entries, (select count(*) from call_events)::int as calls,
      (select count(*) from sms_events)::int as texts, (select count(*) from unknown_phone)::int as strangers, (select count(*) from billing_events)::int as money`
  const before = await count()
  await world.process()

  expect(await states()).toEqual({ processed: { webhooks: 4, aside: 0 } })
  expect(await count()).toEqual(before)
})

test('a source that has fallen silent at its busy hour is told of once a day; one that speaks, or never did at this hour, is not', async () => {
  const { phoneNumber } = await world.customer()
  await arrive(phoneNumber)
  const copy = (weeks: number, provider: string) => world.owner`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select uuidv7(make_interval(days => -7 * ${weeks}::int) - nth * interval '1 minute'), ${provider}, 'events', 'call_ended', url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, 'processed', received_at
    from webhook_queue, generate_series(1, 20) as nth where next_attempt_at is not null`
  for (const weeks of [1, 2, 4]) for (const provider of ['retell', 'telnyx']) await copy(weeks, provider)
  await copy(1, 'stripe')

  await Promise.all([1, 2, 3].map(() => watchSilence(world.ctx())))

  const raised =
    await world.owner`select metadata ->> 'provider' as provider, (metadata ->> 'usual')::int as usual from ops_alerts where alert_type = 'source_silent'`
  expect(raised).toEqual([{ provider: 'telnyx', usual: 20 }])
})

test('when the clocks have changed a source begins an hour later by ours, and is not silent; one that stays away then is', async () => {
  const { id } = await world.customer()
  await world.owner`update customers set timezone = 'America/New_York' where id = ${id}`
  const began = Date.parse('2026-10-26T13:00:00Z')
  const hourMs = 3_600_000
  // from nine to twelve in New York, Mondays, in summer time
  const ids = [0, -1, -2, -3].flatMap((week) =>
    Array.from({ length: 60 }, (_, nth) =>
      newId().replace(/^.{13}/, firstIdAt(new Date(began + week * 168 * hourMs + nth * 180_000)).slice(0, 13)),
    ),
  )
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select id::uuid, 'stripe', 'clock', '', '', '[]', '', 'utf8', 0, '', 'verified', 'processed', now() from unnest(${ids}::text[]) as id`
  const isSilentAt = async (at: string) =>
    (await silentSources(world.ctx({ now: new Date(at) }))).some(({ door }) => door === 'clock')

  expect(await isSilentAt('2026-10-26T13:30:00Z')).toBe(false)
  expect(await isSilentAt('2026-11-02T14:00:00Z')).toBe(false)
  expect(await isSilentAt('2026-11-02T15:00:00Z')).toBe(true)
  expect(await isSilentAt('2026-11-02T16:00:00Z')).toBe(true)
  expect(await isSilentAt('2026-11-02T18:00:00Z')).toBe(false)
})

test('of a silent source that can be asked it is said that it is asked, of another that it must send again', async () => {
  const copy = (weeks: number, provider: string) => world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select uuidv7(make_interval(days => -7 * ${weeks}::int) - nth * interval '1 minute'), ${provider}, 'told', '', '', '[]', '', 'utf8', 0, '', 'verified', 'processed', now()
    from generate_series(1, 20) as nth`
  for (const weeks of [1, 2, 3]) for (const provider of ['retell', 'stripe']) await copy(weeks, provider)

  await watchSilence(world.ctx())

  const raised = await world.owner`
    select metadata ->> 'provider' as provider, message from ops_alerts where alert_type = 'source_silent' and metadata ->> 'door' = 'told' order by 1`
  expect(raised).toEqual([
    { provider: 'retell', message: expect.stringContaining('what its lists hold is taken in meanwhile') },
    { provider: 'stripe', message: expect.stringContaining('it must send again') },
  ])
})

test('of a source of which all is refused it is said that it is refused: its secret has changed, perhaps, and not its address', async () => {
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select uuidv7(make_interval(days => -7 * week) - nth * interval '1 minute'), 'telnyx', 'refused', '', '', '[]', '', 'utf8', 0, '',
      case week when 0 then 'signature_invalid' else 'verified' end, case week when 0 then 'quarantined' else 'processed' end, now()
    from generate_series(0, 3) as week, generate_series(1, 20) as nth`

  await watchSilence(world.ctx())

  const raised = await world.owner`
    select title, message, (metadata ->> 'refused')::int as refused from ops_alerts where alert_type = 'source_silent' and metadata ->> 'door' = 'refused'`
  expect(raised).toEqual([
    {
      title: 'Nothing of telnyx at refused was taken for an hour',
      message: expect.stringContaining('20 were refused: look under «Quarantined»'),
      refused: 20,
    },
  ])
})

test('gaps name the calls without an end or analysis and the texts without a fate; what waits is told in minutes and money, by customer', async () => {
  const { phoneNumber, id } = await world.customer({ tier: 'core' })
  await world.owner`delete from call_events`
  await world.owner`delete from sms_events`
  const [going, over, full] = [1, 2, 3].map(() => retellCall({ to: phoneNumber, seconds: 60 }))
  for (const event of [going?.started, over?.ended, full?.ended, full?.analyzed]) await world.retell(event ?? '')
  await world.twilio('sms-status', { ...text(phoneNumber, '+14155550172', ''), MessageStatus: 'sent' })
  await world.process()
  await world.owner`update call_events set updated_at = now() - interval '3 hours', ended_at = ended_at - interval '3 hours'`
  await world.owner`update sms_events set updated_at = now() - interval '3 hours'`
  await arrive(phoneNumber, 2)
  await arrive(randomNumber())

  const { body } = await world.rest('GET', '/api/admin/webhook-gaps', { token: operator })

  const [tier] =
    await world.owner`select monthly_price_cents as price, call_cap_seconds::int as cap from tier_snapshots where tier = 'core' and effective_until is null`
  expect(body.missing).toMatchObject([
    { missing: 'analysis', found: 1, examples: [expect.stringMatching(/^cal_/)] },
    { missing: 'end', found: 1, examples: [expect.stringMatching(/^cal_/)] },
    { missing: 'status', found: 1, examples: [expect.stringMatching(/^msg_/)] },
  ])
  expect(body.backlog).toEqual([
    {
      customer: { id: `cus_${id.replaceAll('-', '')}`, businessName: 'Harbor Plumbing' },
      webhooks: 2,
      seconds: 120,
      segments: 0,
      cents: Math.round((120 * Number(tier?.price)) / Number(tier?.cap)),
    },
    { customer: null, webhooks: 1, seconds: 60, segments: 0, cents: 0 },
  ])
})

describe('secrets', () => {
  let admin: string
  let sources = 0
  beforeAll(async () => {
    admin = await world.signIn('admin')
  })
  const secrets = (path: string, body: object, token = admin) =>
    world.rest('POST', `/api/admin/webhook-secrets${path}`, { token, body })
  const made = async (door: string, body: object = {}) =>
    (await secrets('', { provider: 'standard', door, ...body })).body as { secret: { id: string }; generated: string }
  const aSource = () => `crm-${++sources}`
  /** Who signs by it is taken at the door. */
  const isTaken = async (door: string, secret: string, app = world.app) => {
    const body = '{"type":"crm.changed"}'
    const headers = standardHeaders(body, { id: `msg_${Math.random()}`, secret })
    const answer = await app.inject({ method: 'POST', url: `/webhooks/standard/${door}`, headers, payload: body })
    return answer.statusCode === 200
  }
  const standing = async (door: string) =>
    await world.owner`
      select name, not_after is null as stays, round(extract(epoch from not_after - now()) / 3600)::int as hours
      from webhook_sources where source = ${door} and (not_after is null or not_after > now()) order by created_at, id`

  test('one that is set counts at the open door at once, is shown once and rests nowhere as it is', async () => {
    const door = aSource()
    const { generated } = await made(door, { name: 'the new CRM' })
    await expect.poll(() => isTaken(door, generated)).toBe(true)

    const listed = await world.rest('GET', '/api/admin/webhook-sources', { token: operator })
    const item = listed.body.items.find((one: { door: string | null }) => one.door === door)
    expect(item.secrets).toMatchObject([{ name: 'the new CRM', notAfter: null, by: expect.stringMatching(/^user:/) }])
    const [row] = await world.owner`
      select action, subject, after, before from audit_log where subject = ${`source:standard/${door}`}`
    expect(row).toMatchObject({ action: 'webhooks.addSecret', after: { secret: 'the new CRM', isGenerated: true } })
    const [stored] = await world.owner`select secret_ciphertext as text from webhook_sources where source = ${door}`
    const bare = generated.slice('whsec_'.length)
    for (const shown of [JSON.stringify([listed.body, row]), stored?.text, world.logged.join('\n')])
      expect(shown).not.toContain(bare)
  })

  test('one that is replaced counts on for a day, one that is ended is refused at once, and what was refused is proven by the next', async () => {
    const door = aSource()
    const first = await made(door)
    const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    const rotated = await secrets(`/${first.secret.id}/rotate`, { secret: other, name: 'second' })
    await expect.poll(() => isTaken(door, other)).toBe(true)
    expect(await isTaken(door, first.generated)).toBe(true)
    expect(rotated.body).toMatchObject({ generated: null, secret: { name: 'second', notAfter: null } })
    expect(await standing(door)).toMatchObject([
      { stays: false, hours: 24 },
      { name: 'second', stays: true },
    ])

    expect((await secrets(`/${first.secret.id}/end`, {})).status).toBe(200)
    await expect.poll(() => isTaken(door, first.generated)).toBe(false)
    expect(await isTaken(door, other)).toBe(true)
    expect((await secrets(`/${first.secret.id}/end`, {})).status).toBe(409)

    // set again, it counts again, and what was refused meanwhile comes in
    expect((await secrets('', { provider: 'standard', door, secret: first.generated })).status).toBe(200)
    const proven = await world.rest('GET', '/api/admin/webhook-quarantine/preview?provider=standard', {
      token: operator,
    })
    expect(proven.body.provable).toBeGreaterThanOrEqual(1)
    const actions = await world.owner`
      select action from audit_log where subject = ${`source:standard/${door}`} order by created_at, id`
    expect(actions.map(({ action }) => action)).toEqual(
      ['addSecret', 'rotateSecret', 'endSecret', 'addSecret'].map((act) => `webhooks.${act}`),
    )
  })

  test('what was signed in a header that came twice is proven afterwards, too', async () => {
    const door = aSource()
    const body = JSON.stringify({ type: 'booking.created', door })
    const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
    const by = (secret: string) => Object.entries(standardHeaders(body, { id: door, secret }))
    const [pairs, others] = [by(secret), by(formsSecret).filter(([name]) => name === 'webhook-signature')]
    const incoming = {
      provider: 'standard' as const,
      door,
      url: `${publicUrl}/webhooks/standard/${door}`,
      remoteAddress: '127.0.0.1',
      rawHeaders: [...pairs, ...others].flat().map(String),
      headers: {},
      receivedAt: Date.now(),
    }
    expect(await receiveWebhook(world.inbox, incoming, Buffer.from(body))).toMatchObject({ verdict: 'secret_missing' })
    expect((await secrets('', { provider: 'standard', door, secret })).status).toBe(200)

    await world.rest('POST', '/api/admin/webhook-quarantine/reverify', {
      token: operator,
      body: { provider: 'standard' },
    })

    expect(await world.owner`select state, verdict from webhook_queue where door = ${door}`).toEqual([
      { state: 'received', verdict: 'verified' },
    ])
  })

  test('the process that was asked knows what was set, replaced or ended before it answers, whatever it hears of it', async () => {
    const deaf = await openSecrets({ ctx: world.ctx, live: { onChange: () => () => undefined } })
    const { app } = await buildApp({
      ...world,
      inbox: { ...world.inbox, secrets: deaf },
      log: world.ctx().log,
      ctx: (actor, request) => ({ ...world.ctx(), actor, requestId: request.id, address: request.address }),
    })
    const write = async (path: string, payload: object) => {
      const headers = { authorization: `Bearer ${admin}` }
      const answer = await app.inject({ method: 'POST', url: path, headers, payload })
      expect(answer.statusCode).toBe(200)
      return answer.json()
    }
    const door = aSource()
    const [second, third] = [7, 8].map((byte) => `whsec_${Buffer.alloc(24, byte).toString('base64')}`) as [
      string,
      string,
    ]
    try {
      const first = await write('/api/admin/webhook-secrets', { provider: 'standard', door })
      expect(await isTaken(door, first.generated, app)).toBe(true)
      const next = { secret: second, overlapHours: 0 }
      const rotated = await write(`/api/admin/webhook-secrets/${first.secret.id}/rotate`, next)
      expect([await isTaken(door, second, app), await isTaken(door, first.generated, app)]).toEqual([true, false])
      await write(`/api/admin/webhook-secrets/${rotated.secret.id}/end`, { evenIfLast: true })
      expect(await isTaken(door, second, app)).toBe(false)
      await write('/trpc/webhooks.secrets.add', { provider: 'standard', door, secret: third })
      expect(await isTaken(door, third, app)).toBe(true)
    } finally {
      await app.close()
    }
  })

  test('one whose time is over counts no more, though nobody who could be asked has said so since', async () => {
    const door = aSource()
    const first = await made(door)
    const other = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
    await secrets(`/${first.secret.id}/rotate`, { secret: other })
    await expect.poll(() => isTaken(door, other)).toBe(true)
    await world.owner.begin(async (sql) => {
      await sql`update webhook_sources set not_after = now() + interval '2 seconds' where source = ${door} and not_after is not null`
      await sql`select pg_notify('trunkline_live', '["secrets"]')`
    })

    await expect.poll(() => isTaken(door, first.generated), { timeout: 10_000 }).toBe(false)
    expect(await isTaken(door, other)).toBe(true)
  })

  test('of many who replace, set and end at once, one replaces, and never is there none that stays', async () => {
    for (let round = 0; round < 4; round++) {
      const door = aSource()
      const [old, beside] = [await made(door), await made(door)]
      const rotate = () => secrets(`/${old.secret.id}/rotate`, { overlapHours: 0 })
      const end = ({ secret }: typeof old) => secrets(`/${secret.id}/end`, {})
      const answers = await Promise.all([
        ...Array.from({ length: 8 }, rotate),
        end(old),
        end(beside),
        end(old),
        end(beside),
      ])

      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status !== 200 && status !== 409)).toEqual([])
      expect(statuses.slice(0, 8).filter((status) => status === 200).length).toBeLessThanOrEqual(1)
      expect((await standing(door)).filter(({ stays }) => stays).length).toBeGreaterThanOrEqual(1)
    }
    const door = aSource()
    const pair = [await made(door), await made(door)]
    const ended = await Promise.all(pair.map(({ secret }) => secrets(`/${secret.id}/end`, {})))
    expect(ended.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    expect(await standing(door)).toHaveLength(1)
  })

  test('the last one ends only where that is meant; what a person ended the environment does not bring back', async () => {
    const { body } = await world.rest('GET', '/api/admin/webhook-sources', { token: admin })
    const telnyx = body.items.find((one: { provider: string }) => one.provider === 'telnyx')
    const [{ id }] = telnyx.secrets
    const refused = await secrets(`/${id}/end`, {})
    expect(refused).toMatchObject({ status: 409, body: { error: { fields: { evenIfLast: expect.any(String) } } } })
    expect((await secrets(`/${id}/end`, { evenIfLast: true })).status).toBe(200)
    await bootstrapSources(world.ctx())
    expect((await loadSecrets(world.ctx())).telnyx).toEqual([])

    expect((await secrets('', { provider: 'telnyx', secret: world.env.telnyxKeys[0] })).status).toBe(200)
    expect((await loadSecrets(world.ctx())).telnyx.map(({ text }) => text)).toEqual(world.env.telnyxKeys)
  })

  test('only an administrator sets one; what is none is refused by code and field, and nothing is changed or told', async () => {
    const door = aSource()
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
    const { secret: first } = await made(door, { secret })
    const count = async () => (await world.owner`select count(*)::int as rows from webhook_sources`)[0]?.rows
    const before = await count()
    expect((await secrets('', { provider: 'retell', secret: 'a-secret-of-a-stranger' }, operator)).status).toBe(403)
    const said = async (path: string, body: object) => {
      const { status, body: answer } = await secrets(path, body)
      expect(JSON.stringify(answer)).not.toContain('short one')
      return [status, answer.error.code, Object.keys(answer.error.fields ?? {}).join()]
    }
    expect(await said('', { provider: 'retell', secret: 'short one' })).toEqual([400, 'invalid', 'secret'])
    expect(await said('', { provider: 'retell' })).toEqual([400, 'invalid', 'secret'])
    expect(await said('', { provider: 'retell', door: 'events', secret })).toEqual([400, 'invalid', 'door'])
    expect(await said('', { provider: 'standard' })).toEqual([400, 'invalid', 'door'])
    expect(await said('', { provider: 'standard', door: 'No Such' })).toEqual([400, 'invalid', 'door'])
    expect(await said('', { provider: 'standard', door, name: 'environment' })).toEqual([400, 'invalid', 'name'])
    expect(await said('', { provider: 'standard', door, secret })).toEqual([409, 'conflict', 'secret'])
    expect(await said(`/${first.id}/rotate`, { secret })).toEqual([409, 'conflict', 'secret'])
    expect(await said(`/${first.id}/rotate`, { overlapHours: 169 })).toEqual([400, 'invalid', 'overlapHours'])
    expect(await said(`/whs_${'0'.repeat(32)}/rotate`, {})).toEqual([404, 'not_found', ''])
    expect(await count()).toBe(before)
    for (let more = 0; more < 4; more++) await made(door)
    expect(await said('', { provider: 'standard', door })).toEqual([409, 'conflict', ''])
    expect(await standing(door)).toHaveLength(5)
  })
})
