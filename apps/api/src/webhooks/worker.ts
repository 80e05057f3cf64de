import type { Ctx } from '../platform/context.ts'
import type { Live } from '../platform/live.ts'
import type { Logger } from '../platform/log.ts'
import { pause } from '../platform/pause.ts'
import { processBatch } from './process.ts'

/** So many at a time: while one commits and one waits for a counter, the others read. More than four gain nothing on two processors. */
export const workerLoops = 4
const batchSize = 100
const pollMs = 1000

/** Processes the inbox until it is closed; closing finishes the batches that are under way. */
export function startWorker(options: { ctxFor: () => Ctx; live: Live; log: Logger }) {
  const stopping = new AbortController()
  let wake = new AbortController()
  const stopListening = options.live.onChange((changed) => {
    if (changed.includes('inbox')) wake.abort()
  })

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const { claimed } = await processBatch(options.ctxFor(), { limit: batchSize })
        if (claimed >= batchSize) continue
      } catch (error) {
        options.log.error({ error }, 'inbox not processed')
        options.ctxFor().faults.track({ error, source: 'worker', where: 'webhooks.process' })
      }
      await pause(pollMs, AbortSignal.any([stopping.signal, wake.signal]))
      if (wake.signal.aborted) wake = new AbortController()
    }
  }
  const running = Array.from({ length: workerLoops }, loop)
  return {
    async close(): Promise<void> {
      stopListening()
      stopping.abort()
      await Promise.all(running)
    },
  }
}
