import { tracked } from '@trpc/server'
import { z } from 'zod'
import type { Topic } from './live.ts'
import { staff } from './trpc.ts'

export const liveRouter = {
  /** Which domains changed, as they change. After a gap the first event says `resync`: load again what you show. */
  watch: staff.input(z.object({ lastEventId: z.string().nullish() }).optional()).subscription(async function* ({ ctx, input, signal }) {
    const ends = signal ?? new AbortController().signal
    const changes = ctx.live.watch(ends)[Symbol.asyncIterator]()
    const started = new Date().toISOString()
    // who reconnects has missed what was said meanwhile
    yield tracked(started, { topics: (input?.lastEventId ? ['resync'] : []) as Topic[], at: started })
    try {
      while (!ends.aborted) {
        const next = await changes.next()
        if (next.done === true) return
        const changed = next.value.filter((topic) => topic !== 'inbox')
        const at = new Date().toISOString()
        if (changed.length > 0) yield tracked(at, { topics: changed, at })
      }
    } catch (error) {
      if (!ends.aborted) throw error
    }
  }),
}
