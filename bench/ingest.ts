import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { apiMain, startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { bodyBytes, type Delivery, retellKey, signedDeliveries } from './deliveries.ts'
import { type Level, levels, type Measured, type Name, names, type Results, reportIngest } from './ingest-report.ts'
import { sendAll } from './load.ts'
import { type Judged, print } from './report.ts'
import { orderOf } from './statistics.ts'

type Running = {
  name: Name
  url: string
  pid: number
  /** Of its database, where it has one. */
  sql: postgres.Sql | undefined
  stop(): Promise<void>
}

/** Those that keep nothing may get the same deliveries again. */
const statelessDeliveries = 20_000

/** Requests a second through the real door, beside what a plain server, a plain framework and a plain handler reach. */
export async function benchIngest(
  server: BenchServer,
  options: { rounds: number; seconds: number; profile?: string | undefined },
): Promise<Judged[]> {
  const folder = temporaryFolder('trunkline-bench-')
  const running: Running[] = []
  try {
    for (const name of names) running.push(await start(name, server, folder.inside(name), options.profile))
    const results = await measureAll(running, server, options)
    return reportIngest(results, options)
  } finally {
    for (const { stop } of running) await stop()
    folder.remove()
  }
}

async function start(name: Name, server: BenchServer, folder: string, profile: string | undefined): Promise<Running> {
  const keepsIt = name === 'trunkline' || name === 'express + pg'
  const databaseUrl = keepsIt ? await server.create(`bench_ingest_${name.replaceAll(/\W/g, '')}`) : undefined
  const sql = databaseUrl === undefined ? undefined : postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  const contender =
    name === 'trunkline'
      ? startContender(apiMain, {
          env: productEnv(databaseUrl ?? '', folder),
          execArgv: profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
        })
      : startContender(handWritten[name], { env: { RETELL_API_KEY: retellKey, DATABASE_URL: databaseUrl ?? '' } })
  const [, origin] = await contender.said(/ready at (http:\/\/127\.0\.0\.1:\d+)/).catch(async (error: unknown) => {
    await contender.stop()
    await sql?.end()
    throw error
  })
  return {
    name,
    pid: contender.pid,
    url: `${origin}/webhooks/retell`,
    sql,
    async stop() {
      await contender.stop()
      await sql?.end({ timeout: 5 })
    },
  }
}

const handWritten: Record<Exclude<Name, 'trunkline'>, URL> = {
  'express + pg': new URL('contenders/express-pg.ts', import.meta.url),
  'fastify, no database': new URL('contenders/fastify.ts', import.meta.url),
  'bare node:http': new URL('contenders/bare.ts', import.meta.url),
}

const productEnv = (databaseUrl: string, folder: string): Record<string, string> => ({
  ROLE: 'web',
  PORT: '0',
  HOST: '127.0.0.1',
  DATABASE_URL: databaseUrl,
  TRUNKLINE_DATA_DIR: folder,
  TRUNKLINE_KEY: randomBytes(32).toString('hex'),
  RETELL_API_KEY: retellKey,
})

/** How much longer a commit takes on the slow disk, as on a managed database's. */
const slowDiskMs = 3

const connectionsAt = (level: Level) => (level === 'slow' ? 64 : level)
/** A commit takes its time only of those that commit. */
const takesPartIn = (level: Level) => (contender: Running) => level !== 'slow' || contender.sql !== undefined

async function measureAll(
  running: readonly Running[],
  server: BenchServer,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Results> {
  const results: Results = new Map(levels.map((level) => [level, new Map(names.map((name) => [name, []]))]))
  const rates = new Map<string, number>()
  // twice: the first time it is compiled, which takes Node some 30,000 requests, the second time its speed says how many
  // requests fill a round
  const measured = levels.filter((level) => level !== 'slow' || server.slowDisk !== undefined)
  for (const level of measured) {
    for (const contender of running.filter(takesPartIn(level))) {
      await measure(contender, server, level, 1000 + connectionsAt(level) * (level === 'slow' ? 50 : 450))
      const { rate } = await measure(contender, server, level, 500 + connectionsAt(level) * 50)
      rates.set(`${level} ${contender.name}`, rate)
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const level of measured) {
      for (const contender of orderOf(running.filter(takesPartIn(level)), round)) {
        const key = `${level} ${contender.name}`
        const found = await measure(contender, server, level, Math.ceil((rates.get(key) ?? 0) * seconds))
        rates.set(key, found.rate)
        results.get(level)?.get(contender.name)?.push(found)
      }
    }
    print(`round ${round + 1} of ${rounds} done`)
  }
  return results
}

async function measure(contender: Running, server: BenchServer, level: Level, requests: number): Promise<Measured> {
  const deliveries = deliveriesFor(contender, requests)
  await server.checkpoint()
  server.slowDisk?.(level === 'slow' ? slowDiskMs : 0)
  const cpu = () => ({
    node: cpuMicroseconds(contender.pid),
    database: contender.sql === undefined ? 0 : cpuMicroseconds(server.pid, true),
    client: cpuMicroseconds(process.pid),
  })
  const before = cpu()
  let after = before
  const load = await sendAll(contender.url, deliveries, {
    connections: connectionsAt(level),
    whenAnswered: () => {
      after = cpu()
    },
  })
  if (contender.sql !== undefined) await assertStored(contender.sql, load.requests)
  return {
    rate: load.requests / load.seconds,
    p50: load.p50,
    p99: load.p99,
    nodeCpu: (after.node - before.node) / load.requests,
    databaseCpu: (after.database - before.database) / load.requests,
    clientCpu: (after.client - before.client) / load.requests,
  }
}

function deliveriesFor({ sql }: Running, requests: number): Delivery[] {
  if (sql !== undefined) return signedDeliveries(requests)
  const distinct = signedDeliveries(Math.min(requests, statelessDeliveries))
  return Array.from({ length: requests }, (_, index) => distinct[index % distinct.length] as Delivery)
}

/** Acknowledged = stored, each under its own key; then the tables are emptied, so that nobody works on larger ones than the others. */
async function assertStored(sql: postgres.Sql, acknowledged: number): Promise<void> {
  const [found] = await sql<[{ stored: number; keys: number }]>`
    select (select count(*)::integer from webhook_queue where verdict = 'verified' and state = 'received' and body_bytes = ${bodyBytes}) as stored,
      (select count(*)::integer from idempotency_keys) as keys`
  if (found.stored !== acknowledged || found.keys !== acknowledged)
    throw new Error(`${acknowledged} acknowledged, ${found.stored} stored under ${found.keys} keys`)
  await sql`truncate webhook_queue, idempotency_keys`
}
