import postgres from 'postgres'
import { startContender } from './contender.ts'
import type { BenchServer } from './database.ts'
import { createCustomers } from './inbox.ts'
import { type Judged, judge, paired, print, ratioHead, ratioRow, table, whole } from './report.ts'
import { median, orderOf } from './statistics.ts'

const names = ['trunkline', 'bare aggregate'] as const
type Name = (typeof names)[number]

const customers = 10_000
const rows = 1_000_000
/** So many counters that are off: what is found is written, too. */
const planted = 225

const aggregate = `select count(*)::int as sums from (
  select customer_id, period_start, meter, sum(quantity) from usage_entries group by customer_id, period_start, meter) as one`

/** Ledger, counters and lines of a million entries compared, beside the sum of the same ledger and nothing else. */
export async function benchReconcile(server: BenchServer, options: { rounds: number }): Promise<Judged[]> {
  const database = 'bench_reconcile'
  const url = await server.create(database)
  await createCustomers(url, customers)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const ours = startContender(new URL('contenders/trunkline-reconcile.ts', import.meta.url), {
    env: { DATABASE_URL: url },
  })
  try {
    await fill(sql)
    await ours.said(/^ready$/m)
    const measured = new Map<Name, number[]>(names.map((name) => [name, []]))
    let asked = 0
    const measure: Record<Name, () => Promise<number>> = {
      trunkline: async () => {
        ours.tell(String(++asked))
        const [, , found, ms] = await ours.said(new RegExp(`^done (${asked}) (\\d+) ([\\d.]+)$`, 'm'), 600_000)
        if (Number(found) !== planted) throw new Error(`${found} differences found, not ${planted}`)
        return Number(ms)
      },
      'bare aggregate': async () => {
        const began = performance.now()
        const [row] = await sql.unsafe(aggregate)
        if (row?.sums !== customers) throw new Error(`${row?.sums} sums, not ${customers}`)
        return performance.now() - began
      },
    }
    for (const name of names) await measure[name]()
    for (let round = 0; round < options.rounds; round++)
      for (const name of orderOf(names, round)) measured.get(name)?.push(await measure[name]())
    return report(measured, options.rounds)
  } finally {
    await ours.stop()
    await sql.end()
    await server.drop(database)
  }
}

/** A hundred calls of each customer with counters and lines that say the same, but for those that are planted. */
async function fill(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id)
    select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, customer_id, 'call_seconds', 'call:' || n, 'usage', 30 + n % 60,
      period_start, period_start, gen_random_uuid()
    from generate_series(1, ${rows}) as n
      join (select customer_id, period_start, row_number() over (order by customer_id) - 1 as place from usage_limits) as one
        on place = n % ${customers}`)
  await sql.unsafe(`
    update usage_limits set call_used_seconds = ledger.quantity
    from (select customer_id, sum(quantity) as quantity from usage_entries group by customer_id) as ledger
    where ledger.customer_id = usage_limits.customer_id`)
  await sql.unsafe(`
    insert into billing_line_items (id, customer_id, period_start, period_end, kind, meter, source_key, tier_snapshot_id, quantity,
      unit_price_micros, amount_cents, state, updated_at)
    select gen_random_uuid(), customer_id, period_start, period_end, 'usage', 'call_seconds', 'bench:' || customer_id, tier_snapshot_id,
      call_used_seconds, 0, 0, 'open', now() from usage_limits`)
  await sql.unsafe(`
    insert into billing_marks (name, through_id, updated_at) values ('ledger', 'ffffffff-ffff-7fff-8fff-ffffffffffff', now())
    on conflict (name) do update set through_id = excluded.through_id`)
  await sql.unsafe(`
    update usage_limits set call_used_seconds = call_used_seconds + 1
    where customer_id in (select customer_id from usage_limits order by customer_id limit ${planted})`)
  await sql.unsafe('vacuum analyze')
}

function report(measured: ReadonlyMap<Name, readonly number[]>, rounds: number): Judged[] {
  print(`\nReconcile, ${whole(rows)} ledger rows of ${whole(customers)} customers: ${rounds} rounds, medians`)
  table(
    ['', 'ms'],
    names.map((name) => [name, whole(median(measured.get(name) ?? []))]),
  )
  print('')
  const judged = judge(
    'time, trunkline / bare aggregate',
    paired(measured.get('trunkline'), measured.get('bare aggregate'), (ours, theirs) => ours / theirs),
    { floor: 1.5, target: 1.35, less: true },
  )
  table(ratioHead, [ratioRow(judged)])
  return [judged]
}
