import postgres from 'postgres'
import { type Contender, startContender } from './contender.ts'
import type { BenchServer } from './database.ts'
import { bodyBytes } from './deliveries.ts'
import { createCustomers, numberOf } from './inbox.ts'
import { type Judged, judge, paired, print, ratioHead, ratioRow, table, whole } from './report.ts'
import { median, orderOf } from './statistics.ts'

const customers = 1000
const smallRows = 10_000
const pieceRows = 100_000
const days = 30
/** What waits for a person is solved by persons: it does not grow with the table. */
const waiting = { failed: 200, dead: 300, quarantined: 500 }
const rare = 1000
/** So many are called each hour. */
const busyCustomers = 200

type Measured = Record<string, number>
type Grown = { rows: number; contender: Contender; sql: postgres.Sql; asked: Asked }
type Asked = { phone: string; customerId: string; middle: string }

/** The same statements on a small and on a large inbox, in turn: what may grow with the table, and what may not. */
export async function benchGrowth(
  server: BenchServer,
  { rounds, rows }: { rounds: number; rows: number },
): Promise<Judged[]> {
  const grown: Grown[] = []
  const names: string[] = []
  try {
    for (const size of [smallRows, rows]) {
      const name = `bench_growth_${size}`
      names.push(name)
      grown.push(await grow(await server.create(name), size))
    }
    const results = new Map<number, Measured[]>(grown.map((one) => [one.rows, []]))
    for (const one of grown) await measure(one, -1)
    for (let round = 0; round < rounds; round++) {
      for (const one of orderOf(grown, round)) {
        await server.checkpoint()
        results.get(one.rows)?.push(await measure(one, round))
      }
      print(`round ${round + 1} of ${rounds} done`)
    }
    return report(results, { rows, rounds })
  } finally {
    for (const { contender, sql } of grown) {
      await contender.stop()
      await sql.end()
    }
    for (const name of names) await server.drop(name)
  }
}

async function measure({ contender, asked }: Grown, nth: number): Promise<Measured> {
  contender.tell(JSON.stringify({ nth, ...asked }))
  const [, said = '{}'] = await contender.said(new RegExp(`^done ${nth} (\\{.*\\})$`, 'm'), 300_000)
  return JSON.parse(said) as Measured
}

async function grow(url: string, rows: number): Promise<Grown> {
  const began = performance.now()
  await createCustomers(url, customers)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  for (let from = 0; from < rows; from += pieceRows)
    await fill(sql, { from, to: Math.min(rows, from + pieceRows), rows })
  await sumUp(sql, rows)
  await sql.unsafe('vacuum analyze')
  const phone = numberOf(0)
  const [found] = await sql<[{ customer: string; middle: string; megabytes: number }]>`
    select (select id::text from customers order by id limit 1) as customer,
      (select replace(id::text, '-', '') from webhook_queue order by id offset ${Math.floor(rows / 2)} limit 1) as middle,
      (select sum(pg_total_relation_size(relid)) / 1048576 from pg_partition_tree('webhook_queue'))::int as megabytes`
  const contender = startContender(new URL('contenders/trunkline-growth.ts', import.meta.url), {
    env: { DATABASE_URL: url, TRUNKLINE_KEY: '0'.repeat(64) },
  })
  await contender.said(/^ready$/m)
  print(
    `${whole(rows)} rows, ${whole(found.megabytes)} MB, made in ${((performance.now() - began) / 1000).toFixed(0)} s`,
  )
  return { rows, contender, sql, asked: { phone, customerId: found.customer, middle: found.middle } }
}

/** Rows of the last month in the order in which they came, nearly all processed, with their keys. */
async function fill(sql: postgres.Sql, { from, to, rows }: { from: number; to: number; rows: number }): Promise<void> {
  const every = Math.floor(rows / (waiting.failed + waiting.dead + waiting.quarantined))
  const nth = `(n / ${every}) % 10`
  await sql.unsafe(`
    with made as (
      select n, at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0') || '8'
          || substr(md5(n::text), 1, 15))::uuid as id, customer.id as customer_id, agents.phone_number,
        case when n % ${every} > 0 then 'processed' when ${nth} < 2 then 'failed' when ${nth} < 5 then 'dead' else 'quarantined' end as state
      from (select n, date_trunc('milliseconds', now() - interval '1 hour' - (${rows} - n) * interval '${days} days' / ${rows}) as at
          from generate_series(${from}, ${to - 1}) as n) as moment
        join (select id, row_number() over (order by id) - 1 as place from customers) as customer on customer.place = n % ${customers}
        join agents on agents.customer_id = customer.id
    ), keyed as (
      insert into idempotency_keys (key, webhook_id, body_sha256, created_at)
      select sha256(('growth ' || n)::bytea), id, sha256(n::text::bytea), at from made where state <> 'quarantined'
    )
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes,
      body_sha256, verdict, state, received_at, attempts, next_attempt_at, processed_at, last_error, customer_id)
    select id, case when n % ${rare} = 0 then 'stripe' else 'retell' end, 'events', 'call_ended', phone_number,
      'http://127.0.0.1:3000/webhooks/retell', '127.0.0.1', '[["content-type","application/json"]]',
      rpad('{"event":"call_ended","call":{"call_id":"call_' || md5(n::text) || '"}}', ${bodyBytes}), 'utf8', ${bodyBytes},
      sha256(n::text::bytea), case when state = 'quarantined' then 'signature_invalid' else 'verified' end, state, at,
      case when state = 'quarantined' then 0 else 1 end, case when state = 'failed' then now() + interval '1 day' end,
      case when state = 'processed' then at end, case when state in ('failed', 'dead') then 'It could not be read' end, customer_id
    from made order by id`)
}

/** The sums by the hour, as many for each size: whatever a month brings, it has so many hours, outcomes and customers. */
async function sumUp(sql: postgres.Sql, rows: number): Promise<void> {
  await sql.unsafe(`
    insert into traffic_hours (hour, outcome, slot, count, seconds)
    select hour, outcome, slot, ${rows}, ${rows} * 60
    from generate_series(date_trunc('hour', now()) - interval '${days} days', now(), interval '1 hour') as hour,
      unnest(array['call.completed', 'call.missed', 'call.failed', 'message.inbound', 'message.outbound', 'message.failed']) as outcome,
      generate_series(0, 3) as slot`)
  await sql.unsafe(`
    insert into usage_hours (customer_id, meter, hour, provider, direction, quantity, entries)
    select id, 'call_seconds', hour, 'retell', 'inbound', ${rows} * 60, ${rows}
    from (select id from customers order by id limit ${busyCustomers}) as customer,
      generate_series(date_trunc('hour', now()) - interval '${days} days', now(), interval '1 hour') as hour`)
}

function report(
  results: ReadonlyMap<number, readonly Measured[]>,
  { rows, rounds }: { rows: number; rounds: number },
): Judged[] {
  const [small = [], large = []] = [results.get(smallRows), results.get(rows)]
  const names = Object.keys(large[0] ?? {})
  const middle = (of: readonly Measured[], name: string) => median(of.map((one) => one[name] ?? Number.NaN))
  const cell = (of: readonly Measured[], name: string) =>
    name.startsWith('inserts') ? whole(middle(of, name)) : `${middle(of, name).toFixed(2)} ms`
  print(`\nGrowth, ${whole(smallRows)} and ${whole(rows)} rows of ${bodyBytes} B: ${rounds} rounds, medians`)
  table(
    ['', whole(smallRows), whole(rows)],
    names.map((name) => [name, cell(small, name), cell(large, name)]),
  )
  const ratio = (name: string) =>
    paired(large, small, (ours, theirs) => (ours[name] ?? Number.NaN) / (theirs[name] ?? Number.NaN))
  const judged = names.map((name) =>
    judge(
      `large / small: ${name}`,
      ratio(name),
      name.startsWith('inserts') ? { floor: 0.6, target: 0.85 } : { floor: 2, target: 1.3, less: true },
    ),
  )
  print('')
  table(ratioHead, judged.map(ratioRow))
  return judged
}
