import express from 'express'
import pg from 'pg'
import { serve } from './serve.ts'
import { isGenuine, sha256 } from './signature.ts'

// the handler that one writes by hand: verify, one INSERT, answer after its commit. The same two tables with all their
// indexes, in one statement, which the server has parsed once for each connection
const insert = `
with taken as (
  insert into idempotency_keys (key, webhook_id, body_sha256, created_at) values ($1, uuidv7(), $2, $3)
  on conflict (key) do nothing returning webhook_id
)
insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding,
  body_bytes, body_sha256, verdict, state, received_at, next_attempt_at)
select webhook_id, 'retell', 'events', $4, $5, $6, $7, $8, $9, 'utf8', $10, $2, 'verified', 'received', $3, $3 from taken`

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  keepAlive: true,
  options: '-c synchronous_commit=on',
})
const { rows } = await pool.query('show synchronous_commit')
if (rows[0]?.synchronous_commit !== 'on') throw new Error('commits would not be durable')

/** The same as the product keeps of these requests. */
const keptHeaders = ['host', 'content-type', 'user-agent', 'x-retell-signature']

const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.post('/webhooks/retell', express.raw({ type: '*/*', limit: '5mb' }), async (request, response) => {
  const body: Buffer = request.body
  if (!isGenuine(body, request.get('x-retell-signature'))) {
    response.status(401).json({ error: 'signature_invalid' })
    return
  }
  const { event, call } = JSON.parse(body.toString('utf8'))
  const stored = await pool.query({
    name: 'store-webhook',
    text: insert,
    values: [
      sha256(`retell:${event}:${call.call_id}`),
      sha256(body),
      new Date(),
      event,
      call.to_number,
      request.originalUrl,
      request.ip,
      JSON.stringify(keptHeaders.map((name) => [name, request.get(name)])),
      body.toString('utf8'),
      body.length,
    ],
  })
  response.json({ received: true, duplicate: stored.rowCount === 0 })
})
serve((port, host, ready) => {
  const server = app.listen(port, host, () => ready(server.address()))
})
