import { planReplay } from '../../apps/api/src/webhooks/plan-replay.ts'
import { type ReplayFilter, replayFilter } from '../../apps/api/src/webhooks/replay-filter.ts'
import { openProduct, serveMessages } from './product.ts'

// the product's own plan, up to the answer: what is meant is found, counted, hashed and kept
const { ctx } = await openProduct({ max: 1 })
serveMessages(measure)

async function measure(asked: string): Promise<void> {
  const [nth, ...rest] = asked.split(' ')
  const filter: ReplayFilter = replayFilter.parse(JSON.parse(rest.join(' ')))
  const began = performance.now()
  const { count } = await planReplay(ctx(), { filter })
  process.stdout.write(`done ${nth} ${count} ${performance.now() - began}\n`)
}
