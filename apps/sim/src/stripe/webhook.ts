import type { StripeDraft } from '../draft.ts'
import { type StripeObject, stripeId, unixSeconds } from './objects.ts'

export type StripeEvent = {
  id: string
  object: 'event'
  api_version: string
  created: number
  livemode: false
  pending_webhooks: number
  request: { id: null; idempotency_key: null }
  type: string
  data: { object: StripeObject }
}

/** An event; of the same type, object and moment it is the same one. */
export function draftStripeEvent(type: string, object: StripeObject, at: number): StripeDraft {
  const { attempt_count: attempts } = object
  const payload: StripeEvent = {
    id: stripeId('evt', `${type}:${object.id}:${unixSeconds(at)}:${typeof attempts === 'number' ? attempts : ''}`),
    object: 'event',
    api_version: '2025-03-31.basil',
    created: unixSeconds(at),
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    data: { object },
  }
  return { provider: 'stripe', path: '/webhooks/stripe', at, payload }
}
