import { plainText } from '@trunkline/core/platform/plain-text'
import { type Delivery, longestId, type Reading, type WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import { standardIdentity } from '@trunkline/core/webhooks/idempotency'
import { z } from 'zod'
import { readJson } from '../json-body.ts'
import { statedIn, verifyStandard } from './signature.ts'

const typed = z.object({ type: z.string().min(1) })

/** Known by the sender's own name of it. The body may be anything: what it says is its sender's business. */
function read(delivery: Delivery): Reading {
  const { id = '' } = statedIn(delivery.headers)
  if (id === '') return { readable: false, reason: 'There is no header «webhook-id»' }
  if (id.length > longestId) return { readable: false, reason: `webhook-id is longer than ${longestId} characters` }
  const found = readJson(delivery.body)
  const parsed = 'json' in found ? typed.safeParse(found.json) : undefined
  const type = parsed?.success ? plainText(parsed.data.type, 100).replaceAll(/\s/g, '_') : 'untyped'
  return {
    readable: true,
    identity: standardIdentity({ source: delivery.door, messageId: plainText(id, longestId) }),
    eventType: type,
    phoneNumber: undefined,
  }
}

export const standard: WebhookAdapter = {
  provider: 'standard',
  doors: { ':source': { paths: ['/webhooks/standard/:source'] } },
  verify: verifyStandard,
  read,
  events: () => [],
  testEvent: ({ now }) => ({
    door: ':source',
    body: JSON.stringify({ type: 'trunkline.test', timestamp: new Date(now).toISOString(), data: {} }),
  }),
}
