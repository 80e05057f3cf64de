import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { afterEach, expect, test } from 'vitest'
import { migrate } from './migrate.ts'
import { maintainPartitions } from './partitions.ts'
import { guardedTables, plantCanaries } from './testing/canaries.ts'
import { emptyDatabase, type TestDatabase, testDatabase } from './testing/postgres.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

type SchemaSql = { schemaFile: string; schemaText(url: string): Promise<string> }
// the script that writes it stands outside this package
const { schemaFile, schemaText } = (await import(
  new URL('../../../scripts/schema-sql.ts', import.meta.url).href
)) as SchemaSql

const open: TestDatabase[] = []
afterEach(async () => {
  for (const database of open.splice(0)) await database.drop()
})

async function empty(): Promise<string> {
  const database = await emptyDatabase()
  open.push(database)
  return database.url
}

async function look(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    const tables =
      await sql`select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') order by relname`
    const applied = await sql`select hash from drizzle.__drizzle_migrations order by id`
    const tiers =
      await sql`select tier, call_cap_seconds::int / 60 as minutes, sms_cap_segments::int as segments from tier_snapshots order by rank`
    return { tables: tables.map(({ relname }) => relname), applied: applied.map(({ hash }) => hash), tiers }
  } finally {
    await sql.end()
  }
}

test('an empty database becomes a whole one', async () => {
  const url = await empty()

  await migrate(url)

  const { tables, tiers } = await look(url)
  expect(tables).toEqual(
    expect.arrayContaining([
      'webhook_queue',
      'unknown_phone',
      'call_events',
      'sms_events',
      'usage_limits',
      'usage_calls',
      'usage_sms',
      'tier_snapshots',
      'ops_alerts',
      'alert_logs',
      'active_sessions',
      'agents',
      'provider_status',
      'idempotency_keys',
    ]),
  )
  expect(tiers).toEqual([
    { tier: 'core', minutes: 150, segments: 250 },
    { tier: 'pro', minutes: 300, segments: 1000 },
    { tier: 'elite', minutes: 800, segments: 3000 },
    { tier: 'scale', minutes: 3000, segments: 5000 },
  ])
})

test('a second time changes nothing (K-30)', async () => {
  const url = await empty()
  await migrate(url)
  const before = [await look(url), await schemaText(url)]

  await migrate(url)

  expect([await look(url), await schemaText(url)]).toEqual(before)
})

/** Brings a database to where this migration left it, and no further. */
async function migrateUntil(url: string, last: string): Promise<void> {
  const folder = temporaryFolder('trunkline-migrations-')
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    const copy = folder.inside('migrations')
    cpSync(fileURLToPath(new URL('../migrations', import.meta.url)), copy, { recursive: true })
    const journal = join(copy, 'meta/_journal.json')
    const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8')) as { entries: { tag: string }[] }
    const until = entries.slice(0, entries.findIndex(({ tag }) => tag === last) + 1)
    writeFileSync(journal, JSON.stringify({ ...rest, entries: until }))
    await applyMigrations(drizzle(sql), { migrationsFolder: copy })
  } finally {
    await sql.end()
    folder.remove()
  }
}

const { entries: migrations } = JSON.parse(
  readFileSync(new URL('../migrations/meta/_journal.json', import.meta.url), 'utf8'),
) as { entries: { tag: string }[] }

// the last of them is the release before this one
test.each(['0001_access_and_tiers', '0006_errors', migrations.at(-2)?.tag ?? ''])(
  'a database of release %s with monthly partitions keeps every row and gets its guards',
  async (last) => {
    const url = await empty()
    await migrateUntil(url, last)
    const sql = postgres(url, { max: 1, onnotice: () => undefined })
    const [a, b] = [randomUUID(), randomUUID()]
    try {
      const partitions = () => maintainPartitions(url, { now: new Date(), monthsAhead: 1, expiries: [] })
      expect((await partitions())?.faults).toEqual([])
      for (const customerId of [a, b]) await plantCanaries(sql, { customerId, mark: `canary-${customerId}` })
      const before = await rowsOf(sql)

      await migrate(url)

      expect(await rowsOf(sql)).toMatchObject(before)
      // the canaries' ids are of no month and stand in DEFAULT; what is new stands on every partition
      const faults = (await partitions())?.faults.filter(({ what }) => !what.startsWith('DEFAULT takes rows'))
      expect(faults).toEqual([])
      const seen = await sql.begin(async (tx) => {
        await tx`select set_config('trunkline.customer_id', ${a}, true), set_config('role', 'trunkline_owner', true)`
        return await tx`select id from customers`
      })
      expect(seen.map(({ id }) => id)).toEqual([a])
    } finally {
      await sql.end()
    }
  },
)

async function rowsOf(sql: postgres.Sql): Promise<Record<string, number>> {
  const counted: [string, number][] = []
  for (const { name } of await guardedTables(sql))
    counted.push([name, (await sql`select count(*)::int as rows from ${sql(name)}`)[0]?.rows])
  return Object.fromEntries(counted)
}

const migrator = `
import { migrate } from ${JSON.stringify(fileURLToPath(new URL('migrate.ts', import.meta.url)))}
await migrate(process.argv[1])`

function inOwnProcess(url: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', migrator, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })))
}

test('three processes that start together migrate once (K-25, K-30)', async () => {
  const url = await empty()

  const ended = await Promise.all([inOwnProcess(url), inOwnProcess(url), inOwnProcess(url)])

  expect(ended).toEqual(Array.from({ length: 3 }, () => ({ code: 0, said: '' })))
  const { applied, tiers } = await look(url)
  expect(new Set(applied).size).toBe(applied.length)
  expect(tiers).toHaveLength(4)
})

test('two databases of one server may be migrated at the same moment: their role is one', async () => {
  const urls = await Promise.all([empty(), empty()])

  await expect(Promise.all(urls.map(migrate))).resolves.toBeDefined()
})

test('schema.sql is what the migrations make (TRUNKLINE_WRITE_SCHEMA=1 writes it anew)', async () => {
  const database = await testDatabase()
  open.push(database)
  const text = await schemaText(database.url)
  if (process.env.TRUNKLINE_WRITE_SCHEMA === '1') writeFileSync(schemaFile, text)

  expect(readFileSync(schemaFile, 'utf8')).toBe(text)
})
