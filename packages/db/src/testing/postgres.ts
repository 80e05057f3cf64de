import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { childrenOf, isRunning } from '../local/process.ts'
import { createLocalPostgres, type LocalPostgres, startLocalPostgres } from '../local/server.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * Where the databases of this test run are made; the global setup leaves it in the environment of the workers.
 * `pristine`: a cluster that never ran, to be copied: that takes a tenth of making one.
 */
type TestServer = { adminUrl: string; prefix: string; fileCopy: boolean; pristine?: string | undefined }
const serverVariable = 'TRUNKLINE_TEST_SERVER'

export type TestDatabase = { url: string; drop(): Promise<void> }

/** A migrated, empty database of its own for a test file. */
export function testDatabase(): Promise<TestDatabase> {
  const { prefix, fileCopy } = testServer()
  return createDatabase(`template ${prefix}_template ${fileCopy ? 'strategy file_copy' : ''}`)
}

/** A database without a single table, for tests of the migrations themselves. */
export function emptyDatabase(): Promise<TestDatabase> {
  return createDatabase('')
}

async function createDatabase(origin: string): Promise<TestDatabase> {
  const { adminUrl, prefix } = testServer()
  const name = `${prefix}_${randomBytes(5).toString('hex')}`
  await runAsAdmin(adminUrl, `create database ${name} ${origin}`)
  return {
    url: withDatabase(adminUrl, name),
    drop: () => runAsAdmin(adminUrl, `drop database if exists ${name} with (force)`),
  }
}

function testServer(): TestServer {
  const value = process.env[serverVariable]
  if (!value)
    throw new Error('no test database server: run this file through vitest, in the project that its place belongs to')
  return JSON.parse(value)
}

/**
 * Prepares the server of one test run and the template that testDatabase() copies. Answers how to end it.
 * Given a URL it uses that server, and takes away what runs that died left there; else it starts an embedded one.
 */
export async function startTestServer(options: {
  url: string | undefined
  migrate: (ownerUrl: string) => Promise<void>
}): Promise<() => Promise<void>> {
  if (options.url !== undefined) refuseRemote(options.url)
  // another project of the same run has prepared it
  if (process.env[serverVariable]) return async () => undefined
  const embedded = options.url === undefined ? await startThrowawayPostgres() : undefined
  // always the same database: advisory locks are seen by sessions of one database only
  const adminUrl = withDatabase(options.url ?? embedded?.postgres.url ?? '', 'postgres')
  const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined })
  const end = async (): Promise<void> => {
    delete process.env[serverVariable]
    await admin.end()
    await embedded?.stop()
  }
  try {
    const run = randomBytes(4).toString('hex')
    const prefix = `trunkline_test_${run}`
    // held until the run ends, however it ends: whoever can take it knows that the run is dead
    await admin`select pg_advisory_lock(${lockSpace}, ${lockOf(run)})`
    await dropDatabasesOfDeadRuns(admin)
    const template = `${prefix}_template`
    await admin.unsafe(`create database ${template}`)
    await options.migrate(withDatabase(adminUrl, template))
    const [{ server_version_num }] = await admin<[{ server_version_num: string }]>`show server_version_num`
    const version = Number(server_version_num)
    if (version < 180_000) await runAsAdmin(withDatabase(adminUrl, template), uuidv7)
    await admin.unsafe(`alter database ${template} is_template true allow_connections false`)
    const fileCopy = version >= 150_000
    const server: TestServer = { adminUrl, prefix, fileCopy, pristine: embedded?.pristine }
    process.env[serverVariable] = JSON.stringify(server)
    return async () => {
      if (!embedded) await dropDatabases(admin, prefix)
      await end()
    }
  } catch (error) {
    await end()
    throw error
  }
}

/** What servers before 18 lack, and tests make their rows with; the product does not need it. */
const uuidv7 = `
  create function pg_catalog.uuidv7(shift interval default '0') returns uuid language sql volatile as $$
    select (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
      || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid
    from (select (extract(epoch from clock_timestamp() + shift) * 1000000)::bigint as micros) as moment
  $$`

const lockSpace = 0x7465_7374
const lockOf = (run: string): number => Number.parseInt(run, 16) | 0

async function dropDatabasesOfDeadRuns(admin: postgres.Sql): Promise<void> {
  const found = await admin<{ run: string }[]>`
    select distinct substring(datname from '^trunkline_test_([0-9a-f]{8})_') as run from pg_database
    where datname ~ '^trunkline_test_[0-9a-f]{8}_'`
  for (const { run } of found) {
    const [{ free } = { free: false }] = await admin<[{ free: boolean }]>`
      select pg_try_advisory_lock(${lockSpace}, ${lockOf(run)}) as free`
    if (!free) continue
    await dropDatabases(admin, `trunkline_test_${run}`)
    await admin`select pg_advisory_unlock(${lockSpace}, ${lockOf(run)})`
  }
}

async function dropDatabases(admin: postgres.Sql, prefix: string): Promise<void> {
  const databases = await admin<{ name: string; template: boolean }[]>`
    select datname as name, datistemplate as template from pg_database where starts_with(datname, ${`${prefix}_`})`
  for (const { name, template } of databases) {
    if (template) await admin.unsafe(`alter database ${name} is_template false`)
    await admin.unsafe(`drop database if exists ${name} with (force)`)
  }
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]'])

function refuseRemote(url: string): void {
  const host = URL.canParse(url) ? new URL(url).hostname : undefined
  if (host === undefined)
    throw new Error('TEST_DATABASE_URL is not a URL like postgres://user:password@127.0.0.1:5432/postgres')
  if (!loopback.has(host))
    throw new Error(`TEST_DATABASE_URL names ${host}: the suite creates and drops databases, so it takes loopback only`)
}

async function startThrowawayPostgres(): Promise<{ postgres: LocalPostgres; pristine: string; stop(): Promise<void> }> {
  const folder = temporaryFolder('trunkline-test-')
  const pristine = folder.inside('pristine')
  createLocalPostgres(pristine)
  await copyCluster(pristine, folder.inside('postgres'))
  const server = await startLocalPostgres({
    folder: folder.inside('postgres'),
    // nothing here outlives the run; what a commit promises is tested on servers of startOwnPostgres()
    settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on', max_connections: '200' },
  })
  return { postgres: server, pristine, stop: () => server.stop().then(folder.remove) }
}

/** With its owner and its rights. */
async function copyCluster(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to])
}

export type OwnPostgres = {
  /** Of an empty database, as its owner. The same after a restart. */
  url: string
  readonly pid: number
  /** As a power cut: the server and all its backends die at once. */
  kill9(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A durable server that belongs to one test alone, to be killed at will. It vanishes with this process, however that ends. */
export async function startOwnPostgres(
  settings: Record<string, string> = {},
  environment: Record<string, string> = {},
): Promise<OwnPostgres> {
  const folder = temporaryFolder('trunkline-own-')
  const files = folder.inside('postgres')
  const { pristine } = JSON.parse(process.env[serverVariable] ?? '{}') as Partial<TestServer>
  if (pristine !== undefined) await copyCluster(pristine, files)
  let server = await startLocalPostgres({ folder: files, settings, environment })
  await runAsAdmin(server.url, 'create database trunkline')
  return {
    url: withDatabase(server.url, 'trunkline'),
    get pid() {
      return server.pid
    },
    async kill9() {
      const { pid } = server
      const pids = [pid, ...childrenOf(pid)]
      for (const each of pids) if (isRunning(each)) process.kill(each, 'SIGKILL')
      while (pids.some(isRunning)) await pause(5)
    },
    async restart() {
      await server.stop()
      server = await startLocalPostgres({ folder: files, port: server.port, settings, environment })
    },
    async stop() {
      await server.stop()
      folder.remove()
    },
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

async function runAsAdmin(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
