import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { childrenOf } from '../packages/db/src/local/process.ts'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { post } from '../test/process/wire.ts'
import { apiMain, startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { type CallEventName, retellBody, retellKey } from './deliveries.ts'
import { createCustomers, numberOf } from './inbox.ts'
import { type Judged, print, whole } from './report.ts'
import { reportSoak, type Sample, samples, warmSeconds } from './soak-report.ts'

const customers = 1000
const tickMs = 10
/** A provider opens as many as it needs: nobody waits on its side. */
const connections = 1000
const drainPatienceMs = 60_000

const events = ['call_started', 'call_ended', 'call_analyzed'] as const
/** How many ticks later a call ends and is analysed. */
const delays: Record<CallEventName, number> = { call_started: 0, call_ended: 150, call_analyzed: 200 }

/** So many signed webhooks a second through the whole process for a long time: nothing lost, no growing backlog, no growing memory. */
export async function benchSoak(
  server: BenchServer,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Judged[]> {
  const database = 'bench_soak'
  const url = await server.create(database)
  await createCustomers(url, customers)
  const folder = temporaryFolder('trunkline-soak-')
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const contender = startContender(apiMain, {
    env: {
      ROLE: 'all',
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: url,
      TRUNKLINE_DATA_DIR: folder.inside('data'),
      TRUNKLINE_KEY: randomBytes(32).toString('hex'),
      RETELL_API_KEY: retellKey,
    },
  })
  try {
    const [, origin] = await contender.said(/ready at (http:\/\/127\.0\.0\.1:\d+)/)
    const run = { door: `${origin}/webhooks/retell`, rate, seconds, sql, pid: contender.pid, databasePid: server.pid }
    const { sampled, sent, refused, talkSeconds } = await soak(run)
    const drainedMs = await drained(sql)
    const lost = await countLost(sql, { sent, talkSeconds })
    return reportSoak({ rate, seconds }, { sampled, sent, refused, lost, drainedMs })
  } finally {
    await contender.stop()
    await sql.end({ timeout: 5 })
    await server.drop(database)
    folder.remove()
  }
}

type Run = { door: string; rate: number; seconds: number; sql: postgres.Sql; pid: number; databasePid: number }

/** Sends on its own clock, whoever answers: who is slow finds more waiting. Each latency counts from when it was due. */
async function soak({ door, rate, seconds, sql, pid, databasePid }: Run) {
  const sampleMs = (seconds * 1000) / samples
  const sampled: Sample[] = []
  const answers: Promise<void>[] = []
  let latencies: number[] = []
  let refused = 0
  let sent = 0
  let talkSeconds = 0
  let cpu = cpuMicroseconds(pid)
  const began = performance.now()
  let sampledAt = began

  const tell = (event: CallEventName, call: Call, dueAt: number) => {
    sent++
    if (event === 'call_ended') talkSeconds += call.seconds
    const body = retellBody(event, call)
    answers.push(
      post(door, headersFor(body), body, connections).then((answer) => {
        latencies.push(performance.now() - dueAt)
        if (answer?.status !== 200) refused++
      }),
    )
  }
  const sample = async (now: number) => {
    const [row] = await sql<[{ waiting: number }]>`
      select count(*)::int as waiting from webhook_queue where state in ('received', 'failed')`
    const [used, elapsed] = [cpuMicroseconds(pid) - cpu, now - sampledAt]
    ;[cpu, sampledAt] = [cpu + used, now]
    sampled.push({
      second: Math.round((now - began) / 1000) - warmSeconds,
      answered: latencies.length / (elapsed / 1000),
      latencies: latencies.sort((a, b) => a - b),
      backlog: row.waiting,
      nodeMb: memoryMb(pid, 'VmRSS'),
      databaseMb: [databasePid, ...childrenOf(databasePid)].reduce((sum, one) => sum + memoryMb(one, 'RssAnon'), 0),
      cpuShare: used / 1000 / elapsed,
    })
    latencies = []
  }

  const perTick = (rate * tickMs) / 1000
  const later = new Map<number, { event: CallEventName; call: Call }[]>()
  let calls = 0
  const warmTicks = (warmSeconds * 1000) / tickMs
  for (let tick = 0; (tick - warmTicks) * tickMs < seconds * 1000; tick++) {
    const dueAt = began + tick * tickMs
    if (tick === warmTicks) [latencies, sampledAt, cpu] = [[], performance.now(), cpuMicroseconds(pid)]
    const ahead = dueAt - performance.now()
    if (ahead > 0) await pause(ahead)
    // a third of what is told are new calls; their other two thirds follow by themselves
    while (calls < ((tick + 1) * perTick) / events.length) {
      const call = newCall(calls++)
      for (const event of events) {
        const due = tick + delays[event]
        later.set(due, [...(later.get(due) ?? []), { event, call }])
      }
    }
    for (const { event, call } of later.get(tick) ?? []) tell(event, call, dueAt)
    later.delete(tick)
    if (tick > warmTicks && performance.now() - sampledAt >= sampleMs) await sample(performance.now())
  }
  await Promise.all(answers)
  await sample(performance.now())
  return { sampled, sent, refused, talkSeconds }
}

type Call = { id: string; to: string; startedAt: number; seconds: number }

const newCall = (nth: number): Call => {
  const seconds = 30 + ((nth * 7) % 61)
  return {
    id: `call_${randomBytes(16).toString('hex')}`,
    to: numberOf(nth % customers),
    startedAt: Date.now() - seconds * 1000,
    seconds,
  }
}

function headersFor(body: Buffer): Record<string, string> {
  const now = Date.now()
  const digest = createHmac('sha256', retellKey).update(body).update(String(now)).digest('hex')
  return {
    'content-type': 'application/json',
    'user-agent': 'axios/1.7.9',
    'x-retell-signature': `v=${now},d=${digest}`,
  }
}

function memoryMb(pid: number, field: 'VmRSS' | 'RssAnon'): number {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return Number(found?.[1] ?? 0) / 1024
  } catch (error) {
    // a backend that has just ended
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0
    throw error
  }
}

async function drained(sql: postgres.Sql): Promise<number> {
  const began = performance.now()
  for (;;) {
    const [row] = await sql<[{ waiting: number }]>`
      select count(*)::int as waiting from webhook_queue where state in ('received', 'failed')`
    const waited = performance.now() - began
    if (row.waiting === 0) return waited
    if (waited > drainPatienceMs) throw new Error(`${row.waiting} still wait ${drainPatienceMs / 1000} s after the end`)
    await pause(100)
  }
}

/** What was sent and is not processed, and seconds that are not in ledger and counters. */
async function countLost(sql: postgres.Sql, { sent, talkSeconds }: { sent: number; talkSeconds: number }) {
  const [found] = await sql<[{ processed: number; keys: number; ledger: number; counters: number }]>`
    select (select count(*)::int from webhook_queue where state = 'processed') as processed,
      (select count(*)::int from idempotency_keys) as keys,
      (select coalesce(sum(quantity), 0)::int from usage_entries) as ledger,
      (select coalesce(sum(call_used_seconds), 0)::int from usage_limits) as counters`
  print(
    `${whole(sent)} sent, ${whole(found.processed)} processed under ${whole(found.keys)} keys; ` +
      `${whole(talkSeconds)} s told, ${whole(found.ledger)} s in the ledger, ${whole(found.counters)} s in the counters`,
  )
  return (
    Math.abs(sent - found.processed) + Math.abs(talkSeconds - found.ledger) + Math.abs(talkSeconds - found.counters)
  )
}
