import postgres from 'postgres'
import { migrate } from '../packages/db/src/migrate.ts'
import { type OwnPostgres, startOwnPostgres } from '../packages/db/src/testing/postgres.ts'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { makeSlowDisk } from './slow-disk.ts'

export type BenchServer = {
  pid: number
  /** A new database, as its owner: empty of rows, or a copy of another one. */
  create(name: string, template?: string): Promise<string>
  drop(name: string): Promise<void>
  /** So that no contender pays for the pages that another one left dirty. */
  checkpoint(): Promise<void>
  /** From now on each flush of the log takes so much longer. Undefined where no slow disk can be made. */
  slowDisk: ((ms: number) => void) | undefined
  /** From now on counts the statements of a database; the function answers how many there were. */
  countStatements(name: string): Promise<() => Promise<number>>
  stop(): Promise<void>
}

/** Memory that the tables of a run fit into, and no checkpoint in the middle of a measurement. Everything else, durability first, is PostgreSQL's own. */
const settings = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  max_connections: '200',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track': 'none',
}

const template = 'bench_migrated'

/** A durable PostgreSQL that belongs to this run alone, with one migrated template. */
export async function startServer(): Promise<BenchServer> {
  const folder = temporaryFolder('trunkline-bench-')
  const disk = makeSlowDisk(folder)
  const server = await startOwnPostgres(settings, disk?.environment)
  const admin = postgres(server.url, { max: 1, onnotice: () => undefined })
  try {
    await admin.unsafe(`create database ${template}`)
    await admin.unsafe('create extension pg_stat_statements')
    await migrate(urlOf(server, template))
    await assertDurable(urlOf(server, template))
  } catch (error) {
    await admin.end()
    await server.stop()
    folder.remove()
    throw error
  }
  return {
    pid: server.pid,
    async create(name, origin = template) {
      await admin.unsafe(`create database ${name} template ${origin} strategy file_copy`)
      return urlOf(server, name)
    },
    async drop(name) {
      await admin.unsafe(`drop database if exists ${name} with (force)`)
    },
    async checkpoint() {
      await admin.unsafe('checkpoint')
    },
    slowDisk: disk?.delay,
    async countStatements(name) {
      await admin.unsafe(`alter database ${name} set pg_stat_statements.track = 'top'`)
      return async () => {
        const [row] = await admin`
          select coalesce(sum(calls), 0)::integer as calls from pg_stat_statements
          where dbid = (select oid from pg_database where datname = ${name})`
        return row?.calls
      }
    },
    async stop() {
      await admin.end({ timeout: 5 })
      await server.stop()
      folder.remove()
    },
  }
}

function urlOf(server: OwnPostgres, database: string): string {
  const url = new URL(server.url)
  url.pathname = `/${database}`
  return url.href
}

/** What a commit promises, on the connection of whoever asks. */
async function assertDurable(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 })
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const [row] = await sql.unsafe(`show ${setting}`)
      if (row?.[setting] !== 'on') throw new Error(`${setting} is ${row?.[setting]}: nothing here would be durable`)
    }
  } finally {
    await sql.end()
  }
}
