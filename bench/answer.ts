import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { apiMain, startContender } from './contender.ts'
import { cpuMicroseconds } from './cpu.ts'
import type { BenchServer } from './database.ts'
import { type Delivery, retellKey } from './deliveries.ts'
import { createCustomers, numberOf } from './inbox.ts'
import { sendAll } from './load.ts'
import { type Judged, judge, paired, print, ratioHead, ratioRow, table, whole } from './report.ts'
import { median, orderOf } from './statistics.ts'

const doors = ['twilio/voice', 'retell'] as const
type Door = (typeof doors)[number]
const names = ['trunkline', 'bare node:http'] as const
type Name = (typeof names)[number]
type Measured = { rate: number; p50: number; p99: number; cpu: number }

const connections = 64
const customers = 1000
const publicUrl = 'https://hooks.trunkline.example'
const accountSid = `AC${'0'.repeat(31)}1`
const twilioToken = randomBytes(16).toString('hex')

/**
 * How long whoever rings waits: verified, kept, its line looked up, admitted under a hold and answered, beside a handler that reads the
 * body and says yes.
 */
export async function benchAnswer(
  server: BenchServer,
  options: { rounds: number; seconds: number },
): Promise<Judged[]> {
  const folder = temporaryFolder('trunkline-bench-')
  const url = await server.create('bench_answer')
  await createCustomers(url, customers)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const contenders = {
    trunkline: startContender(apiMain, {
      env: {
        ROLE: 'web',
        PORT: '0',
        HOST: '127.0.0.1',
        DATABASE_URL: url,
        TRUNKLINE_DATA_DIR: folder.inside('trunkline'),
        TRUNKLINE_KEY: randomBytes(32).toString('hex'),
        PUBLIC_URL: publicUrl,
        RETELL_API_KEY: retellKey,
        TWILIO_ACCOUNT_SID: accountSid,
        TWILIO_AUTH_TOKEN: twilioToken,
        VOICE_STREAM_URL: 'wss://voice.trunkline.example/stream',
      },
    }),
    'bare node:http': startContender(new URL('contenders/bare.ts', import.meta.url), { env: {} }),
  }
  try {
    const origins = {} as Record<Name, string>
    for (const name of names)
      origins[name] = (await contenders[name].said(/ready at (http:\/\/127\.0\.0\.1:\d+)/))[1] ?? ''
    const measure = async (name: Name, door: Door, requests: number): Promise<Measured> => {
      const deliveries = ringing[door](requests)
      await server.checkpoint()
      const cpu = () =>
        cpuMicroseconds(contenders[name].pid) + (name === 'trunkline' ? cpuMicroseconds(server.pid, true) : 0)
      const before = cpu()
      let after = before
      const load = await sendAll(`${origins[name]}/webhooks/${door}`, deliveries, {
        connections,
        whenAnswered: () => {
          after = cpu()
        },
      })
      if (name === 'trunkline') await assertHeld(sql, load.requests)
      return { rate: load.requests / load.seconds, p50: load.p50, p99: load.p99, cpu: (after - before) / load.requests }
    }
    const judged: Judged[] = []
    for (const door of doors) {
      const rates = new Map<Name, number>()
      for (const name of names) {
        await measure(name, door, 8000)
        rates.set(name, (await measure(name, door, 3000)).rate)
      }
      const results = new Map<Name, Measured[]>(names.map((name) => [name, []]))
      for (let round = 0; round < options.rounds; round++)
        for (const name of orderOf(names, round)) {
          const measured = await measure(name, door, Math.ceil((rates.get(name) ?? 0) * options.seconds))
          rates.set(name, measured.rate)
          results.get(name)?.push(measured)
        }
      judged.push(report(door, results, options))
    }
    print('')
    table(ratioHead, judged.map(ratioRow))
    return judged
  } finally {
    for (const name of names) await contenders[name].stop()
    await sql.end({ timeout: 5 })
    await server.drop('bench_answer')
    folder.remove()
  }
}

const ringing: Record<Door, (count: number) => Delivery[]> = {
  'twilio/voice': (count) =>
    Array.from({ length: count }, (_, index) => {
      const form = {
        AccountSid: accountSid,
        CallSid: `CA${randomUUID().replaceAll('-', '')}`,
        CallStatus: 'ringing',
        Direction: 'inbound',
        From: '+14155550123',
        To: numberOf(index % customers),
      }
      const pairs = Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1))
      const signed = `${publicUrl}/webhooks/twilio/voice${pairs.flat().join('')}`
      return {
        body: Buffer.from(new URLSearchParams(form).toString()),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': createHmac('sha1', twilioToken).update(signed).digest('base64'),
        },
      }
    }),
  retell: (count) => {
    const now = Date.now()
    return Array.from({ length: count }, (_, index) => {
      const body = Buffer.from(
        JSON.stringify({
          event: 'call_inbound',
          call_inbound: { from_number: '+14155550123', to_number: numberOf(index % customers), nonce: index },
        }),
      )
      const digest = createHmac('sha256', retellKey).update(body).update(String(now)).digest('hex')
      return { body, headers: { 'content-type': 'application/json', 'x-retell-signature': `v=${now},d=${digest}` } }
    })
  },
}

/** Answered = kept = held, each under a hold of its own and within the cap; then the calls are over, and what is kept is emptied. */
async function assertHeld(sql: postgres.Sql, answered: number): Promise<void> {
  const [found] = await sql`
    select (select count(*)::integer from usage_holds where state = 'open') as holds, (select count(*)::integer from webhook_queue) as kept,
      (select sum(quantity)::bigint from usage_holds where state = 'open') = (select sum(call_reserved_seconds)::bigint from usage_limits) as agree`
  if (found?.holds !== answered || found.kept !== answered || !found.agree)
    throw new Error(
      `${answered} answered, ${found?.kept} kept, ${found?.holds} holds, which agree with what is reserved: ${found?.agree}`,
    )
  await sql`truncate webhook_queue, idempotency_keys`
  await sql`update usage_holds set state = 'expired', ended_at = now() where state = 'open'`
  await sql`update usage_limits set call_reserved_seconds = 0`
  // as autovacuum does while nobody waits for it
  await sql`vacuum analyze usage_holds, usage_limits`
}

function report(
  door: Door,
  results: ReadonlyMap<Name, readonly Measured[]>,
  { rounds, seconds }: { rounds: number; seconds: number },
): Judged {
  print(`\nAnswer, ${door}, ${connections} connections: ${rounds} rounds of ${seconds} s, medians`)
  table(
    ['', 'answers/s', 'p50 ms', 'p99 ms', 'CPU µs/answer'],
    names.map((name) => {
      const of = (pick: (one: Measured) => number) => median((results.get(name) ?? []).map(pick))
      return [
        name,
        whole(of(({ rate }) => rate)),
        of(({ p50 }) => p50).toFixed(2),
        of(({ p99 }) => p99).toFixed(2),
        whole(of(({ cpu }) => cpu)),
      ]
    }),
  )
  return judge(
    `${door}: p99, trunkline / bare node:http`,
    paired(results.get('trunkline'), results.get('bare node:http'), (ours, theirs) => ours.p99 / theirs.p99),
    { floor: 20, target: 5, less: true },
  )
}
