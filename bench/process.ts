import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { createCustomers, type Inbox, inboxOf, queueInbox, queueName, storeInbox } from './inbox.ts'
import { type Judged, judge, paired, print, ratioHead, ratioRow, table, untargeted, whole } from './report.ts'
import { median, orderOf, spread } from './statistics.ts'

const names = ['trunkline', 'hand-written loop', 'pg-boss, no work'] as const
type Name = (typeof names)[number]

const files: Record<Name, URL> = {
  trunkline: new URL('contenders/trunkline-worker.ts', import.meta.url),
  'hand-written loop': new URL('contenders/raw-sql.ts', import.meta.url),
  'pg-boss, no work': new URL('contenders/pg-boss.ts', import.meta.url),
}

const scenes = { many: 1000, hot: 1 } as const
type Scene = keyof typeof scenes
const sceneNames: Record<Scene, string> = { many: 'over 1,000 customers', hot: 'all of one customer' }

/** Calls for each second that is asked for: about what the slowest contender can do. */
const callsPerSecond = 600
/** Enough for all code to be compiled to the end, as in a process that has been up for a while. */
const warmEvents = 15_000
const countedEvents = 1500
const patienceMs = 600_000

type Measured = { rate: number; nodeCpu: number; databaseCpu: number }

/** Events a second from claimed to metered, beside a loop written by hand and a job queue that does nothing. */
export async function benchProcess(
  server: BenchServer,
  options: { rounds: number; seconds: number; profile?: string | undefined },
): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const scene of Object.keys(scenes) as Scene[]) {
    const template = `bench_process_${scene}`
    await createCustomers(await server.create(template), scenes[scene])
    const calls = Math.ceil(options.seconds * callsPerSecond + warmEvents / 3)
    const task = { template, inbox: inboxOf({ calls, customers: scenes[scene] }), profile: options.profile }
    const results = new Map<Name, Measured[]>(names.map((name) => [name, []]))
    for (let round = 0; round < options.rounds; round++) {
      for (const name of orderOf(names, round)) results.get(name)?.push(await measure(name, server, task))
      print(`round ${round + 1} of ${options.rounds} done`)
    }
    const statements = new Map<Name, number>()
    for (const name of names) statements.set(name, await countStatements(name, server, task))
    judged.push(...report(scene, { inbox: task.inbox, results, statements, rounds: options.rounds }))
  }
  return judged
}

type Task = { template: string; inbox: Inbox; profile: string | undefined }

/** A database with the customers and the whole inbox, written since the last checkpoint: as if it had just come in. */
async function prepare(name: Name, server: BenchServer, database: string, { template, inbox }: Task): Promise<string> {
  const url = await server.create(database, template)
  await server.checkpoint()
  if (name === 'pg-boss, no work') await queueInbox(url, inbox)
  else await storeInbox(url, inbox)
  const sql = postgres(url, { max: 1 })
  await sql`analyze`
  await sql.end()
  return url
}

/** Works the inbox off to its end; then what is true must be what the calls come to. */
async function measure(name: Name, server: BenchServer, task: Task): Promise<Measured> {
  const { inbox } = task
  const database = 'bench_process_run'
  const url = await prepare(name, server, database, task)
  const contender = startWorker(name, url, warmEvents, task.profile)
  try {
    const [, warmed] = await contender.said(/^warm (\d+)$/m)
    const cpu = () => ({ node: cpuMicroseconds(contender.pid), database: cpuMicroseconds(server.pid, true) })
    const before = cpu()
    contender.tell('Infinity')
    const [, done, milliseconds] = await contender.said(/^done (\d+) ([\d.]+)$/m, patienceMs)
    const after = cpu()
    const events = Number(done)
    if (Number(warmed) + events !== inbox.deliveries.length)
      throw new Error(`${name} has done ${warmed} + ${done} of ${inbox.deliveries.length} events`)
    if (name !== 'pg-boss, no work') await assertMetered(url, inbox)
    return {
      rate: (events / Number(milliseconds)) * 1000,
      nodeCpu: (after.node - before.node) / events,
      databaseCpu: (after.database - before.database) / events,
    }
  } finally {
    await contender.stop()
    await server.drop(database)
  }
}

const startWorker = (name: Name, url: string, warm: number, profile?: string) =>
  startContender(files[name], {
    env: {
      DATABASE_URL: url,
      TRUNKLINE_KEY: randomBytes(32).toString('hex'),
      QUEUE: queueName,
      WARM: String(warm),
    },
    execArgv: profile === undefined || name !== 'trunkline' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`],
  })

/** Every webhook done at the first attempt, one row a call, ledger = counters = the seconds of the calls. */
export async function assertMetered(url: string, inbox: Inbox): Promise<void> {
  const sql = postgres(url, { max: 1 })
  try {
    const [found] = await sql`
      select (select count(*)::integer from webhook_queue where state = 'processed' and attempts = 1 and customer_id is not null) as events,
        (select count(*)::integer from call_events where status = 'completed') as calls,
        (select count(*)::integer from usage_entries) as entries,
        (select sum(quantity)::integer from usage_entries) as ledger,
        (select sum(call_used_seconds)::integer from usage_limits) as counters`
    const { deliveries, calls, seconds } = inbox
    const expected = { events: deliveries.length, calls, entries: calls, ledger: seconds, counters: seconds }
    for (const [what, value] of Object.entries(expected))
      if (found?.[what] !== value) throw new Error(`${what}: ${found?.[what]}, not ${value}`)
  } finally {
    await sql.end()
  }
}

/** Statements an event, transaction control included, as the server counts them. Not timed. */
async function countStatements(name: Name, server: BenchServer, task: Task): Promise<number> {
  const database = 'bench_process_count'
  const url = await prepare(name, server, database, task)
  const counter = await server.countStatements(database)
  const contender = startWorker(name, url, 0)
  try {
    await contender.said(/^warm 0$/m)
    const before = await counter()
    contender.tell(String(countedEvents))
    const [, done] = await contender.said(/^done (\d+)/m)
    return ((await counter()) - before) / Number(done)
  } finally {
    await contender.stop()
    await server.drop(database)
  }
}

const cpuOf = ({ nodeCpu, databaseCpu }: Measured) => nodeCpu + databaseCpu

type Results = {
  inbox: Inbox
  results: ReadonlyMap<Name, readonly Measured[]>
  statements: ReadonlyMap<Name, number>
  rounds: number
}

function report(scene: Scene, { inbox, results, statements, rounds }: Results): Judged[] {
  const which = sceneNames[scene]
  print(`\nProcess, ${inbox.deliveries.length} webhooks of ${inbox.calls} calls ${which}: ${rounds} rounds, medians`)
  table(
    ['', 'events/s', 'spread', 'CPU µs/event', 'of it node', 'postgres', 'statements/event'],
    names.map((name) => {
      const measured = results.get(name) ?? []
      const of = (pick: (one: Measured) => number) => median(measured.map(pick))
      return [
        name,
        whole(of(({ rate }) => rate)),
        `${Math.round(spread(measured.map(({ rate }) => rate)) * 100)} %`,
        whole(of(cpuOf)),
        whole(of(({ nodeCpu }) => nodeCpu)),
        whole(of(({ databaseCpu }) => databaseCpu)),
        (statements.get(name) ?? Number.NaN).toFixed(2),
      ]
    }),
  )
  const against = (other: Name, pick: (ours: Measured, theirs: Measured) => number) =>
    paired(results.get('trunkline'), results.get(other), pick)
  const rate = (ours: Measured, theirs: Measured) => ours.rate / theirs.rate
  const cpu = (ours: Measured, theirs: Measured) => cpuOf(theirs) / cpuOf(ours)
  const judged = [
    judge(`${which}: events/s, trunkline / hand-written loop`, against('hand-written loop', rate), {
      floor: 4,
      target: 7,
    }),
    judge(`${which}: statements an event`, [statements.get('trunkline') ?? Number.NaN], {
      floor: 1,
      target: 1,
      less: true,
    }),
  ]
  print('')
  table(ratioHead, [
    ...judged.map(ratioRow),
    untargeted(`${which}: CPU an event, hand-written loop / trunkline`, against('hand-written loop', cpu)),
    untargeted(`${which}: events/s, trunkline / pg-boss that does nothing`, against('pg-boss, no work', rate)),
  ])
  return judged
}
