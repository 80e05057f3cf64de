import pg from 'pg'
import { work } from './work.ts'

// the loop that one writes by hand: ten workers, one event a transaction, prepared statements, the same rows written.
// It spares itself the hourly counts, the crossings of a cap, notices to screens, the edges of a month and facts that come in
// another order
const loops = 10
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: loops,
  options: '-c synchronous_commit=on',
})
const clients = await Promise.all(Array.from({ length: loops }, () => pool.connect()))

const statements = {
  claim: `select id, body from webhook_queue where state in ('received', 'failed') and next_attempt_at <= now()
    order by next_attempt_at, id limit 1 for update skip locked`,
  name: `insert into call_keys (key, call_id) values ($1, uuidv7())
    on conflict (key) do update set key = excluded.key returning call_id`,
  merge: `insert into call_events (id, customer_id, phone_number, direction, from_number, to_number, agent_id, status,
      started_at, ended_at, occurred_at, seconds, seconds_source, cost_micros, disconnect_reason, summary, sentiment,
      transcript, retell_call_id, facts, updated_at)
    values ($1, (select customer_id from agents where phone_number = $2), $2, $3, $4, $2, $5, $6,
      to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000), to_timestamp($7::float8 / 1000), $9, 'retell', $10,
      $11, $12, $13, $14, $15, '{}', now())
    on conflict (id) do update set status = excluded.status, ended_at = coalesce(excluded.ended_at, call_events.ended_at),
      seconds = coalesce(excluded.seconds, call_events.seconds), cost_micros = coalesce(excluded.cost_micros, call_events.cost_micros),
      disconnect_reason = coalesce(excluded.disconnect_reason, call_events.disconnect_reason),
      summary = coalesce(excluded.summary, call_events.summary), sentiment = coalesce(excluded.sentiment, call_events.sentiment),
      transcript = coalesce(excluded.transcript, call_events.transcript), updated_at = now()
    where call_events.status <> 'completed' or excluded.status = 'completed'
    returning customer_id`,
  book: `insert into usage_keys (meter, idem_key, customer_id, period_start, booked, entries)
    values ('call_seconds', $1, $2, (select period_start from usage_limits where customer_id = $2), $3, 1) on conflict do nothing`,
  count: `update usage_limits set call_used_seconds = call_used_seconds + $2, updated_at = now() where customer_id = $1
    returning period_start`,
  enter: `insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id, webhook_id)
    values (uuidv7(), $1, 'call_seconds', $2, 'usage', $3, to_timestamp($4::float8 / 1000), $5, $6, $7)`,
  finish: `update webhook_queue set state = 'processed', processed_at = now(), attempts = attempts + 1,
    next_attempt_at = null, customer_id = $2 where id = $1`,
}

async function processOne(loop: number): Promise<number> {
  const client = clients[loop] as pg.PoolClient
  const run = async (name: keyof typeof statements, values: unknown[]) =>
    await client.query({ name, text: statements[name], values })
  await client.query('begin')
  const [webhook] = (await run('claim', [])).rows
  if (webhook === undefined) {
    await client.query('rollback')
    return 0
  }
  const { event, call } = JSON.parse(webhook.body)
  const isOver = event !== 'call_started'
  const seconds = isOver ? Math.ceil(call.duration_ms / 1000) : null
  const key = `retell:${call.call_id}`
  const callId = (await run('name', [key])).rows[0].call_id
  const merged = await run('merge', [
    callId,
    call.to_number,
    call.direction,
    call.from_number,
    call.agent_id,
    isOver ? 'completed' : 'in-progress',
    call.start_timestamp,
    isOver ? call.end_timestamp : null,
    seconds,
    isOver ? Math.round(call.call_cost.combined_cost * 10_000) : null,
    call.disconnection_reason ?? null,
    call.call_analysis?.call_summary ?? null,
    call.call_analysis?.user_sentiment ?? null,
    call.transcript ?? null,
    call.call_id,
  ])
  const customerId = merged.rows[0]?.customer_id ?? null
  if (seconds !== null && (await run('book', [`call:${callId}`, customerId, seconds])).rowCount === 1) {
    const period = (await run('count', [customerId, seconds])).rows[0].period_start
    await run('enter', [customerId, `call:${callId}`, seconds, call.start_timestamp, period, callId, webhook.id])
  }
  await run('finish', [webhook.id, customerId])
  await client.query('commit')
  return 1
}

await work(loops, processOne)
