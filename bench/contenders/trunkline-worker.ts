import { processBatch } from '../../apps/api/src/webhooks/process.ts'
import { workerLoops } from '../../apps/api/src/webhooks/worker.ts'
import { openProduct } from './product.ts'
import { work } from './work.ts'

// the worker of the product: its own batches and its own loops, without the waiting in between
const { ctx } = await openProduct()
await work(workerLoops, async () => (await processBatch(ctx(), { limit: 100 })).claimed)
