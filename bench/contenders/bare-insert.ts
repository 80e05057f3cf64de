import { newId } from '../../apps/api/src/platform/id.ts'
import { openPool } from '../../packages/db/src/connect.ts'
import { customersOf, meterBatch, meterLoops } from '../metered.ts'
import { work } from './work.ts'

// the same rows into the same table with its indexes, as many at once, and nothing else: no key, no counter, no level
const url = process.env.DATABASE_URL ?? ''
const sql = openPool(url, { max: 10, name: 'bench' })
const nextBatch = meterBatch(await customersOf(url))
await work(meterLoops, async () => {
  const rows = nextBatch()
  const ids = rows.map(() => newId())
  await sql.unsafe(
    `insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id)
     select id::uuid, customer::uuid, 'call_seconds', 'call:' || id, 'usage', quantity::bigint, now(), now(), id::uuid
     from unnest($1::text[], $2::text[], $3::text[]) as entry (id, customer, quantity)`,
    [ids, rows.map(({ customerId }) => customerId), rows.map(({ quantity }) => String(quantity))] as never,
    { prepare: true },
  )
  return rows.length
})
