import { newId } from '../../apps/api/src/platform/id.ts'
import { compareLedger } from '../../apps/api/src/reconciliation/compare-ledger.ts'
import { openDrizzle } from '../../packages/db/src/connect.ts'
import { serveMessages } from './product.ts'

// the product's own comparison of ledger, counters and lines, differences written, as a run does it
const { db, pool } = openDrizzle(process.env.DATABASE_URL ?? '', { max: 1, name: 'bench' })
serveMessages(measure)

async function measure(asked: string): Promise<void> {
  const id = newId()
  await pool`
    insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at, finished_at)
    values (${id}, 'manual', 'bench', 'matched', '2026-01-01Z', '2026-01-02Z', now(), now(), now())`
  const began = performance.now()
  const { differences } = await compareLedger({ db }, { id })
  process.stdout.write(`done ${asked} ${differences} ${performance.now() - began}\n`)
}
