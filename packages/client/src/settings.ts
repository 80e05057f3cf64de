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

/** What no request could be made of is said before there is one: the platform's own words would repeat the token or password. */
function refuseUnusable({ url, token }: { url: string; token: string | undefined }): void {
  if (token !== undefined && !/^[\x21-\x7e]*$/.test(token))
    throw new TypeError('The token is one line of visible ASCII')
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' }
  if (username !== '' || password !== '') throw new TypeError('The url holds a name or password: send a token')
}

export function settingsOf(options: ClientOptions): Settings {
  const { retry } = options
  const url = String(options.url)
  const token = options.token?.trim()
  refuseUnusable({ url, token })
  return {
    url: `${url.replace(/\/+$/, '')}/trpc`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    timeoutMs: options.timeoutMs ?? 30_000,
    retry: retry === false ? { ...defaultRetry, attempts: 1 } : { ...defaultRetry, ...retry },
    // looked up at each call, and never as a method of ours
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    EventSource: options.EventSource,
  }
}
