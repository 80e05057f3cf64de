import { createTRPCClient, splitLink, type TRPCClient } from '@trpc/client'
import type { PublicRouter } from '../contract.d.ts'
import { callLink } from './call-link.ts'
import { liveLink } from './live-link.ts'
import { type ClientOptions, settingsOf } from './settings.ts'

/** Every procedure of the server: `client.alerts.list.query({ state: 'open' })`. */
export type TrunklineClient = TRPCClient<PublicRouter>

export function createClient(options: ClientOptions): TrunklineClient {
  const settings = settingsOf(options)
  return createTRPCClient<PublicRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: liveLink(settings),
        false: callLink(settings),
      }),
    ],
  })
}
