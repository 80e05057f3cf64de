import { tracked } from '@trpc/server'
import { z } from 'zod'
import type { Topic } from './live.ts'
import { expectStill, staff } from './trpc.ts'

export const liveRouter = {
  /** Which domains changed, as they change. After a gap the first event says `resync`: load again what you show. */
  watch: staff.input(z.object({ lastEventId: z.string().nullish() }).optional()).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    const changes = ctx.live.watch(signal ?? new AbortController().signal)
    const started = new Date().toISOString()
    // who reconnects has missed what was said meanwhile
    const missed: Topic[] = input?.lastEventId ? ['resync'] : []
    yield tracked(started, { topics: missed, at: started })
    for await (const all of changes) {
      // a revoked session takes its streams along; the beat and a gap tell nothing, so they are looked into as well
      if (all.length === 0 || all.includes('sessions') || all.includes('resync')) await expectStill(ctx, 'staff')
      const changed = all.filter((topic) => topic !== 'inbox')
      const at = new Date().toISOString()
      if (changed.length > 0) yield tracked(at, { topics: changed, at })
    }
  }),
}
