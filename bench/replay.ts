import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { startContender } from './contender.ts'
import type { BenchServer } from './database.ts'
import { createCustomers, type Inbox, inboxOf, numberOf, storeInbox } from './inbox.ts'
import { type Judged, judge, print, ratioHead, ratioRow, table, whole } from './report.ts'
import { median, orderOf, spread } from './statistics.ts'

const rows = 400_000
const meant = 100_000
const customers = 1000
/** Of each three webhooks. */
const calls = 2000
const day = 86_400_000

const names = ['by state', 'by cause', 'by provider in 30 days', 'by JSON path in 7 days'] as const
type Name = (typeof names)[number]

/**
 * From the filter to the answer with counts and hash, for the largest plan that there may be, in an inbox four times as large; and how
 * soon a smaller one is planned and run to its end.
 */
export async function benchReplay(server: BenchServer, options: { rounds: number }): Promise<Judged[]> {
  const database = 'bench_replay'
  const url = await server.create(database)
  await createCustomers(url, customers)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const ours = startReplayer(url)
  try {
    await fill(sql)
    await ours.said(/^ready$/m)
    const window = (days: number) => ({
      from: new Date(Date.now() - days * day).toISOString(),
      to: new Date(Date.now() + day / 24).toISOString(),
    })
    const filters: Record<Name, object> = {
      'by state': { state: 'dead' },
      'by cause': { cause: 'Names no call' },
      'by provider in 30 days': { provider: 'retell', ...window(30) },
      'by JSON path in 7 days': { json: { path: ['call', 'agent_id'], is: 'agent_bench' }, ...window(6.9) },
    }
    const measured = new Map<Name, number[]>(names.map((name) => [name, []]))
    let asked = 0
    const measure = async (name: Name): Promise<number> => {
      ours.tell(`${++asked} ${JSON.stringify(filters[name])}`)
      const [, , count, ms] = await ours.said(new RegExp(`^done (${asked}) (\\d+) ([\\d.]+)$`, 'm'), 120_000)
      if (Number(count) !== meant) throw new Error(`${count} webhooks are meant ${name}, not ${meant}`)
      return Number(ms) / 1000
    }
    for (let round = 0; round < options.rounds; round++)
      for (const name of orderOf(names, round)) measured.get(name)?.push(await measure(name))
    const judged = report(measured, options.rounds)
    await benchWhole(server, options.rounds)
    return judged
  } finally {
    await ours.stop()
    await sql.end()
    await server.drop(database)
  }
}

/** From the plan's first webhook to its last, and the same of its run: all of these calls' webhooks had died. */
async function benchWhole(server: BenchServer, rounds: number): Promise<void> {
  const inbox = inboxOf({ calls, customers })
  const rates: { planned: number; replayed: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const database = 'bench_replay_whole'
    const url = await server.create(database)
    await createCustomers(url, customers)
    await storeInbox(url, inbox)
    const sql = postgres(url, { max: 1 })
    await sql`update webhook_queue set state = 'dead', last_error = 'it was so', attempts = 8, next_attempt_at = null`
    await sql`vacuum analyze webhook_queue`
    const ours = startReplayer(url)
    try {
      await ours.said(/^ready$/m)
      ours.tell('carry out')
      const [, planned, replayed] = await ours.said(/^carried out ([\d.]+) ([\d.]+)$/m, 600_000)
      rates.push({ planned: Number(planned), replayed: Number(replayed) })
      await assertBooked(sql, inbox)
    } finally {
      await ours.stop()
      await sql.end()
      await server.drop(database)
    }
  }
  print(`\nReplay, ${whole(inbox.deliveries.length)} webhooks of ${whole(calls)} calls to their end: ${rounds} rounds`)
  table(
    ['', 'webhooks/s', 'spread'],
    (['planned', 'replayed'] as const).map((name) => {
      const of = rates.map((rate) => rate[name])
      return [name, whole(median(of)), `${Math.round(spread(of) * 100)} %`]
    }),
  )
}

/** Each call is charged once, by what it lasted. */
async function assertBooked(sql: postgres.Sql, { calls, seconds }: Inbox): Promise<void> {
  const [found] = await sql`
    select count(*)::integer as entries, sum(quantity)::integer as seconds,
      (select sum(call_used_seconds)::integer from usage_limits) as counted from usage_entries`
  if (found?.entries !== calls || found.seconds !== seconds || found.counted !== seconds)
    throw new Error(
      `${found?.entries} entries of ${found?.seconds} s, ${found?.counted} s counted; ${calls} of ${seconds} s were due`,
    )
}

const startReplayer = (url: string) =>
  startContender(new URL('contenders/trunkline-replay.ts', import.meta.url), {
    env: { DATABASE_URL: url, TRUNKLINE_KEY: randomBytes(32).toString('hex') },
  })

/** A quarter of the inbox died of one cause; it came over five days, and its bodies are of the usual size. */
async function fill(sql: postgres.Sql): Promise<void> {
  await sql.unsafe(`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes,
      body_sha256, verdict, state, received_at, attempts, last_error, processed_at)
    select uuidv7((n - ${rows}) * interval '1 second'), case when n % 4 = 0 then 'retell' else 'twilio' end, 'retell', 'call_ended',
      '${numberOf(0).slice(0, -4)}' || lpad((n % ${customers})::text, 4, '0'), 'https://hooks.example/webhooks/retell', '127.0.0.1', '[]',
      '{"event":"call_ended","call":{"call_id":"call_' || n || '","agent_id":"' || case when n % 4 = 0 then 'agent_bench' else 'agent_other' end
        || '","transcript":"' || repeat('Agent: Good morning. ', 40) || '"}}', 'utf8', 1000, sha256(n::text::bytea), 'verified',
      case when n % 4 = 0 then 'dead' else 'processed' end, now() - (${rows} - n) * interval '1 second', 1,
      case when n % 4 = 0 then 'Names no call' end, case when n % 4 <> 0 then now() end
    from generate_series(1, ${rows}) as n`)
  await sql.unsafe('vacuum analyze webhook_queue')
}

function report(measured: ReadonlyMap<Name, readonly number[]>, rounds: number): Judged[] {
  print(
    `\nReplay, a plan of ${whole(meant)} webhooks in an inbox of ${whole(rows)}: ${rounds} rounds, seconds until its counts`,
  )
  const judged = names.map((name) =>
    judge(`seconds, ${name}`, measured.get(name) ?? [], { floor: 5, target: 5, less: true }),
  )
  table(ratioHead, judged.map(ratioRow))
  return judged
}
