import type { Door } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { adapters } from './adapters.ts'

type Named = Door & { provider: WebhookProvider; door: string }

/** Every door of every provider. */
export const doors: readonly Named[] = Object.values(adapters).flatMap(({ provider, doors }) =>
  Object.entries(doors).map(([name, door]) => ({ ...door, provider, door: name })),
)

/** The address of a provider's doors, as its senders are told it: one for each, from the public one on. */
export const addressesOf = (publicUrl: string, provider: WebhookProvider, source: string | null): string[] =>
  Object.values(adapters[provider].doors).map(({ paths: [path] }) => publicUrl + pathFor(path, source))

/** The address of a door, with the name of whoever sends there. */
export const pathFor = (path: string, source: string | null): string =>
  source === null ? path : path.replace(':source', source)

/** The address that a request to a door had, seen from another public one. Undefined where no door stands there. */
export function addressFrom(
  publicUrl: string,
  received: { provider: WebhookProvider; door: string; url: string },
): string | undefined {
  const [path = '', query] = received.url.split(/(?=\?)/, 2)
  const slash = path.endsWith('/') ? '/' : ''
  const known = adapters[received.provider].doors[received.door]?.paths.find((each) => path.endsWith(each + slash))
  return known && publicUrl + known + slash + (query ?? '')
}
