import { hash } from 'node:crypto'
import { loadTraffic } from '../../apps/api/src/insights/traffic.ts'
import { newId } from '../../apps/api/src/platform/id.ts'
import { loadUsageSeries } from '../../apps/api/src/usage/load-series.ts'
import type { Arrival } from '../../apps/api/src/webhooks/arrival.ts'
import { countWebhooks, listWebhooks } from '../../apps/api/src/webhooks/list.ts'
import { storeArrivals } from '../../apps/api/src/webhooks/store.ts'
import { openPool } from '../../packages/db/src/connect.ts'
import { retellBody } from '../deliveries.ts'
import { openProduct, serveMessages } from './product.ts'

// the product's own statements on a table of some size: what a round measures is said as one line of JSON
const batches = 30
const batchSize = 200
const repeats = 25
const dayMs = 86_400_000

const { env, pool, ctx } = await openProduct({ max: 2 })
const intake = openPool(env.DATABASE_URL, { max: 2, name: 'intake' })
serveMessages((asked) => measure(JSON.parse(asked)))

type Asked = { nth: number; phone: string; customerId: string; middle: string }

async function measure({ nth, phone, customerId, middle }: Asked): Promise<void> {
  const now = Date.now()
  const range = (days: number) => ({
    from: new Date(now - days * dayMs).toISOString(),
    to: new Date(now).toISOString(),
  })
  const series = { meter: 'call_seconds', grain: 'hour', by: 'none', timezone: 'UTC' } as const
  const cells: Record<string, () => Promise<unknown>> = {
    'page: newest': () => listWebhooks(ctx(), { limit: 50 }),
    'page: from the middle on': () => listWebhooks(ctx(), { limit: 50, cursor: middle }),
    'page: dead': () => listWebhooks(ctx(), { limit: 50, state: 'dead' }),
    'page: of one number': () => listWebhooks(ctx(), { limit: 50, phone }),
    'page: of a rare provider': () => listWebhooks(ctx(), { limit: 50, provider: 'stripe' }),
    'page: of a provider without rows': () => listWebhooks(ctx(), { limit: 50, provider: 'telnyx' }),
    'page: of a text that is nowhere': () => listWebhooks(ctx(), { limit: 50, q: 'nowhere to be found' }),
    'counts: by state': () => countWebhooks(ctx()),
    'series: traffic, 24 hours': () => loadTraffic(ctx(), { ...range(1), bucket: 'hour' }),
    'series: traffic, 30 days': () => loadTraffic(ctx(), { ...range(30), bucket: 'hour' }),
    'series: usage of one, 30 days': () => loadUsageSeries(ctx(), { ...series, ...range(30), customerId }),
    'series: usage of all, 7 days': () => loadUsageSeries(ctx(), { ...series, ...range(7), customerId: null }),
  }
  const found: Record<string, number> = { 'inserts a second': await insertRate() }
  for (const [name, ask] of Object.entries(cells)) found[name] = await timeOf(ask)
  process.stdout.write(`done ${nth} ${JSON.stringify(found)}\n`)
}

/** Stored as the intake does it: two batches under way. What was stored is taken away again, outside the measurement. */
async function insertRate(): Promise<number> {
  const stored = Array.from({ length: batches }, () => Array.from({ length: batchSize }, arrival))
  const waiting = [...stored]
  const began = performance.now()
  const lane = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) await storeArrivals(intake, batch)
  }
  await Promise.all([lane(), lane()])
  const seconds = (performance.now() - began) / 1000
  const ids = stored.flat().map(({ id }) => id)
  await pool`delete from idempotency_keys where webhook_id = any (${ids}::uuid[])`
  await pool`delete from webhook_queue where id = any (${ids}::uuid[])`
  return (batches * batchSize) / seconds
}

function arrival(): Arrival {
  const id = newId()
  const callId = `call_${id.replaceAll('-', '')}`
  const body = retellBody('call_ended', { id: callId, to: '+13125000001', startedAt: Date.now() - 60_000, seconds: 60 })
  return {
    id,
    key: hash('sha256', `retell:call_ended:${callId}`),
    provider: 'retell',
    door: 'events',
    eventType: 'call_ended',
    phoneNumber: '+13125000001',
    url: 'http://127.0.0.1:3000/webhooks/retell',
    remoteAddress: '127.0.0.1',
    headers: '[["content-type","application/json"]]',
    body: body.toString(),
    bodyEncoding: 'utf8',
    bodyBytes: body.length,
    bodySha256: hash('sha256', body),
    verdict: 'verified',
    secretId: null,
    state: 'received',
    receivedAt: new Date().toISOString(),
    lastError: null,
    revisionOf: null,
  }
}

/** The quickest: whatever else runs only adds. */
async function timeOf(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < repeats; turn++) {
    const began = performance.now()
    await ask()
    times.push(performance.now() - began)
  }
  return Math.min(...times)
}
