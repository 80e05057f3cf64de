import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdings } from './holdings.ts'
import { newId } from './platform/id.ts'
import { exportHeld } from './platform/privacy/export.ts'
import { eraseAtOnce, eraseByWalking } from './platform/privacy/holding.ts'
import { retain } from './platform/privacy/retain.ts'
import { untilWaitedFor } from './testing/waited-for.ts'
import { openWorld, randomNumber, retellCall, type World } from './testing/world.ts'

let world: World
let admin: string
beforeAll(async () => {
  world = await openWorld()
  admin = await world.signIn('admin')
})
afterAll(() => world.close())

/** A customer with an owner who is signed in, a call and a text of a caller. */
async function busyCustomer(businessName: string) {
  const registered = await world.app.inject({
    method: 'POST',
    url: '/api/auth/register',
    remoteAddress: `10.9.${Math.floor(Math.random() * 250)}.1`,
    payload: {
      email: `${businessName.replaceAll(/\W/g, '').toLowerCase()}@private.example`,
      password: 'correct horse battery',
      firstName: 'Ada',
      lastName: `Of ${businessName}`,
      businessName,
      phone: randomNumber(),
    },
  })
  const { token, customer } = registered.json<{ token: string; customer: { id: string; contactPhone: string } }>()
  const [line, caller] = [randomNumber(), randomNumber()]
  await world.rest('POST', '/api/admin/agents', {
    token: admin,
    body: { customerId: customer.id, phoneNumber: line, provider: 'retell' },
  })
  const call = retellCall({ to: line, from: caller, seconds: 61 })
  await world.retell(call.started)
  await world.retell(call.ended)
  await world.retell(call.analyzed)
  await world.twilio('sms', {
    MessageSid: `SM${newId().replaceAll('-', '')}`,
    AccountSid: `AC${'0'.repeat(31)}1`,
    From: caller,
    To: line,
    Body: `The sink of ${businessName} is leaking`,
    NumSegments: '1',
  })
  await world.process()
  return { token, id: customer.id, contactPhone: customer.contactPhone, line, caller, call }
}

const uuidOf = (wire: string) => wire.slice(4)

async function planOf(id: string) {
  return (await world.rest('GET', `/api/admin/customers/${id}/deletion`, { token: admin })).body
}
const remove = (id: string, body: object, token = admin) =>
  world.rest('POST', `/api/admin/customers/${id}/deletion`, { token, body })

/** Every text of every table that holds this text. */
async function placesOf(text: string): Promise<string[]> {
  const tables = await world.owner<{ name: string }[]>`
    select relname as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind in ('r', 'p') and not relispartition order by relname`
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await world.owner.unsafe(
      `select 1 from ${name} as t where position($1 in to_jsonb(t)::text) > 0 limit 1`,
      [text],
    )
    if (rows.length > 0) found.push(name)
  }
  return found
}

test('every table that names a customer or one of its people is told what becomes of it', async () => {
  const named = await world.owner<{ table: string }[]>`
    select distinct class.relname as table from pg_attribute join pg_class as class on class.oid = attrelid
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind in ('r', 'p') and not relispartition and attname in ('customer_id', 'user_id') and attnum > 0`
  const told = new Set(holdings.filter(({ ofCustomer }) => ofCustomer).map(({ table }) => table))

  expect(named.map(({ table }) => table).filter((table) => !told.has(table))).toEqual([])
})

test('a plan says table by table what is shredded and what is kept, and changes nothing', async () => {
  const { id, line, caller } = await busyCustomer('Harbor Plumbing')

  const plan = await planOf(id)

  const rows = Object.fromEntries(
    plan.rows.map((row: { table: string; rows: number; fate: string }) => [row.table, [row.rows, row.fate]]),
  )
  expect(plan).toMatchObject({ businessName: 'Harbor Plumbing', numbers: [line], owners: 1 })
  expect(rows).toMatchObject({
    webhook_queue: [4, 'shredded'],
    call_events: [1, 'shredded'],
    sms_events: [1, 'shredded'],
    usage_entries: [2, 'kept'],
    agents: [1, 'shredded'],
    users: [1, 'shredded'],
    known_places: [2, 'removed'],
    customers: [1, 'shredded'],
    audit_log: [expect.any(Number), 'kept'],
  })
  expect(await placesOf(caller)).toContain('call_events')
})

test('a deleted customer leaves its figures, and nothing that says who it was or who called it', async () => {
  const { id, token, line, caller, contactPhone, call } = await busyCustomer('Golden Gate Drains')
  const ledger = () =>
    world.owner`select meter, quantity, period_start from usage_entries where customer_id = ${uuidOf(id)} order by id`
  const before = await ledger()
  const bytes = () =>
    world.owner`select body_sha256, body_bytes from webhook_queue where customer_id = ${uuidOf(id)} order by id`
  const hashes = await bytes()
  const { hash } = await planOf(id)

  const deleted = await remove(id, { hash, businessName: 'Golden Gate Drains' })
  await world.drainJobs()

  expect([deleted.status, deleted.body]).toEqual([200, { deleted: true }])
  for (const text of [caller.slice(1), line.slice(1), contactPhone.slice(1), 'Golden Gate', 'goldengatedrains'])
    expect([text, (await placesOf(text)).filter((table) => table !== 'audit_log')]).toEqual([text, []])
  // who did what to it stays, under its name and without numbers
  expect(await placesOf(caller.slice(1))).toEqual([])
  expect(await ledger()).toEqual(before)
  expect(before).toHaveLength(2)
  expect(await bytes()).toEqual(hashes)
  expect((await world.rest('GET', '/api/usage/status', { token })).status).toBe(401)
  const again = await remove(id, { hash, businessName: 'Golden Gate Drains' })
  expect([again.status, again.body.error.message]).toEqual([409, 'This customer is deleted'])
  const [event] =
    await world.owner`select seconds, from_number, facts from call_events where retell_call_id = ${call.id}`
  expect(event).toMatchObject({ seconds: 61, from_number: null })
  expect(JSON.stringify(event?.facts)).toContain('61000')

  const other = await busyCustomer('Summit Roofing')
  const line2 = await world.rest('POST', '/api/admin/agents', {
    token: admin,
    body: { customerId: other.id, phoneNumber: line, provider: 'retell' },
  })
  expect(line2.status).toBe(200)
})

test('after a deletion every row that names a customer has one', async () => {
  const references = await world.owner<{ table: string; column: string }[]>`
    select class.relname as table, attname as column from pg_attribute join pg_class as class on class.oid = attrelid
    join pg_namespace on pg_namespace.oid = relnamespace
    where nspname = 'public' and relkind in ('r', 'p') and not relispartition and attnum > 0
      and attname in ('customer_id', 'user_id')`
  const orphans: string[] = []
  for (const { table, column } of references) {
    const target = column === 'user_id' ? 'users' : 'customers'
    const rows = await world.owner.unsafe(
      `select 1 from ${table} as t where ${column} is not null and not exists (select 1 from ${target} where ${target}.id = t.${column}) limit 1`,
    )
    if (rows.length > 0) orphans.push(`${table}.${column}`)
  }

  expect(references.length).toBeGreaterThan(15)
  expect(orphans).toEqual([])
})

test('who has not seen how a customer stands now, or types another name, deletes nothing', async () => {
  const { id, token } = await busyCustomer('Evergreen Lawn')
  const { hash } = await planOf(id)
  await world.rest('POST', '/api/owners', { token, body: { email: 'second@private.example', name: 'Second' } })

  const stale = await remove(id, { hash, businessName: 'Evergreen Lawn' })
  const fresh = (await planOf(id)).hash
  const otherName = await remove(id, { hash: fresh, businessName: 'Evergreen' })
  const byOperator = await remove(id, { hash: fresh, businessName: 'Evergreen Lawn' }, await world.signIn('operator'))

  expect([stale.status, otherName.status, byOperator.status]).toEqual([409, 400, 403])
  expect(otherName.body.error.fields).toEqual({ businessName: 'is not the name of this customer' })
  expect((await world.rest('GET', '/api/usage/status', { token })).status).toBe(200)
})

test('of eight who delete a customer at once one does, and while one does nobody gives it a line', async () => {
  const { id } = await busyCustomer('Bright Smile Dental')
  const { hash } = await planOf(id)

  const answers = await Promise.all([
    ...Array.from({ length: 8 }, () => remove(id, { hash, businessName: 'Bright Smile Dental' })),
    world.rest('POST', '/api/admin/agents', {
      token: admin,
      body: { customerId: id, phoneNumber: randomNumber(), provider: 'retell' },
    }),
  ])

  const [line] = answers.slice(8)
  const deletions = answers.slice(0, 8).filter(({ status }) => status === 200).length
  // the line came first and then nobody had seen it, or it came too late
  expect([deletions, line?.status]).toBeOneOf([
    [1, 404],
    [0, 200],
  ])
  const lines = await world.owner`
    select count(*)::int as lines from agents where customer_id = ${uuidOf(id)} and phone_number is not null`
  expect(lines).toEqual([{ lines: deletions === 1 ? 0 : 2 }])
})

test('a deletion whose job stopped half way is ended by the repetition of the job', async () => {
  const { id, caller } = await busyCustomer('Capital Movers')
  const { hash } = await planOf(id)
  await world.owner.unsafe(`
    create function stop_here() returns trigger language plpgsql as $$ begin raise exception 'stopped'; end $$;
    create trigger stop_here before update on sms_events for each row execute function stop_here()`)
  await remove(id, { hash, businessName: 'Capital Movers' })
  await world.drainJobs()
  const half = await placesOf(caller.slice(1))
  await world.owner.unsafe('drop trigger stop_here on sms_events')
  await expect.poll(() => placesOf(caller.slice(1)), { timeout: 20_000 }).toEqual([])

  expect(half).toEqual(['sms_events'])
  const later = await world.owner`
    select count(*)::int as jobs from pgboss.job where name = 'onboarding.shredCustomer' and state = 'created'
      and data ->> 'customerId' = ${newUuid(id)}`
  expect(later).toEqual([{ jobs: 2 }])
})

const newUuid = (wire: string) => uuidOf(wire).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

test('a number is planned, then erased wherever it stands; amounts and hashes stay, and no queue has read it', async () => {
  const { caller, id } = await busyCustomer('Rapid Locksmith')
  const ask = (path: string, body: object, token = admin) =>
    world.rest('POST', `/api/admin/privacy/${path}`, { token, body })

  const plan = (await ask('erasures/plan', { phoneNumber: caller })).body
  const used = await world.owner`select * from usage_entries where customer_id = ${uuidOf(id)}`
  const stale = await ask('erasures', { phoneNumber: caller, hash: '0'.repeat(64) })
  const erased = await ask('erasures', { phoneNumber: caller, hash: plan.hash })
  const queued = await world.owner`select 1 from pgboss.job where position(${caller.slice(1)} in data::text) > 0`
  await world.drainJobs()

  expect(plan.rows.filter(({ rows }: { rows: number }) => rows > 0)).toMatchObject([
    { table: 'webhook_queue', rows: 4 },
    { table: 'call_events', rows: 1 },
    { table: 'sms_events', rows: 1 },
  ])
  expect([stale.status, erased.status, erased.body]).toEqual([409, 200, { rows: 6 }])
  expect([queued.length, await placesOf(caller.slice(1)), await placesOf('The sink of Rapid')]).toEqual([0, [], []])
  expect(await world.owner`select * from usage_entries where customer_id = ${uuidOf(id)}`).toEqual(used)
  const [audited] = await world.owner`select subject, after from audit_log where action = 'privacy.erase'`
  expect(audited?.subject).toMatch(/^number:\+\d\d•••\d\d$/)
  expect((await ask('erasures/plan', { phoneNumber: caller }, await world.signIn('operator'))).status).toBe(403)
})

test('a line of ours is no caller: it is refused', async () => {
  const { line } = await busyCustomer('Lakeside Realty')

  const refused = await world.rest('POST', '/api/admin/privacy/erasures/plan', {
    token: admin,
    body: { phoneNumber: line },
  })

  expect([refused.status, refused.body.error.fields]).toEqual([409, { phoneNumber: 'is a line of ours' }])
})

test('a number is found and erased in whatever form it was written, in what is processed, dead, quarantined or binary', async () => {
  const { id, line } = await busyCustomer('Spelled Out')
  const caller = '+13125559177'
  const forms = [
    '+1 (312) 555-9177',
    '312.555.9177',
    '%2B1+312+555+9177',
    '(312)5559177',
    String.raw`312\u00a0555\u20119177`,
  ]
  const keep = async (state: string, body: string, encoding = 'utf8') =>
    await world.owner`
      insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, next_attempt_at)
      values (${newId()}, 'retell', 'events', 'x', 'x', '[]', ${body}, ${encoding}, 5, '\\x00',
        'verified', ${state}, now(), now() + interval '1 year')`
  for (const [at, form] of forms.entries())
    await keep(['processed', 'dead', 'quarantined'][at % 3] ?? '', `said: my number is ${form}.`)
  await keep('dead', Buffer.from(`\0\x01 ${forms[0]}\0\xff`, 'latin1').toString('base64'), 'base64')
  await keep('dead', 'said: 1312555917700 and +44 312 555 9177')
  const sid = `SM${newId().replaceAll('-', '')}`
  const [from, Body] = [randomNumber(), 'Call my sister: (312) 555-9177']
  await world.twilio('sms', {
    MessageSid: sid,
    AccountSid: `AC${'0'.repeat(31)}1`,
    From: from,
    To: line,
    Body,
    NumSegments: '1',
  })
  await world.process()
  world.faults.track({ error: new Error('312/555/9177 is broken'), source: 'api', where: 'spelled' })
  await world.faults.flush()
  await world.owner`update error_logs set input = '312_555_9177' where place = 'spelled'`
  const ask = (path: string, body: object) => world.rest('POST', `/api/admin/privacy/${path}`, { token: admin, body })

  const plan = (await ask('erasures/plan', { phoneNumber: caller })).body
  const erased = await ask('erasures', { phoneNumber: caller, hash: plan.hash })
  await world.drainJobs()

  const rows = Object.fromEntries(plan.rows.map(({ table, rows }: { table: string; rows: number }) => [table, rows]))
  expect(rows).toMatchObject({ webhook_queue: 7, sms_events: 1, error_logs: 1 })
  expect(erased.status).toBe(200)
  for (const text of [...forms, '555-9177', '312_555']) expect([text, await placesOf(text)]).toEqual([text, []])
  expect(await placesOf('1312555917700')).toEqual(['webhook_queue'])
  expect(
    (await ask('erasures/plan', { phoneNumber: caller })).body.rows.filter((row: { rows: number }) => row.rows > 0),
  ).toEqual([])
  expect(
    await world.owner`select segments from sms_events where customer_id = ${uuidOf(id)} and body is null`,
  ).toHaveLength(1)
})

test('what arrives or waits about somebody who was erased is charged, and nothing of it is kept', async () => {
  const { id, line, caller } = await busyCustomer('Comes Back')
  const ask = (path: string, body: object) => world.rest('POST', `/api/admin/privacy/${path}`, { token: admin, body })
  const text = (Body: string, numbers: { From: string; To: string }) =>
    world.twilio('sms', {
      ...numbers,
      MessageSid: `SM${newId().replaceAll('-', '')}`,
      AccountSid: `AC${'0'.repeat(31)}1`,
      Body,
      NumSegments: '1',
    })
  const used = async () =>
    (
      await world.owner`select coalesce(sum(quantity), 0)::int as used from usage_entries where customer_id = ${uuidOf(id)}`
    )[0]?.used
  await text('ItWaits', { From: caller, To: line })
  const before = await used()

  const plan = (await ask('erasures/plan', { phoneNumber: caller })).body
  await ask('erasures', { phoneNumber: caller, hash: plan.hash })
  await world.drainJobs()
  const waiting = await placesOf('ItWaits')
  await world.process()
  const again = retellCall({ to: line, from: caller, seconds: 61 })
  await world.retell(again.started)
  await world.retell(again.ended)
  await text('ItComesLater', { From: caller, To: line })
  await world.process()
  await world.retell(again.analyzed)
  await text('ForNobody', { From: '+13125559100', To: caller })
  await world.process()

  expect(plan.rows).toContainEqual(expect.objectContaining({ table: 'webhook_queue', rows: 5 }))
  expect(waiting).toEqual(['webhook_queue'])
  expect(await used()).toBe(before + 1 + 61 + 1)
  for (const said of [caller.slice(1), 'ItWaits', 'ItComesLater', 'ForNobody'])
    expect([said, await placesOf(said)]).toEqual([said, []])
  const [call] =
    await world.owner`select seconds, transcript, summary, from_number from call_events where retell_call_id = ${again.id}`
  expect(call).toEqual({ seconds: 61, transcript: null, summary: null, from_number: null })
  expect(
    await world.owner`select 1 from unknown_phone where phone_number like 'erased:%' and resolved_at is null`,
  ).toHaveLength(1)
  expect(JSON.stringify(await world.owner`select encode(mark, 'hex') as mark from erased_subjects`)).not.toContain(
    caller.slice(2),
  )
})

test('a number that became a line of ours after it was erased is a customer’s, and what is said on it is kept', async () => {
  const { caller } = await busyCustomer('Was a caller')
  const ask = (path: string, body: object) => world.rest('POST', `/api/admin/privacy/${path}`, { token: admin, body })
  const { hash } = (await ask('erasures/plan', { phoneNumber: caller })).body
  await ask('erasures', { phoneNumber: caller, hash })
  await world.drainJobs()
  await world.customer({ phoneNumber: caller })

  const call = retellCall({ to: caller, from: randomNumber(), seconds: 30 })
  await world.retell(call.ended)
  await world.process()

  const [kept] = await world.owner`select to_number from call_events where retell_call_id = ${call.id}`
  expect(kept).toEqual({ to_number: caller })
})

test('a webhook whose bytes were erased is not replayed', async () => {
  const { caller, call } = await busyCustomer('Corner Bakery')
  const [webhook] = await world.owner`select id from webhook_queue where position(${call.id} in body) > 0 limit 1`
  const { hash } = (
    await world.rest('POST', '/api/admin/privacy/erasures/plan', { token: admin, body: { phoneNumber: caller } })
  ).body
  await world.rest('POST', '/api/admin/privacy/erasures', { token: admin, body: { phoneNumber: caller, hash } })
  await world.drainJobs()

  const replay = await world.rest('POST', `/api/admin/webhook-queue/whk_${webhook?.id.replaceAll('-', '')}/replay`, {
    token: admin,
    body: {},
  })

  expect([replay.status, replay.body.error.message]).toEqual([
    409,
    'Its bytes were erased, so there is nothing to replay',
  ])
})

test('everything about a customer or a number is handed out line by line, without a secret, and that is written down', async () => {
  const { id, caller } = await busyCustomer('Old Town Dental')
  const fetchAll = (payload: object, token = admin) =>
    world.app.inject({
      method: 'POST',
      url: '/api/admin/privacy/export',
      headers: { authorization: `Bearer ${token}` },
      payload,
    })

  const ofCustomer = await fetchAll({ customerId: id })
  const ofNumber = await fetchAll({ phoneNumber: caller })

  const lines = ofCustomer.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.at(-1)).toEqual({ end: true, rows: lines.length - 2 })
  const tables = new Set(lines.map(({ table }) => table))
  expect([...tables]).toEqual(
    expect.arrayContaining(['webhook_queue', 'call_events', 'usage_entries', 'users', 'customers']),
  )
  expect(ofCustomer.body).not.toMatch(/password_hash|token_hash|key_hash|secret_ciphertext/)
  expect(ofCustomer.body).toContain('The sink of Old Town')
  const seen = ofNumber.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).table)
  expect(seen.filter(Boolean).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    'call_events',
    'sms_events',
    ...Array.from({ length: 4 }, () => 'webhook_queue'),
  ])
  expect((await fetchAll({ customerId: id }, await world.signIn('operator'))).statusCode).toBe(403)
  expect([
    (await fetchAll({})).statusCode,
    (await fetchAll({ customerId: id, phoneNumber: caller })).statusCode,
  ]).toEqual([400, 400])
  const audited = await world.owner`select subject from audit_log where action = 'privacy.export' order by id`
  expect(audited.map(({ subject }) => subject)).toEqual([id, expect.stringMatching(/^number:\+\d\d•••/)])
})

test('an export is read as it is handed out: who stops reading stops it', async () => {
  const { id } = await busyCustomer('Pine Street Dental')
  const lines = exportHeld(world.ctx(), holdings, { customerId: newUuid(id) })

  expect((await lines.next()).value).toContain('"about"')
  expect((await lines.return(undefined)).done).toBe(true)
})

test('bytes, events and audit rows leave when their time is over, and not before; what still waits is not touched', async () => {
  const { id, caller } = await busyCustomer('Grand Hotel')
  const at = (days: number) => new Date(Date.now() + days * 86_400_000)
  const held = async () => {
    const [row] = await world.owner`
      select (select count(*)::int from webhook_queue where customer_id = ${uuidOf(id)} and shredded_at is null) as bytes,
        (select count(*)::int from call_events where customer_id = ${uuidOf(id)} and shredded_at is null) as calls`
    return row
  }

  await retain(world.ctx({ now: at(89) }), holdings)
  expect(await held()).toEqual({ bytes: 4, calls: 1 })
  const waiting = newId()
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, next_attempt_at)
    values (${waiting}, 'retell', 'events', 'x', 'x', '[]', 'waits', 'utf8', 5, '\\x00', 'verified', 'failed', now(), now() + interval '1 year')`
  await retain(world.ctx({ now: at(91) }), holdings)
  await retain(world.ctx({ now: at(91) }), holdings)
  expect(await held()).toEqual({ bytes: 0, calls: 1 })
  expect(await world.owner`select body from webhook_queue where id = ${waiting}`).toEqual([{ body: 'waits' }])
  expect(await placesOf(caller.slice(1))).toEqual(['call_events', 'sms_events'])
  await world.owner`update webhook_queue set state = 'processed' where id = ${waiting}`
  await retain(world.ctx({ now: at(25 * 31) }), holdings)

  expect(await held()).toEqual({ bytes: 0, calls: 0 })
  expect(await world.owner`select body, body_bytes from webhook_queue where id = ${waiting}`).toEqual([
    { body: '', body_bytes: 5 },
  ])
  expect(await placesOf(caller.slice(1))).toEqual([])
})

test('a webhook that waits for long keeps its own bytes and no others; once it is done it is shredded too', async () => {
  await world.owner`delete from retention_marks`
  const ids = ['0190b6e2-8c4a', '0190b6e2-8c4b', '0190b6e2-8c4c', '0190b6e2-8c4d'].map((time) =>
    newId().replace(/^.{8}-.{4}/, time),
  )
  const [first, paused, , alsoPaused] = ids
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select id::uuid, 'retell', 'events', 'x', 'x', '[]', 'told', 'utf8', 4, '\\x00', 'verified',
      case when id in (${paused ?? ''}, ${alsoPaused ?? ''}) then 'received' else 'processed' end, now()
    from unnest(${ids}::text[]) as old (id)`
  const kept = async () => {
    const rows =
      await world.owner`select id from webhook_queue where id = any (${ids}::uuid[]) and body <> '' order by id`
    return rows.map(({ id }) => id)
  }
  const sweep = () => Promise.all([1, 2].map(() => retain(world.ctx(), holdings)))

  await sweep()
  expect(await kept()).toEqual([paused, alsoPaused])
  await world.owner`update webhook_queue set state = 'processed' where id = ${alsoPaused ?? ''}`
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select ${first?.replace('8c4a', '8c4e') ?? ''}, provider, door, url, remote_address, headers, 'told', body_encoding, body_bytes, body_sha256, verdict, 'processed', received_at
    from webhook_queue where id = ${first ?? ''}`
  await sweep()
  const [late] = await world.owner`select body from webhook_queue where id = ${first?.replace('8c4a', '8c4e') ?? ''}`
  expect(late).toEqual({ body: '' })
  await world.owner`update webhook_queue set state = 'processed' where id = ${paused ?? ''}`
  await sweep()
  expect(await kept()).toEqual([])
})

test('a dead webhook keeps its bytes until somebody has replayed it, however old; what else is old leaves though that is never', async () => {
  await world.owner`delete from retention_marks`
  const ids = ['0190b6e2-8c4a', '0190b6e2-8c4b', '0190b6e2-8c4c', '0190b6e2-8c4d'].map((time) =>
    newId().replace(/^.{8}-.{4}/, time),
  )
  const [never, replayed, processed, erased] = ids as [string, string, string, string]
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, last_error)
    select id::uuid, 'retell', 'events', 'x', 'x', '[]', 'told', 'utf8', 4, '\\x00', 'verified',
      case when id = ${processed} then 'processed' else 'dead' end, now(), 'why'
    from unnest(${ids}::text[]) as old (id)`
  await world.owner`update webhook_queue set body = '', shredded_at = now() where id = ${erased}`
  const kept = async () => {
    const rows =
      await world.owner`select id, last_error from webhook_queue where id = any (${ids}::uuid[]) and body <> '' order by id`
    return rows.map(({ id, last_error }) => [id, last_error])
  }

  for (let nth = 0; nth < 2; nth++) await retain(world.ctx(), holdings)
  expect(await kept()).toEqual([
    [never, 'why'],
    [replayed, 'why'],
  ])
  await world.owner`update webhook_queue set state = 'processed' where id = ${replayed}`
  await retain(world.ctx(), holdings)
  expect(await kept()).toEqual([[never, 'why']])
  await world.owner`update webhook_queue set state = 'processed' where id = ${never}`
  await retain(world.ctx(), holdings)
  expect(await kept()).toEqual([])
  const [{ through_id: through } = { through_id: '' }] =
    await world.owner`select through_id from retention_marks where kind = 'webhook_queue'`
  expect(through >= erased).toBe(true)
})

test('however many shred at once from the very beginning, none is in the way of another', async () => {
  for (let round = 0; round < 10; round++) {
    await world.owner`delete from retention_marks`
    await world.owner`
      insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
      select overlay(gen_random_uuid()::text placing '0190b6e2-8c4a-7' from 1 for 15)::uuid, 'retell', 'events', 'x', 'x', '[]', 'told', 'utf8', 4, '\\x00',
        'verified', case when nth % 20 = 10 then 'received' else 'processed' end, now()
      from generate_series(1, 40) as nth`
    await Promise.all([1, 2, 3, 4].map(() => retain(world.ctx(), holdings)))
  }
  const left =
    await world.owner`select distinct state from webhook_queue where id < '0190b6e2-8c4b-7000-8000-000000000000' and body <> ''`
  expect(left).toEqual([{ state: 'received' }])
})

/** A webhook of long ago that speaks of this number, and what is left of it after somebody has brought it back to life meanwhile. */
async function revivedDuring(was: 'dead' | 'quarantined', phoneNumber: string, shred: () => Promise<unknown>) {
  const id = newId().replace(/^.{8}-.{4}/, '0190b6e2-8c4a')
  await world.owner`
    insert into webhook_queue (id, provider, door, phone_number, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    values (${id}, 'retell', 'events', ${phoneNumber}, 'x', 'x', '[]', 'it is not counted yet', 'utf8', 21, '\\x00', 'verified', ${was}, now())`
  await world.owner`delete from retention_marks`
  let shredding: Promise<unknown> = Promise.resolve()
  await world.owner.begin(async (sql) => {
    await sql`update webhook_queue set state = 'failed', next_attempt_at = now() + interval '1 year' where id = ${id}`
    shredding = shred()
    await untilWaitedFor(sql)
  })
  await shredding
  const bodyNow = async () => (await world.owner`select body from webhook_queue where id = ${id}`)[0]?.body
  const whileItWaits = await bodyNow()
  await world.owner`update webhook_queue set state = 'processed', next_attempt_at = null where id = ${id}`
  await shred()
  return [whileItWaits, await bodyNow()]
}

test('what comes back to life while the sweep is at it is shredded when it has been done, and not before', async () => {
  expect(await revivedDuring('quarantined', randomNumber(), () => retain(world.ctx(), holdings))).toEqual([
    'it is not counted yet',
    '',
  ])
})

test('what comes back to life while somebody is erased is shredded when it has been done, and not before', async () => {
  const phoneNumber = randomNumber()

  const bodies = await revivedDuring('dead', phoneNumber, () => eraseByWalking(world.ctx(), holdings, { phoneNumber }))

  expect(bodies).toEqual(['it is not counted yet', ''])
})

test('how long content is kept is said on screen, within its bounds; what the next sweep would take is counted before', async () => {
  const get = async (path: string) =>
    (await world.rest('GET', `/api/admin/privacy/retention${path}`, { token: admin })).body
  const set = (body: object, token = admin) => world.rest('POST', '/api/admin/privacy/retention', { token, body })
  const old = newId()
  const oldId = old.replace(/^.{8}-.{4}/, '0190b6e2-8c4a')
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    values (${oldId}, 'retell', 'events', 'x', 'x', '[]', 'old bytes', 'utf8', 9, '\\x00', 'verified', 'processed', now())`
  await world.owner`delete from retention_marks`

  const tooShort = await set({ bytes: 3, events: 1, audit: 2 })
  const dueOf = async (bytes: number) => {
    const { rows } = await get(`/preview?bytes=${bytes}&events=24&audit=24`)
    return rows.find(({ table }: { table: string }) => table === 'webhook_queue').rows
  }
  const due = [await dueOf(3650), await dueOf(90)]
  const saved = await set({ bytes: 30, events: 24, audit: 24 })
  const shown = await get('')
  await retain(world.ctx(), holdings)

  expect([tooShort.status, Object.keys(tooShort.body.error.fields)]).toEqual([400, ['bytes', 'events', 'audit']])
  expect(due).toEqual([0, 1])
  expect(await dueOf(90)).toBe(0)
  expect(saved.body).toEqual(shown)
  expect(shown.kinds[0]).toMatchObject({
    kind: 'bytes',
    amount: 30,
    default: 90,
    least: 7,
    updatedBy: expect.stringMatching(/^user:/),
  })
  expect(await world.owner`select body from webhook_queue where id = ${oldId}`).toEqual([{ body: '' }])
  const [row] = await world.owner`select before, after from audit_log where action = 'privacy.set_retention'`
  expect(row).toEqual({ before: { bytes: 90 }, after: { bytes: 30 } })
  await set({ bytes: 90, events: 24, audit: 24 })
  expect(await world.owner`select * from retention_settings`).toEqual([])
  expect((await set({ bytes: 30, events: 24, audit: 24 }, await world.signIn('operator'))).status).toBe(403)
})

test('an audit row leaves after two years, and no younger one whatever the application asks', async () => {
  await world.owner`
    insert into audit_log (id, actor, request_id, action, subject, created_at)
    values (${newId()}, 'system:test', 'x', 'test.old', 'x', now() - interval '25 months'),
      (${newId()}, 'system:test', 'x', 'test.young', 'x', now() - interval '23 months'),
      (${newId()}, 'system:test', 'x', 'test.newest', 'x', now() - interval '11 months')`

  await retain(world.ctx(), holdings)
  const left = await world.owner`select action from audit_log where action like 'test.%' order by action`
  expect(left.map(({ action }) => action)).toEqual(['test.newest', 'test.young'])
  await world.db.execute(`select forget_audit(now(), 1000)`)
  const last = await world.owner`select action from audit_log where action like 'test.%'`
  expect(last.map(({ action }) => action)).toEqual(['test.newest'])
})

test('a rule that breaks undoes the whole deletion', async () => {
  const { id } = await busyCustomer('River Spa')
  const before = await world.owner`select status, business_name from customers where id = ${uuidOf(id)}`
  await world.owner.unsafe(`
    create function refuse_it() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_it before update on customers for each row execute function refuse_it()`)
  const { hash } = await planOf(id)
  const broken = await remove(id, { hash, businessName: 'River Spa' })
  await world.owner.unsafe('drop trigger refuse_it on customers')

  expect(broken.status).toBe(500)
  expect(await world.owner`select status, business_name from customers where id = ${uuidOf(id)}`).toEqual(before)
  const open = await world.owner`
    select count(*)::int as open from active_sessions join users on users.id = user_id
    where customer_id = ${uuidOf(id)} and revoked_at is null`
  expect(open).toEqual([{ open: 1 }])
  await eraseAtOnce(world.ctx(), holdings, { customerId: newUuid(id) })
})
