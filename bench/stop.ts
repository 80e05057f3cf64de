import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { temporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'
import { post } from '../test/process/wire.ts'
import { apiMain, startContender } from './contender.ts'
import type { BenchServer } from './database.ts'
import { retellKey, signedDeliveries } from './deliveries.ts'
import { createCustomers } from './inbox.ts'
import { type Judged, judge, print, ratioHead, ratioRow, table, whole } from './report.ts'
import { percentile } from './statistics.ts'

const customers = 400
/** So many webhooks of others are under way at any moment. */
const beside = 32
const settings = {
  TRUNKLINE_KEY: randomBytes(32).toString('hex'),
  PUBLIC_URL: 'https://hooks.trunkline.example',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(31)}1`,
  TWILIO_AUTH_TOKEN: randomBytes(16).toString('hex'),
  TWILIO_NUMBER: '+15005550100',
}

type Times = { door: number[]; decided: number[]; sent: number[]; allowed: number; texts: number }

/** How long after a STOP was acknowledged nothing goes out to who said it any more, while others keep the door busy. */
export async function benchStop(server: BenchServer): Promise<Judged[]> {
  const folder = temporaryFolder('trunkline-stop-')
  const url = await server.create('bench_stop')
  await createCustomers(url, customers)
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  await sql`
    update customers set contact_phone = '+1415' || (5000000 + place)
    from (select id, row_number() over (order by id) as place from customers) as placed where placed.id = customers.id`
  const api = startContender(apiMain, {
    env: {
      ...settings,
      ROLE: 'web',
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: url,
      TRUNKLINE_DATA_DIR: folder.inside('data'),
      RETELL_API_KEY: retellKey,
    },
  })
  const gate = startContender(new URL('contenders/trunkline-stop.ts', import.meta.url), {
    env: { ...settings, DATABASE_URL: url },
  })
  const ending = new AbortController()
  try {
    const [, origin = ''] = await api.said(/ready at (http:\/\/127\.0\.0\.1:\d+)/)
    await gate.said(/^ready$/m)
    const busy = keepBusy(`${origin}/webhooks/retell`, ending.signal)
    const began = performance.now()
    gate.tell(origin)
    const [, said = '{}'] = await gate.said(/^done (\{.*\})$/m, 300_000)
    const seconds = (performance.now() - began) / 1000
    ending.abort()
    return report(JSON.parse(said) as Times, { rate: (await busy) / seconds })
  } finally {
    ending.abort()
    await gate.stop()
    await api.stop()
    await sql.end({ timeout: 5 })
    await server.drop('bench_stop')
    folder.remove()
  }
}

/** Webhooks of other people's calls, until it is ended; answers how many were taken. */
async function keepBusy(door: string, ends: AbortSignal): Promise<number> {
  let answered = 0
  const lane = async () => {
    while (!ends.aborted)
      for (const { headers, body } of signedDeliveries(50)) {
        const answer = await post(door, headers, body, beside)
        if (ends.aborted) return
        if (answer?.status !== 200) throw new Error(`A webhook of the load was answered ${answer?.status}`)
        answered++
      }
  }
  await Promise.all(Array.from({ length: beside }, lane))
  return answered
}

function report(times: Times, { rate }: { rate: number }): Judged[] {
  print(`\nSTOP, ${whole(times.door.length)} texts while ${whole(rate)} other webhooks a second are taken`)
  const row = (name: string, all: readonly number[]) => {
    const sorted = all.toSorted((a, b) => a - b)
    return [name, ...[0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1))]
  }
  table(
    ['ms', 'p50', 'p99', 'longest'],
    [
      row('from the text to its acknowledgement', times.door),
      row('from there to the first refusal, where it is decided', times.decided),
      row('from there to the first refusal, where it is sent', times.sent),
    ],
  )
  const judged = [
    judge('allowed or sent after the acknowledgement', [times.allowed + times.texts], {
      floor: 0,
      target: 0,
      less: true,
    }),
  ]
  print('')
  table(ratioHead, judged.map(ratioRow))
  return judged
}
