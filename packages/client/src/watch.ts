import type { inferProcedureOutput, TrackedData } from '@trpc/server/unstable-core-do-not-import'
import type { PublicRouter } from '../contract.d.ts'
import type { TrunklineClient } from './create-client.ts'

type Watched = inferProcedureOutput<PublicRouter['live']['watch']>

/** Which domains changed. `resync` means that changes were missed: load again what you show. */
export type LiveEvent = Watched extends AsyncIterable<TrackedData<infer Event>> ? Event : never

/**
 * What changes, as it changes, until the signal fires. The first event, with no topic, says that the server listens:
 * what is loaded after it is not out of date. Lost connections are renewed, and then an event says `resync`.
 * Whoever is slower than the events gets them together, each topic once.
 */
export async function* watch(
  client: TrunklineClient,
  options: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<LiveEvent, void, undefined> {
  let pending: LiveEvent | undefined
  let failure: Error | undefined
  let isOver = false
  let wake = () => {}
  const end = (error?: Error) => {
    failure = error
    isOver = true
    wake()
  }
  const subscription = client.live.watch.subscribe(undefined, {
    ...(options.signal && { signal: options.signal }),
    onData({ data }) {
      pending = { topics: [...new Set([...(pending?.topics ?? []), ...data.topics])], at: data.at }
      wake()
    },
    onError: end,
    onComplete: () => end(),
  })
  try {
    for (;;) {
      if (pending) {
        const event = pending
        pending = undefined
        yield event
      } else if (isOver) {
        if (failure) throw failure
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    subscription.unsubscribe()
  }
}
