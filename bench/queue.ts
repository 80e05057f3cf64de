import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { createCustomers, type Inbox, inboxOf } from './inbox.ts'
import { assertMetered } from './process.ts'
import { type Judged, judge, paired, print, ratioHead, ratioRow, table, untargeted, whole } from './report.ts'
import { median, orderOf, spread } from './statistics.ts'

const names = ['trunkline', 'trunkline, asked nothing', 'pg-boss, send', 'pg-boss, insert of 200'] as const
type Name = (typeof names)[number]

const hows: Record<Name, { file: URL; how: 'everything' | 'nothing' | 'send' | 'insert' }> = {
  trunkline: { file: new URL('contenders/trunkline-queue.ts', import.meta.url), how: 'everything' },
  'trunkline, asked nothing': { file: new URL('contenders/trunkline-queue.ts', import.meta.url), how: 'nothing' },
  'pg-boss, send': { file: new URL('contenders/pg-boss-queue.ts', import.meta.url), how: 'send' },
  'pg-boss, insert of 200': { file: new URL('contenders/pg-boss-queue.ts', import.meta.url), how: 'insert' },
}

const customers = 1000
/** Calls for each second that is asked for: about what the slowest contender takes in. */
const callsPerSecond = 400
/** Enough for all code to be compiled to the end, as in a process that has been up for a while. */
const warm = 9000

/** In events a second: taken in, worked off, and both one after the other. */
type Measured = { stored: number; processed: number; both: number; cpu: number }

/** From the first byte kept to the last one done, beside a job queue that takes in the same bodies and does nothing with them. */
export async function benchQueue(server: BenchServer, options: { rounds: number; seconds: number }): Promise<Judged[]> {
  const template = 'bench_queue'
  await createCustomers(await server.create(template), customers)
  const inbox = inboxOf({ calls: Math.ceil(options.seconds * callsPerSecond) + warm / 3, customers })
  const folder = temporaryFolder('trunkline-bench-')
  const results = new Map<Name, Measured[]>(names.map((name) => [name, []]))
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const name of orderOf(names, round))
        results.get(name)?.push(await measure(name, server, { template, inbox, spool: folder.inside('spool') }))
      print(`round ${round + 1} of ${options.rounds} done`)
    }
  } finally {
    folder.remove()
  }
  return report(results, { inbox, rounds: options.rounds })
}

type Task = { template: string; inbox: Inbox; spool: string }

async function measure(name: Name, server: BenchServer, { template, inbox, spool }: Task): Promise<Measured> {
  const database = 'bench_queue_run'
  const { file, how } = hows[name]
  const url = await server.create(database, template)
  const contender = startContender(file, {
    env: {
      DATABASE_URL: url,
      TRUNKLINE_KEY: randomBytes(32).toString('hex'),
      SPOOL: spool,
      HOW: how,
      CALLS: String(inbox.calls),
      CUSTOMERS: String(customers),
      WARM: String(warm),
    },
  })
  const cpu = () => cpuMicroseconds(contender.pid) + cpuMicroseconds(server.pid, true)
  const clocked = async (began: RegExp, ended: RegExp): Promise<{ ms: number; cpu: number; said: RegExpExecArray }> => {
    await contender.said(began)
    const before = cpu()
    contender.tell('Infinity')
    const said = await contender.said(ended, patienceMs)
    return { ms: Number(said.at(-1)), cpu: cpu() - before, said }
  }
  try {
    await contender.said(/^storing$/m)
    // before the first, not between the two: what is worked off has just come in
    await server.checkpoint()
    const stored = await clocked(/^storing$/m, /^stored ([\d.]+)$/m)
    await analyze(url)
    const processed = await clocked(/^warm \d+$/m, /^done (\d+) ([\d.]+)$/m)
    await assertAllDone(url, how, inbox)
    const [into, out] = [inbox.deliveries.length - warm, Number(processed.said[1])]
    const [storeMs, workMs] = [stored.ms / into, processed.ms / out]
    return {
      stored: 1000 / storeMs,
      processed: 1000 / workMs,
      both: 1000 / (storeMs + workMs),
      cpu: stored.cpu / into + processed.cpu / out,
    }
  } finally {
    await contender.stop()
    await server.drop(database)
  }
}

const patienceMs = 600_000

/** As autovacuum would have by then. */
async function analyze(url: string): Promise<void> {
  const sql = postgres(url, { max: 1 })
  await sql`analyze`
  await sql.end()
}

async function assertAllDone(url: string, how: string, inbox: Inbox): Promise<void> {
  if (how === 'everything') return await assertMetered(url, inbox)
  const sql = postgres(url, { max: 1 })
  try {
    const [found] =
      how === 'nothing'
        ? await sql`select count(*)::integer as done from webhook_queue where state = 'processed' and attempts = 1`
        : await sql`select count(*)::integer as done from pgboss.job where name = 'bench' and state = 'completed'`
    if (found?.done !== inbox.deliveries.length)
      throw new Error(`${found?.done} of ${inbox.deliveries.length} are done`)
  } finally {
    await sql.end()
  }
}

function report(
  results: ReadonlyMap<Name, readonly Measured[]>,
  { inbox, rounds }: { inbox: Inbox; rounds: number },
): Judged[] {
  print(`\nQueue, ${inbox.deliveries.length} webhooks or jobs, 32 producers: ${rounds} rounds, medians`)
  table(
    ['', 'taken in/s', 'worked off/s', 'end to end/s', 'spread', 'CPU µs/event'],
    names.map((name) => {
      const measured = results.get(name) ?? []
      const of = (pick: (one: Measured) => number) => median(measured.map(pick))
      return [
        name,
        whole(of(({ stored }) => stored)),
        whole(of(({ processed }) => processed)),
        whole(of(({ both }) => both)),
        `${Math.round(spread(measured.map(({ both }) => both)) * 100)} %`,
        whole(of(({ cpu }) => cpu)),
      ]
    }),
  )
  const against = (ours: Name, theirs: Name, pick: (one: Measured) => number) =>
    paired(results.get(ours), results.get(theirs), (one, other) => pick(one) / pick(other))
  const [nothing, send, insert] = ['trunkline, asked nothing', 'pg-boss, send', 'pg-boss, insert of 200'] as const
  const judged = [
    judge(
      'end to end, all of it / pg-boss that sends and does nothing',
      against('trunkline', send, ({ both }) => both),
      { floor: 3, target: 5 },
    ),
    judge(
      'worked off, asked nothing / pg-boss fetch and complete',
      against(nothing, send, ({ processed }) => processed),
      { floor: 1.5, target: 2.5 },
    ),
    judge(
      'end to end, asked nothing / pg-boss that inserts by the 200',
      against(nothing, insert, ({ both }) => both),
      { floor: 1.1, target: 1.7 },
    ),
  ]
  print('')
  table(ratioHead, [
    ...judged.map(ratioRow),
    untargeted(
      'CPU an event, pg-boss that sends / all of it',
      against(send, 'trunkline', ({ cpu }) => cpu),
    ),
  ])
  return judged
}
