import { createTRPCClient, splitLink, type TRPCClient } from '@trpc/client'
import type { PublicRouter } from '../contract.d.ts'
import { callLink } from './call-link.ts'
import { liveLink } from './live-link.ts'
import { type ClientOptions, settingsOf } from './settings.ts'
import { type TailedWebhook, type TailOptions, tail } from './tail.ts'

type Calls = TRPCClient<PublicRouter>

/** Every procedure of the server: `client.alerts.list.query({ state: 'open' })`. */
export type TrunklineClient = Omit<Calls, 'webhooks'> & {
  webhooks: Omit<Calls['webhooks'], 'tail'> & {
    /** Each webhook once as it comes in, across lost connections. */
    tail(options?: TailOptions): AsyncGenerator<TailedWebhook, void, undefined>
  }
}

export function createClient(options: ClientOptions): TrunklineClient {
  const settings = settingsOf(options)
  const calls = createTRPCClient<PublicRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: liveLink(settings),
        false: callLink(settings),
      }),
    ],
  })
  const webhooks = beside(calls.webhooks, { tail: (options?: TailOptions) => tail(calls.webhooks, options) })
  return beside(calls, { webhooks }) as unknown as TrunklineClient
}

/** What has any name by itself, but for these. */
function beside<Calls extends object>(calls: Calls, own: Record<string, unknown>): Calls {
  return new Proxy(calls, {
    get: (target, name) =>
      typeof name === 'string' && Object.hasOwn(own, name) ? own[name] : Reflect.get(target, name),
  })
}
