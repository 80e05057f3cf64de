import type { BillingEvent } from '@trunkline/core/billing/event'
import { statedInstant } from '@trunkline/core/events/call'
import { plainText } from '@trunkline/core/platform/plain-text'
import {
  type Delivery,
  longestId,
  type Reading,
  type VendorEvent,
  type WebhookAdapter,
} from '@trunkline/core/webhooks/adapter'
import { stripeIdentity } from '@trunkline/core/webhooks/idempotency'
import { z } from 'zod'
import { jsonOf, readJson } from '../json-body.ts'
import {
  envelopeSchema,
  idOf,
  ownCustomerOf,
  part,
  type StripeObject,
  saidBy,
  subscriptionOf,
  thinSchema,
} from './event.ts'
import { verifyStripe } from './signature.ts'

const anySchema = z.union([envelopeSchema, thinSchema])
type Envelope = z.infer<typeof anySchema>

function openedOf(body: Uint8Array): { envelope: Envelope; json: object } | string {
  const read = readJson(body)
  if ('fault' in read) return read.fault
  const parsed = anySchema.safeParse(read.json)
  return parsed.success
    ? { envelope: parsed.data, json: read.json as object }
    : 'The body is no event with id, type and object'
}

const idIn = (envelope: Envelope) => plainText(envelope.id, longestId)

function read(delivery: Delivery): Reading {
  const opened = openedOf(delivery.body)
  if (typeof opened === 'string') return { readable: false, reason: opened }
  const { envelope, json } = opened
  // it counts the deliveries that are still to succeed, this one among them
  const content = jsonOf({ ...json, pending_webhooks: undefined })
  return {
    readable: true,
    identity: stripeIdentity({ eventId: idIn(envelope) }),
    eventType: plainText(envelope.type, 100),
    phoneNumber: undefined,
    ...(content === undefined ? {} : { content }),
  }
}

/** The names by which it may be known whose it is. */
function namesOf(object: StripeObject): string[] {
  const names = [
    idOf(object.id),
    idOf(object.customer),
    idOf(object.subscription),
    subscriptionOf(object),
    idOf(object.payment_intent),
    idOf(object.charge),
    idOf(object.latest_charge),
    idOf(part(object, 'payments', 'data', 0, 'payment', 'payment_intent')),
  ]
  return [...new Set(names.flatMap((name) => (name === undefined ? [] : [`stripe:${name}`])))]
}

function events(delivery: Delivery, webhookId: string): VendorEvent[] {
  const opened = openedOf(delivery.body)
  if (typeof opened === 'string') throw new SyntaxError(opened)
  const { envelope } = opened
  if (envelope.object !== 'event') return []
  const { object } = envelope.data
  const said = saidBy(envelope.type, object)
  if (said === undefined) return []
  const { receivedAt } = delivery
  const customerId = ownCustomerOf(object)
  const stripeCustomerId = idOf(object.customer)
  const eventId = idIn(envelope)
  const names = namesOf(object)
  return [
    {
      kind: 'billing',
      keys: names.length > 0 ? names : [`stripe:${eventId}`.slice(0, longestId + 7)],
      register: `stripe:${plainText(envelope.type, 100)}`,
      fact: {
        source: 'stripe',
        at: statedInstant(envelope.created === undefined ? undefined : envelope.created * 1000, receivedAt) ?? 0,
        receivedAt,
        webhookId,
        eventId,
        type: plainText(envelope.type, 100),
        ...(customerId === undefined ? {} : { customerId }),
        ...(stripeCustomerId === undefined ? {} : { stripeCustomerId }),
        said,
      },
    },
  ]
}

export const stripe: WebhookAdapter = {
  provider: 'stripe',
  doors: { events: { paths: ['/webhooks/stripe', '/stripe-webhook'] } },
  verify: verifyStripe,
  read,
  events,
  testEvent: ({ id, now }) => ({
    door: 'events',
    body: JSON.stringify({
      id: `evt_test_${id}`,
      object: 'event',
      type: 'trunkline.test',
      livemode: false,
      created: Math.floor(now / 1000),
      data: { object: {} },
    }),
  }),
}

/** What Stripe answers when it is asked for an invoice, as a statement like its webhooks. */
export function askedInvoice(
  invoice: StripeObject,
  asked: { eventId: string; customerId: string; now: number },
): BillingEvent {
  const said = saidBy('invoice.asked', invoice)
  if (said === undefined) throw new SyntaxError('Stripe answered with something that is no invoice')
  const { eventId, customerId, now } = asked
  return {
    kind: 'billing',
    keys: namesOf(invoice),
    register: 'stripe:invoice.asked',
    fact: {
      source: 'stripe',
      at: now,
      receivedAt: now,
      webhookId: '',
      eventId,
      type: 'invoice.asked',
      customerId,
      said,
    },
  }
}
