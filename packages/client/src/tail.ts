import type { TRPCClient } from '@trpc/client'
import type { inferRouterInputs } from '@trpc/server'
import type { inferProcedureOutput, TrackedData } from '@trpc/server/unstable-core-do-not-import'
import type { PublicRouter } from '../contract.d.ts'

type Event =
  inferProcedureOutput<PublicRouter['webhooks']['tail']> extends AsyncIterable<TrackedData<infer Said>> ? Said : never
type Input = inferRouterInputs<PublicRouter>['webhooks']['tail']

/** A webhook as it came in. `cursor` is where to go on after it. */
export type TailedWebhook = NonNullable<Event['webhook']> & { cursor: string }

export type TailOptions = {
  /** The cursor of the last webhook that is done with. Without one, what comes in from now on. */
  after?: string | undefined
  /** `refused`: what was refused at the door as well. */
  filters?: Omit<Input, 'after' | 'lastEventId' | 'bytes'> | undefined
  /** With address, headers and body, as they came. */
  bytes?: boolean | undefined
  /** Told where it begins, each time the server listens. */
  onListening?: ((cursor: string) => void) | undefined
  signal?: AbortSignal | undefined
}

/** So many may wait for a slow reader; then the stream is let go, and taken up again behind the last of them. */
const mostWaiting = 500
const mostBytesWaiting = 8 * 1024 * 1024

/**
 * Every webhook once, in the order in which they were stored, until the signal fires. A connection that is lost is renewed behind the last
 * webhook that came; whoever stops goes on later with `after`.
 */
export async function* tail(
  webhooks: TRPCClient<PublicRouter>['webhooks'],
  options: TailOptions = {},
): AsyncGenerator<TailedWebhook, void, undefined> {
  const { filters, bytes, signal, onListening } = options
  const waiting: TailedWebhook[] = []
  let bytesWaiting = 0
  let after = options.after
  let failure: Error | undefined
  let isOver = false
  let wake = () => {}
  let close: (() => void) | undefined
  const open = () => {
    let isOurs = true
    const end = (error?: Error) => {
      if (!isOurs) return
      failure = error
      isOver = true
      wake()
    }
    const subscription = webhooks.tail.subscribe(
      { ...filters, ...(bytes !== undefined && { bytes }), ...(after !== undefined && { after }) },
      {
        ...(signal && { signal }),
        onData({ data: { cursor, webhook } }) {
          if (!isOurs) return
          after = cursor
          if (webhook === null) onListening?.(cursor)
          else {
            bytesWaiting += webhook.bytes?.body.length ?? 0
            if (waiting.push({ ...webhook, cursor }) >= mostWaiting || bytesWaiting >= mostBytesWaiting) close?.()
          }
          wake()
        },
        onError: end,
        onComplete: () => end(),
      },
    )
    close = () => {
      isOurs = false
      close = undefined
      subscription.unsubscribe()
    }
  }
  try {
    for (;;) {
      if (signal?.aborted) return
      const webhook = waiting.shift()
      if (webhook !== undefined) {
        bytesWaiting -= webhook.bytes?.body.length ?? 0
        yield webhook
      } else if (isOver) {
        if (failure) throw failure
        return
      } else {
        if (close === undefined) open()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    close?.()
  }
}
