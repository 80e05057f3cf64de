import { openIntake } from '../../apps/api/src/webhooks/intake.ts'
import { processBatch } from '../../apps/api/src/webhooks/process.ts'
import { openSpool } from '../../apps/api/src/webhooks/spool.ts'
import { workerLoops } from '../../apps/api/src/webhooks/worker.ts'
import { openPool } from '../../packages/db/src/connect.ts'
import { arrivalOf, inboxOf } from '../inbox.ts'
import { openProduct } from './product.ts'
import { store } from './store.ts'
import { work } from './work.ts'

// the product without its doors: each webhook waits for the commit of its batch, then the worker's own batches
const { env, ctx } = await openProduct()
const { log } = ctx()
const spool = await openSpool({ folder: process.env.SPOOL ?? '', maxBytes: 1024 * 1024, log })
const sql = openPool(env.DATABASE_URL, { max: 2, name: 'intake' })
const intake = openIntake({ sql, spool, log, onStored: () => undefined })
await takeIn()
await work(workerLoops, async () => (await processBatch(ctx(), { limit: 100 })).claimed)

/** What is sent is forgotten with this: who works is no process that holds a whole inbox in memory. */
async function takeIn(): Promise<void> {
  const { deliveries } = inboxOf({ calls: Number(process.env.CALLS), customers: Number(process.env.CUSTOMERS) })
  const asksNothing = { provider: 'standard', door: 'bench', eventType: 'bench.nothing', phoneNumber: null } as const
  const arrivals = deliveries
    .map(arrivalOf)
    .map((arrival) => (process.env.HOW === 'nothing' ? { ...arrival, ...asksNothing } : arrival))
  await store(arrivals, { warm: Number(process.env.WARM), add: intake.store })
}
