import { carryOutReplay } from '../../apps/api/src/webhooks/bulk-replay.ts'
import { planReplay, runReplay } from '../../apps/api/src/webhooks/plan-replay.ts'
import { type ReplayFilter, replayFilter } from '../../apps/api/src/webhooks/replay-filter.ts'
import { wireId } from '../../packages/core/src/platform/wire-id.ts'
import { openProduct, serveMessages } from './product.ts'

// the product's own plan up to the answer: what is meant is found, counted, hashed and kept; or all of it, and its run
const { ctx } = await openProduct({ max: 2 })
serveMessages((asked) => (asked === 'carry out' ? carryOut() : measure(asked)))

async function measure(asked: string): Promise<void> {
  const [nth, ...rest] = asked.split(' ')
  const filter: ReplayFilter = replayFilter.parse(JSON.parse(rest.join(' ')))
  const began = performance.now()
  const { count } = await planReplay(ctx(), { filter })
  process.stdout.write(`done ${nth} ${count} ${performance.now() - began}\n`)
}

async function carryOut(): Promise<void> {
  const { id, hash, count } = await planReplay(ctx(), { filter: { state: 'dead' } })
  const replayId = wireId('replay').parse(id)
  const rateOf = async (run: () => Promise<void>) => {
    const began = performance.now()
    await run()
    return (count / (performance.now() - began)) * 1000
  }
  const planned = await rateOf(() => carryOutReplay(ctx(), { replayId }))
  await runReplay(ctx(), { replayId, hash })
  const replayed = await rateOf(() => carryOutReplay(ctx(), { replayId }))
  process.stdout.write(`carried out ${planned} ${replayed}\n`)
}
