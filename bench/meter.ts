import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { createCustomers } from './inbox.ts'
import { secondsEach } from './metered.ts'
import { type Judged, paired, print, table, untargeted, whole } from './report.ts'
import { median, orderOf, spread } from './statistics.ts'

const names = ['trunkline', 'bare INSERT'] as const
type Name = (typeof names)[number]

const files: Record<Name, URL> = {
  trunkline: new URL('contenders/trunkline-meter.ts', import.meta.url),
  'bare INSERT': new URL('contenders/bare-insert.ts', import.meta.url),
}

/** So many customers, and a cap that one in so many of them passes in the run: levels are crossed, alerts raised, owners told. */
const scenes = {
  spread: { customers: 10_000, capSeconds: 2 * secondsEach, oneIn: 100, text: 'over 10,000 customers' },
  hot: { customers: 1, capSeconds: 5000 * secondsEach, oneIn: 1, text: 'all of one customer' },
  crossing: { customers: 30_000, capSeconds: secondsEach, oneIn: 1, text: 'every row passes its customer’s cap' },
} as const

const warmRows = 5000
/** Ledger rows for each second that is asked for: about what the product does. */
const rowsPerSecond: Record<Name, number> = { trunkline: 5000, 'bare INSERT': 25_000 }

type Measured = { rate: number; nodeCpu: number; databaseCpu: number }

/** Ledger rows a second, crossings and all, beside the same rows inserted and nothing else. */
export async function benchMeter(server: BenchServer, options: { rounds: number; seconds: number }): Promise<Judged[]> {
  for (const scene of Object.values(scenes)) {
    const seconds = scene.oneIn === 1 && scene.customers > 1 ? Math.min(options.seconds, 5) : options.seconds
    const template = `bench_meter_${scene.customers}`
    const url = await server.create(template)
    await createCustomers(url, scene.customers)
    const sql = postgres(url, { max: 1 })
    await sql`
      update usage_limits set call_cap_seconds = ${scene.capSeconds}
      where customer_id in (select customer_id from (select customer_id, row_number() over (order by customer_id) as place from usage_limits) as one where place % ${scene.oneIn} = 0)`
    await sql.end()
    const results = new Map<Name, Measured[]>(names.map((name) => [name, []]))
    for (let round = 0; round < options.rounds; round++) {
      for (const name of orderOf(names, round))
        results.get(name)?.push(await measure(name, server, { template, rows: seconds * rowsPerSecond[name] }))
      print(`round ${round + 1} of ${options.rounds} done`)
    }
    report(scene.text, results, options.rounds)
  }
  return []
}

async function measure(name: Name, server: BenchServer, task: { template: string; rows: number }): Promise<Measured> {
  const database = 'bench_meter_run'
  const url = await server.create(database, task.template)
  await server.checkpoint()
  const contender = startContender(files[name], {
    env: { DATABASE_URL: url, TRUNKLINE_KEY: randomBytes(32).toString('hex'), WARM: String(warmRows) },
  })
  try {
    const [, warmed] = await contender.said(/^warm (\d+)$/m)
    const cpu = () => ({ node: cpuMicroseconds(contender.pid), database: cpuMicroseconds(server.pid, true) })
    const before = cpu()
    contender.tell(String(task.rows))
    const [, done, milliseconds] = await contender.said(/^done (\d+) ([\d.]+)$/m, 600_000)
    const after = cpu()
    const rows = Number(done)
    await assertBooked(url, { rows: Number(warmed) + rows, isWhole: name === 'trunkline' })
    return {
      rate: (rows / Number(milliseconds)) * 1000,
      nodeCpu: (after.node - before.node) / rows,
      databaseCpu: (after.database - before.database) / rows,
    }
  } finally {
    await contender.stop()
    await server.drop(database)
  }
}

/** Every row is there; of the product's, ledger, counters and sums by the hour say the same, and every level that was passed is a crossing with its alert. */
async function assertBooked(url: string, expected: { rows: number; isWhole: boolean }): Promise<void> {
  const sql = postgres(url, { max: 1 })
  try {
    const [found] = await sql`
      select (select count(*)::integer from usage_entries) as rows, (select sum(quantity)::integer from usage_entries) as ledger,
        (select sum(call_used_seconds)::integer from usage_limits) as counters, (select sum(quantity)::integer from usage_hours) as hours,
        (select count(*)::integer from usage_crossings) as crossings, (select count(*)::integer from ops_alerts) as alerts,
        (select count(*)::integer from usage_limits where call_used_seconds * 100 >= call_cap_seconds * 80)
          + (select count(*)::integer from usage_limits where call_used_seconds >= call_cap_seconds)
          + (select count(*)::integer from usage_limits where call_used_seconds >= call_cap_seconds + grace_seconds) as levels`
    if (found?.rows !== expected.rows) throw new Error(`${found?.rows} rows, not ${expected.rows}`)
    if (!expected.isWhole) return
    const { ledger, counters, hours, crossings, alerts, levels } = found
    if (ledger !== counters || ledger !== hours || crossings !== levels || alerts !== levels)
      throw new Error(`what was booked does not agree: ${JSON.stringify(found)}`)
  } finally {
    await sql.end()
  }
}

function report(which: string, results: ReadonlyMap<Name, readonly Measured[]>, rounds: number): void {
  print(`\nMeter, ${which}: ${rounds} rounds, medians`)
  table(
    ['', 'ledger rows/s', 'spread', 'CPU µs/row', 'of it node', 'postgres'],
    names.map((name) => {
      const measured = results.get(name) ?? []
      const of = (pick: (one: Measured) => number) => median(measured.map(pick))
      return [
        name,
        whole(of(({ rate }) => rate)),
        `${Math.round(spread(measured.map(({ rate }) => rate)) * 100)} %`,
        whole(of(({ nodeCpu, databaseCpu }) => nodeCpu + databaseCpu)),
        whole(of(({ nodeCpu }) => nodeCpu)),
        whole(of(({ databaseCpu }) => databaseCpu)),
      ]
    }),
  )
  print('')
  table(
    ['', 'median', 'rounds'],
    [
      untargeted(
        `${which}: rows/s, trunkline / bare INSERT`,
        paired(results.get('trunkline'), results.get('bare INSERT'), (ours, theirs) => ours.rate / theirs.rate),
      ),
    ],
  )
}
