import { plainText } from '@trunkline/core/platform/plain-text'
import { longestId, type Reading } from '@trunkline/core/webhooks/adapter'
import { telnyxIdentity, telnyxOtherIdentity } from '@trunkline/core/webhooks/idempotency'
import { z } from 'zod'
import { jsonOf } from '../json-body.ts'

const text = z.string().min(1).optional().catch(undefined)
const names = { id: text, event_type: text, record_type: text }
const toldSchema = z.looseObject({
  ...names,
  event: text,
  type: text,
  campaignId: text,
  data: z.looseObject(names).optional().catch(undefined),
})

/**
 * What Telnyx tells in another envelope than that of its events (telnyx-node, `UnwrapWebhookEvent`): of campaigns, of links that were
 * followed, of sessions. It is kept under the name that it gives itself. Undefined where it names nothing.
 */
export function readOther(json: unknown, bodySha256: string): Reading | undefined {
  const { data, ...told } = toldSchema.safeParse(json).data ?? {}
  const { campaignId, type } = told
  const said =
    data?.event_type ??
    told.event_type ??
    told.event ??
    (campaignId === undefined ? undefined : `campaign.${type ?? 'other'}`) ??
    data?.record_type ??
    told.record_type
  if (said === undefined) return undefined
  const id = data?.id ?? told.id
  // `meta` beside it counts the tries
  const content = jsonOf({ ...(json as object), meta: undefined })
  return {
    readable: true,
    identity:
      id === undefined
        ? telnyxOtherIdentity({ content: content ?? bodySha256 })
        : telnyxIdentity({ eventId: plainText(id, longestId) }),
    eventType: plainText(said, 100).replaceAll(/\s/g, '_'),
    phoneNumber: undefined,
    ...(content === undefined ? {} : { content }),
  }
}
