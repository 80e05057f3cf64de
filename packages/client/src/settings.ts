import type { EventSourceLike } from '@trpc/server/unstable-core-do-not-import'
import { defaultRetry, type Retry } from './retry.ts'

export type ClientOptions = {
  /** Where Trunkline answers, as in `https://ops.example.com`. */
  url: string | URL
  /** A session token or API key. Without one, a browser's cookie counts. */
  token?: string | undefined
  /** How long a call may take, its repetitions included. 30 s unless told; Infinity for no limit. */
  timeoutMs?: number | undefined
  /** How calls are repeated; `false` for never. Four attempts unless told. */
  retry?: Partial<Retry> | false | undefined
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined
  /** In place of the `eventsource` package. The native one cannot send a token. */
  EventSource?: EventSourceLike.AnyConstructor | undefined
}

export type Settings = {
  url: string
  headers: Record<string, string>
  timeoutMs: number
  retry: Retry
  fetch: typeof globalThis.fetch
  EventSource: EventSourceLike.AnyConstructor | undefined
}

export function settingsOf(options: ClientOptions): Settings {
  const { retry, token } = options
  return {
    url: `${String(options.url).replace(/\/+$/, '')}/trpc`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    timeoutMs: options.timeoutMs ?? 30_000,
    retry: retry === false ? { ...defaultRetry, attempts: 1 } : { ...defaultRetry, ...retry },
    // looked up at each call, and never as a method of ours
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    EventSource: options.EventSource,
  }
}
