import type { Delivery, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import type { Ctx } from '../platform/context.ts'
import { adapters } from './adapters.ts'
import { addressFrom } from './door-paths.ts'
import { joinHeaders } from './join-headers.ts'

type Refused = {
  provider: WebhookProvider
  door: string
  url: string
  headers: readonly (readonly [string, string])[]
  body: string
  bodyEncoding: 'utf8' | 'base64'
  receivedAt: Date
}

/**
 * A refused delivery verified again as of when it came, at the address that it had then and at the one that it would have now:
 * PUBLIC_URL may have been wrong. One verdict for each.
 */
export function verifyAgain(
  { env }: Pick<Ctx, 'env'>,
  refused: Refused,
  secrets: readonly SigningSecret[],
): { delivery: Delivery; verdicts: Verification[] } {
  const { provider, door, url } = refused
  const delivery: Delivery = {
    door,
    url,
    headers: joinHeaders(refused.headers),
    body: Buffer.from(refused.body, refused.bodyEncoding),
    receivedAt: refused.receivedAt.getTime(),
  }
  const urls = [...new Set([url, addressFrom(env.PUBLIC_URL, refused) ?? url])]
  return { delivery, verdicts: urls.map((url) => adapters[provider].verify({ ...delivery, url }, secrets)) }
}
