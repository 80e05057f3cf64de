import { hash } from 'node:crypto'
import { PgBoss } from 'pg-boss'
import postgres from 'postgres'
import { newId } from '../apps/api/src/platform/id.ts'
import type { Arrival } from '../apps/api/src/webhooks/arrival.ts'
import { storeArrivals } from '../apps/api/src/webhooks/store.ts'
import { openPool } from '../packages/db/src/connect.ts'
import { type CallEventName, retellBody } from './deliveries.ts'

export const queueName = 'bench'

export type Inbox = { deliveries: readonly Stored[]; calls: number; seconds: number }

const eventNames = ['call_started', 'call_ended', 'call_analyzed'] as const
/** How much later, in deliveries, a call ends and is analysed: another batch has it than the one with its beginning. */
const delays = { call_started: 0, call_ended: 1200, call_analyzed: 1700 } as const

/** The webhooks of so many calls in the order in which they would come, and what they must come to once processed. */
export function inboxOf(options: { calls: number; customers: number }): Inbox {
  const seconds = Array.from({ length: options.calls }, (_, call) => secondsOf(call)).reduce((sum, one) => sum + one)
  return { deliveries: inOrder(options), calls: options.calls, seconds }
}

/** Stores them as the intake does. */
export async function storeInbox(url: string, { deliveries }: Inbox): Promise<void> {
  const pool = openPool(url, { max: 2, name: 'bench' })
  try {
    for (const batch of inBatches(deliveries)) await storeArrivals(pool, batch.map(arrivalOf))
  } finally {
    await pool.end()
  }
}

/** Puts the same bodies into a queue of jobs. */
export async function queueInbox(url: string, { deliveries }: Inbox): Promise<void> {
  const boss = new PgBoss({ connectionString: url, max: 2, migrate: false, schedule: false, supervise: false })
  await boss.start()
  try {
    await boss.createQueue(queueName)
    for (const batch of inBatches(deliveries))
      await boss.insert(
        queueName,
        batch.map(({ body }) => ({ data: JSON.parse(body.toString()) })),
      )
  } finally {
    await boss.stop({ graceful: false, close: true })
  }
}

export const inBatches = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / 200) }, (_, batch) => items.slice(batch * 200, (batch + 1) * 200))

const secondsOf = (call: number) => 30 + ((call * 7) % 61)
export const numberOf = (customer: number) => `+1312${String(5_000_000 + customer)}`

/** Customers of the largest tier in the midst of their month, each with a line. */
export async function createCustomers(url: string, count: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  const ids = Array.from({ length: count }, newId)
  await sql`insert into customers (id, business_name, tier, timezone, country, updated_at)
    select id::uuid, 'Customer ' || id, 'scale', 'UTC', 'US', now() from unnest(${ids}::text[]) as made (id)`
  await sql`insert into usage_limits (customer_id, tier_snapshot_id, period_start, period_end, call_cap_seconds, grace_seconds, sms_cap, updated_at)
    select customers.id, tier.id, now() - interval '15 days', now() + interval '15 days',
      tier.call_cap_seconds, tier.call_grace_seconds, tier.sms_cap_segments, now()
    from customers join tier_snapshots as tier using (tier)`
  await sql`insert into agents (id, customer_id, phone_number, provider, agent_id, updated_at)
    select agent::uuid, customer::uuid, number, 'retell', 'agent_' || number, now()
    from unnest(${ids.map(newId)}::text[], ${ids}::text[], ${ids.map((_, index) => numberOf(index))}::text[])
      as made (agent, customer, number)`
  await sql.end()
}

type Stored = { event: CallEventName; callId: string; to: string; at: number; body: Buffer }

function inOrder({ calls, customers }: { calls: number; customers: number }): Stored[] {
  const began = Date.now() - 3_600_000
  const deliveries = Array.from({ length: calls }, (_, call) => {
    const callId = `call_${newId().replaceAll('-', '')}`
    const to = numberOf(call % customers)
    const facts = { id: callId, to, startedAt: began + call, seconds: secondsOf(call) }
    return eventNames.map((event) => ({
      event,
      callId,
      to,
      at: call * 3 + delays[event],
      body: retellBody(event, facts),
    }))
  })
  return deliveries
    .flat()
    .sort((a, b) => a.at - b.at)
    .map((delivery, index) => ({ ...delivery, at: began + index }))
}

export function arrivalOf({ event, callId, to, at, body }: Stored): Arrival {
  return {
    id: newId(),
    key: hash('sha256', `retell:${event}:${callId}`),
    provider: 'retell',
    door: 'events',
    eventType: event,
    phoneNumber: to,
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
    receivedAt: new Date(at).toISOString(),
    lastError: null,
    revisionOf: null,
  }
}
