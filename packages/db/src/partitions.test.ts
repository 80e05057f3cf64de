import postgres from 'postgres'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Expiry } from './partition-expiry.ts'
import { maintainPartitions, makeFirstPartitions } from './partitions.ts'
import { type TestDatabase, testDatabase } from './testing/postgres.ts'

let database: TestDatabase
let sql: postgres.Sql
beforeEach(async () => {
  database = await testDatabase()
  sql = postgres(database.url, { max: 3, onnotice: () => undefined })
})
afterEach(async () => {
  await sql.end()
  await database.drop()
})

const november = new Date('2026-11-12T10:00:00Z')
const maintain = (over: { now?: Date; expiries?: Expiry[] } = {}) =>
  maintainPartitions(database.url, { now: november, monthsAhead: 2, expiries: [], ...over })

/** A webhook that came at a moment of a UTC day. */
async function store(
  day: string,
  state = 'processed',
  over: { shredded?: boolean; by?: postgres.ReservedSql } = {},
): Promise<string> {
  const ms = Date.parse(`${day}T12:00:00Z`).toString(16).padStart(12, '0')
  const [row] = await (over.by ?? sql)<[{ id: string }]>`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state,
      received_at, shredded_at)
    values ((${ms}::text || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid, 'retell', 'events', 'x', 'x', '[]', 'x',
      'utf8', 1, '\\x00', 'verified', ${state}, ${day}, ${over.shredded === false ? null : day})
    returning id`
  return row.id
}
const placeOf = async (id: string) => {
  const [row] = await sql`select tableoid::regclass::text as place from webhook_queue where id = ${id}`
  return row?.place
}

test('on a new database this month and the next have their partitions before the first row, also on the first day, whoever starts beside', async () => {
  const day = new Date('2026-11-01T00:10:00Z')
  const made = await Promise.all([1, 2, 3].map(() => makeFirstPartitions(database.url, day)))

  expect(made.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, 0, 8])
  expect(await placeOf(await store('2026-11-01'))).toBe('webhook_queue_2026_11')
  expect(await placeOf(await store('2026-12-31'))).toBe('webhook_queue_2026_12')
  expect((await maintain())?.made).toEqual(
    ['call_events', 'sms_events', 'usage_entries', 'webhook_queue'].map((table) => `${table}_2027_01`),
  )
  expect(await makeFirstPartitions(database.url, new Date('2027-05-02Z'))).toEqual([])
})

test('a database that has begun without partitions is left to the nightly run', async () => {
  await store('2026-11-03')
  const made = await makeFirstPartitions(database.url, november)
  expect(made.filter((name) => name.startsWith('webhook_queue'))).toEqual([])
  expect(made).toHaveLength(6)
})

test('a start waits for nobody who has locked a table: what it would have made is left to the nightly run', async () => {
  const made = await sql.begin(async (locking) => {
    await locking`lock table webhook_queue in access exclusive mode`
    return await makeFirstPartitions(database.url, november)
  })
  expect(made.filter((name) => name.startsWith('webhook_queue'))).toEqual([])
  expect(made).toHaveLength(6)
  expect((await maintain())?.made).toContain('webhook_queue_2026_11')
})

test('partitions stand before they are needed, rows go where their month is, and a second run makes nothing', async () => {
  const first = await maintain()
  expect(first?.faults).toEqual([])
  expect(first?.made).toEqual(
    ['call_events', 'sms_events', 'usage_entries', 'webhook_queue'].flatMap((table) =>
      ['2026_11', '2026_12', '2027_01'].map((month) => `${table}_${month}`),
    ),
  )
  expect(await maintain()).toEqual({ made: [], dropped: [], deleted: 0, faults: [], locked: [] })
  expect(await placeOf(await store('2026-11-30'))).toBe('webhook_queue_2026_11')
  expect(await placeOf(await store('2026-12-01'))).toBe('webhook_queue_2026_12')
  expect(await placeOf(await store('2026-10-31'))).toBe('webhook_queue_default')
  expect((await maintain({ now: new Date('2026-12-02Z') }))?.made).toContain('webhook_queue_2027_02')

  // what the application may do goes by the table alone: no partition is a door of its own
  const grants = await sql`
    select relname from pg_class, aclexplode(relacl) where relnamespace = 'public'::regnamespace and relispartition and grantee::regrole::text like 'trunkline%'`
  expect(grants).toEqual([])
  const indexes = await sql`
    select relid::regclass::text as part, count(*)::int as indexes from pg_partition_tree('webhook_queue') join pg_index on indrelid = relid
    where isleaf group by 1`
  expect(new Set(indexes.map((row) => row.indexes)).size).toBe(1)
  // a page keeps room for what becomes of a call, in whatever month
  const settings = await sql`
    select distinct reloptions from pg_partition_tree('call_events') join pg_class on pg_class.oid = relid where isleaf`
  expect(settings).toEqual([{ reloptions: ['fillfactor=60'] }])
})

test('what DEFAULT has begun to hold stays there, and partitions begin with the next month', async () => {
  const old = await store('2026-11-03')
  const maintained = await maintain()
  expect(maintained?.faults).toEqual([])
  expect(maintained?.made.filter((name) => name.startsWith('webhook_queue'))).toEqual([
    'webhook_queue_2026_12',
    'webhook_queue_2027_01',
    'webhook_queue_2027_02',
  ])
  expect(await placeOf(old)).toBe('webhook_queue_default')
})

test('rows in DEFAULT that have a partition’s time are told of, and so is an index that is not valid', async () => {
  await store('2026-11-03')
  await store('2027-01-05')
  const maintained = await maintain()
  expect(maintained?.faults).toEqual([
    { table: 'webhook_queue', what: 'DEFAULT holds rows of webhook_queue_2027_01, which could not be made' },
    { table: 'webhook_queue', what: 'DEFAULT takes rows though partitions stand since webhook_queue_2026_12' },
  ])
  const left = await sql`select conname from pg_constraint where conname like '%elsewhere'`
  expect(left).toEqual([])

  await sql`update pg_index set indisvalid = false where indexrelid = 'call_events_2026_12_pkey'::regclass`
  expect((await maintain())?.faults).toContainEqual({
    table: 'call_events',
    what: 'the index call_events_2026_12_pkey is not valid',
  })
})

test('an index that is not valid is told of also where the table has no partitions', async () => {
  await sql`update pg_index set indisvalid = false where indexrelid = 'idempotency_keys_pkey'::regclass`

  const { faults } = (await maintain()) ?? {}

  expect(faults).toEqual([{ table: 'idempotency_keys', what: 'the index idempotency_keys_pkey is not valid' }])
})

test('while somebody holds a lock others go on within a second, and the partition is made when he is done', async () => {
  await store('2026-11-03')
  const holder = await sql.reserve()
  await holder`begin`
  await holder`select count(*) from webhook_queue`
  const running = maintain()
  // whoever waits longer than a second for a lock is refused
  const writer = await sql.reserve()
  await writer`set lock_timeout = '1s'`
  for (let nth = 0; nth < 8; nth++) await store('2026-11-04', 'processed', { by: writer })
  writer.release()
  const [made] =
    await sql`select count(*)::int as partitions from pg_inherits where inhparent = 'webhook_queue'::regclass`
  expect(made?.partitions).toBe(1)
  await holder`commit`
  holder.release()
  expect((await running)?.made).toContain('webhook_queue_2026_12')
})

test('while the partition of the month under way is made nothing of that month is refused, and DEFAULT keeps what came', async () => {
  await store('2026-10-03')
  const analyzing = await sql.reserve()
  await analyzing`begin`
  await analyzing`lock table only webhook_queue in share update exclusive mode`
  const running = maintain()
  await expect
    .poll(async () => {
      const [waiting] = await sql`
        select count(*)::int as many from pg_locks where relation = 'webhook_queue'::regclass and not granted`
      return waiting?.many
    })
    .toBe(1)

  const came = await store('2026-11-12')
  await analyzing`commit`
  analyzing.release()

  expect(await running).toMatchObject({ faults: [], locked: [] })
  expect(await placeOf(came)).toBe('webhook_queue_default')
  expect(await placeOf(await store('2026-12-12'))).toBe('webhook_queue_2026_12')
})

test('a table that somebody holds locked keeps the others waiting for nothing, and is told of before a row misses its month', async () => {
  const whileLocked = async () =>
    await sql.begin(async (locking) => {
      await locking`lock table call_events in access exclusive mode`
      return await maintain()
    })
  // a run that could not take it back
  await sql`alter table call_events_default add constraint call_events_2027_01_is_elsewhere check (id < '019b0000-0000-0000-0000-000000000000')`
  const first = await whileLocked()
  const made = new Set(first?.made.map((name) => name.replace(/_\d{4}_\d{2}$/, '')))
  expect([...made]).toEqual(['sms_events', 'usage_entries', 'webhook_queue'])
  const fault = 'call_events_2027_01 does not stand yet, and the table is locked night after night'
  const refusing = 'DEFAULT refuses rows until its constraint call_events_2027_01_is_elsewhere is dropped'
  expect(first).toMatchObject({
    locked: ['call_events'],
    faults: [fault, refusing].map((what) => ({ table: 'call_events', what })),
  })

  expect(await maintain()).toMatchObject({ locked: [], faults: [] })
  expect(await whileLocked()).toMatchObject({ locked: ['call_events'], faults: [] })
})

test('a month that has had its time goes as a whole; one with a row that is not done stays and is told of', async () => {
  const keptFrom = new Date('2027-08-01Z')
  const expiries = [
    { table: 'webhook_queue', keptFrom, forbids: `state in ('received', 'failed', 'dead') or shredded_at is null` },
  ]
  await maintain()
  await maintain({ now: new Date('2027-01-05Z') })
  const [done, poison, bytes, fresh] = [
    await store('2026-11-20'),
    await store('2026-12-20', 'dead'),
    await store('2027-01-20', 'processed', { shredded: false }),
    await store('2027-02-20'),
  ]
  const now = new Date('2027-12-05Z')
  const maintained = await maintain({ now, expiries })
  expect(maintained?.dropped).toEqual(['webhook_queue_2026_11', 'webhook_queue_2027_02', 'webhook_queue_2027_03'])
  expect(maintained?.faults).toEqual([
    { table: 'webhook_queue', what: 'webhook_queue_2026_12 has had its time and holds rows that are not done' },
    { table: 'webhook_queue', what: 'webhook_queue_2027_01 has had its time and holds rows that are not done' },
  ])
  expect(await Promise.all([done, poison, bytes, fresh].map(placeOf))).toEqual([
    undefined,
    'webhook_queue_2026_12',
    'webhook_queue_2027_01',
    undefined,
  ])

  await sql`update webhook_queue set state = 'processed', shredded_at = now()`
  expect((await maintain({ now, expiries }))?.dropped).toEqual(['webhook_queue_2026_12', 'webhook_queue_2027_01'])
})

test('a month that a run has taken out and not dropped is put back where it is kept for longer by now, and nobody waits for that', async () => {
  await maintain()
  const kept = await store('2026-11-20')
  await sql`alter table webhook_queue detach partition webhook_queue_2026_11`
  expect(await placeOf(kept)).toBeUndefined()
  const expiries = [{ table: 'webhook_queue', keptFrom: new Date('2026-11-05Z'), forbids: 'shredded_at is null' }]
  const now = new Date('2027-03-05Z')

  expect(await maintain({ now, expiries })).toMatchObject({ dropped: [], faults: [], locked: [] })

  expect(await placeOf(kept)).toBe('webhook_queue_2026_11')
  const left =
    await sql`select conname from pg_constraint where conrelid = 'webhook_queue_2026_11'::regclass and conname like '%bounds'`
  expect(left).toEqual([])
  // what cannot be put back is told of, and keeps nothing from being done
  await sql`alter table webhook_queue detach partition webhook_queue_2026_11`
  await sql`create table webhook_queue_2026_11_kept as select * from webhook_queue_2026_11`
  await sql`drop table webhook_queue_2026_11`
  await sql`alter table webhook_queue_2026_11_kept rename to webhook_queue_2026_11`
  await sql`alter table webhook_queue_2026_11 enable row level security`
  const fault = 'webhook_queue_2026_11 stands beside it with rows and could not be put back: column'
  expect(await maintain({ now, expiries })).toMatchObject({
    dropped: [],
    faults: [{ table: 'webhook_queue', what: expect.stringContaining(fault) }],
  })
})

test('a table that somebody has named as a month is none of ours: it is not dropped, and keeps nothing from being done', async () => {
  await sql`create table webhook_queue_2025_01 (id uuid, note text)`
  const old = await store('2025-02-03')
  await sql`create table webhook_queue_2025_02 as select * from webhook_queue where id = ${old}`
  const expiries = [{ table: 'webhook_queue', keptFrom: new Date('2026-08-01Z'), forbids: 'shredded_at is null' }]

  expect(await maintain({ expiries })).toMatchObject({ dropped: [], deleted: 1, faults: [] })

  expect(await sql`select id from webhook_queue_2025_02`).toEqual([{ id: old }])
})

test('what came before the first month, into DEFAULT, goes when it has had its time; what is not done stays and is told of', async () => {
  const expiry = { table: 'webhook_queue', forbids: `state in ('received', 'failed', 'dead') or shredded_at is null` }
  const expiries = [{ ...expiry, keptFrom: new Date('2026-08-01Z') }]
  const [done, poison, bytes, fresh] = [
    await store('2026-06-20'),
    await store('2026-06-21', 'dead'),
    await store('2026-06-22', 'processed', { shredded: false }),
    await store('2026-08-20'),
  ]

  // more than go at once
  await sql`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at, shredded_at)
    select (left(id::text, 24) || lpad(to_hex(nth), 12, '0'))::uuid, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256,
      verdict, state, received_at, shredded_at
    from webhook_queue, generate_series(1, 5000) as nth where id = ${done}`
  const maintained = await maintain({ expiries })

  const fault = { table: 'webhook_queue', what: 'DEFAULT holds rows that have had their time and are not done' }
  expect(maintained).toMatchObject({ deleted: 5001, faults: [fault] })
  const places = await Promise.all([done, poison, bytes, fresh].map(placeOf))
  expect(places).toEqual([undefined, 'webhook_queue_default', 'webhook_queue_default', 'webhook_queue_default'])

  await sql`update webhook_queue set state = 'processed', shredded_at = now()`
  expect(await maintain({ expiries })).toMatchObject({ deleted: 2, faults: [] })
  expect(await placeOf(fresh)).toBe('webhook_queue_default')
})

test('of two that would do it at once one does', async () => {
  const both = await Promise.all([maintain(), maintain()])
  expect(both.filter((one) => one !== undefined)).not.toEqual([])
  const made = both.flatMap((one) => one?.made ?? [])
  expect(new Set(made).size).toBe(made.length)
  expect(made).toHaveLength(12)
})

test('a run that died in between is carried on', async () => {
  await store('2026-11-03')
  await sql`create table webhook_queue_2026_12 (like webhook_queue including all)`
  await sql`alter table webhook_queue_default add constraint webhook_queue_2026_12_is_elsewhere check (id < '01900000-0000-0000-0000-000000000000') not valid`
  const maintained = await maintain()
  expect(maintained?.faults).toEqual([])
  expect(await placeOf(await store('2026-12-09'))).toBe('webhook_queue_2026_12')

  // no part of its table yet or any more: it must keep nobody from starting
  const unguarded = await sql`
    select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname like 'webhook_queue_2%' and not relrowsecurity`
  expect(unguarded).toEqual([])
  await sql`update webhook_queue set state = 'processed', shredded_at = now()`
  await sql`alter table webhook_queue detach partition webhook_queue_2026_12`
  const expiries = [{ table: 'webhook_queue', keptFrom: new Date('2027-08-01Z'), forbids: 'shredded_at is null' }]
  expect((await maintain({ now: new Date('2027-12-05Z'), expiries }))?.dropped).toContain('webhook_queue_2026_12')
})
