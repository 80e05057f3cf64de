import type { BillingSaid } from '@trunkline/core/billing/event'
import { invoiceStatuses, subscriptionStatuses } from '@trunkline/core/billing/words'
import { plainText } from '@trunkline/core/platform/plain-text'
import { wireId } from '@trunkline/core/platform/wire-id'
import { type TierKey, tierKeys } from '@trunkline/core/usage/tier'
import { longestId } from '@trunkline/core/webhooks/adapter'
import { z } from 'zod'
import { quoted, wordMap } from '../json-body.ts'

export const envelopeSchema = z.object({
  id: z.string().min(1).max(longestId),
  object: z.literal('event'),
  type: z.string().min(1).max(100),
  created: z.number().optional().catch(undefined),
  data: z.object({ object: z.looseObject({}) }),
})

/** An event that names what changed and does not bring it ("Thin events", Stripe docs). */
export const thinSchema = z.object({
  id: z.string().min(1).max(longestId),
  object: z.literal('v2.core.event'),
  type: z.string().min(1).max(100),
})

export type StripeObject = { readonly [field: string]: unknown }

/** Something of Stripe's named by its id, or given whole where it was expanded. */
export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null ? (value as StripeObject).id : value
  return typeof id === 'string' && id !== '' && id.length <= longestId ? plainText(id, longestId) : undefined
}

export const part = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? (inner as StripeObject)[step] : undefined),
    value,
  )
const textOf = (value: unknown, atMost: number) =>
  typeof value === 'string' && value !== '' ? plainText(value, atMost) : undefined

const latest = Date.UTC(2100, 0, 1)
/** Stripe's unix seconds as milliseconds, where they can be the time of anything. */
function instant(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined
  return value >= Date.UTC(2010, 0, 1) / 1000 && value * 1000 < latest ? value * 1000 : undefined
}

/** A sum of money. One that cannot be true is a fault of the whole webhook: counted or not, it would be unseen. */
function cents(object: StripeObject, field: string): number {
  const value = object[field] ?? 0
  // credit notes make an invoice negative, and nothing else
  if (typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 1e12) return value
  throw new SyntaxError(`${field} is no whole number of cents: ${quoted(value)}`)
}

const currencyOf = (object: StripeObject) => textOf(object.currency, 10)?.toLowerCase() ?? 'usd'

function word<Word extends string>(object: StripeObject, words: readonly Word[]): Word {
  const found = words.find((one) => one === object.status)
  if (found !== undefined) return found
  throw new SyntaxError(`The status is not known: ${quoted(object.status)}`)
}

function named(object: StripeObject): string {
  const id = idOf(object)
  if (id === undefined) throw new SyntaxError('The object names no id')
  return id
}

/** Names under which tiers were sold before they had their own. */
const oldNames = wordMap<TierKey>({ white_glove: 'scale', hvac: 'pro', plumbing: 'elite' })

function tierNamed(value: unknown): TierKey | undefined {
  const name = textOf(value, 100)
    ?.toLowerCase()
    .replace(/^trunkline_/, '')
  return name === undefined ? undefined : (tierKeys.find((tier) => tier === name) ?? oldNames.get(name))
}

const tierOfPrice = (price: unknown) =>
  tierNamed(part(price, 'lookup_key')) ?? tierNamed(part(price, 'metadata', 'tier'))

/** What of a subscription is the tier: other things may be sold in the same one. */
function tierItem(object: StripeObject): unknown {
  const items = part(object, 'items', 'data')
  if (!Array.isArray(items)) return undefined
  return items.find((item) => tierOfPrice(part(item, 'price')) !== undefined) ?? items[0]
}

/** Only what Stripe charges says which tier it is: the subscription's own note may be older than its price. */
function tierOf(object: StripeObject): TierKey | undefined {
  const price = part(tierItem(object), 'price') ?? part(object, 'plan')
  return tierOfPrice(price) ?? tierNamed(part(object, 'metadata', 'tier'))
}

/** The subscription of an invoice: since 2025-03-31 below `parent`. */
export const subscriptionOf = (invoice: StripeObject) =>
  idOf(part(invoice, 'parent', 'subscription_details', 'subscription')) ?? idOf(invoice.subscription)

const customerId = wireId('customer')
/** Our customer, as we wrote it into the object or into the subscription that it belongs to. */
export function ownCustomerOf(object: StripeObject): string | undefined {
  const notes = [
    part(object, 'metadata', 'trunkline_customer'),
    part(object, 'parent', 'subscription_details', 'metadata', 'trunkline_customer'),
    part(object, 'subscription_details', 'metadata', 'trunkline_customer'),
    object.object === 'checkout.session' ? object.client_reference_id : undefined,
  ]
  return notes.map((note) => customerId.safeParse(note).data).find((id) => id !== undefined)
}

const optional = <Fields extends Record<string, unknown>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>
  }

/** Before 2018-11-08 an invoice had no status, and a session none before 2021-09: what was told of it, and how it was settled, says it. */
function withStatus(type: string, object: StripeObject): StripeObject {
  if (object.status !== undefined && object.status !== null) return object
  if (type.startsWith('checkout.')) return { ...object, status: type.endsWith('.expired') ? 'expired' : 'complete' }
  if (type === 'invoice.voided') return { ...object, status: 'void' }
  if (object.paid === true || ['invoice.paid', 'invoice.payment_succeeded'].includes(type))
    return { ...object, status: 'paid' }
  if (object.forgiven === true) return { ...object, status: 'uncollectible' }
  return { ...object, status: object.closed === true ? 'void' : 'open' }
}

/** What an event says of money in our words; nothing where it says nothing of it. */
export function saidBy(type: string, object: StripeObject): BillingSaid | undefined {
  if (type.startsWith('checkout.session.') && object.object === 'checkout.session')
    return checkout(withStatus(type, object))
  if (type.startsWith('customer.subscription.') && object.object === 'subscription') return subscription(type, object)
  if (type === 'invoice.upcoming' && object.object === 'invoice') return upcoming(object)
  // a deleted draft was never owed
  if (type.startsWith('invoice.') && type !== 'invoice.deleted' && object.object === 'invoice')
    return invoice(type, withStatus(type, object))
  if (type === 'charge.refunded' && object.object === 'charge') return refund(object)
  if (type.startsWith('charge.dispute.') && object.object === 'dispute') return dispute(object)
  return undefined
}

function checkout(object: StripeObject): BillingSaid {
  const topup = textOf(part(object, 'metadata', 'trunkline_topup'), 100)
  return {
    of: 'checkout',
    id: named(object),
    status: word(object, ['open', 'complete', 'expired'] as const),
    isPaid:
      object.status === 'complete' &&
      (object.payment_status === 'paid' || object.payment_status === 'no_payment_required'),
    isPurchase: object.mode === 'payment',
    amountCents: cents(object, 'amount_total'),
    currency: currencyOf(object),
    ...optional({
      paymentIntentId: idOf(object.payment_intent),
      purchase: topup === undefined || object.mode !== 'payment' ? undefined : { topup },
    }),
  }
}

function subscription(type: string, object: StripeObject): BillingSaid {
  const item = tierItem(object)
  const status = type === 'customer.subscription.deleted' ? 'canceled' : word(object, subscriptionStatuses)
  const periodEnd = instant(part(item, 'current_period_end')) ?? instant(object.current_period_end)
  return {
    of: 'subscription',
    id: named(object),
    status,
    createdAt: instant(object.created) ?? 0,
    ...optional({
      itemId: idOf(item),
      tier: tierOf(object),
      periodStart: instant(part(item, 'current_period_start')) ?? instant(object.current_period_start),
      periodEnd,
      cancelAt: instant(object.cancel_at) ?? (object.cancel_at_period_end === true ? periodEnd : undefined),
    }),
  }
}

function invoice(type: string, object: StripeObject): BillingSaid {
  const attempts = object.attempt_count
  return {
    of: 'invoice',
    id: named(object),
    status: word(object, invoiceStatuses),
    hasFailed: type === 'invoice.payment_failed',
    amountDueCents: cents(object, 'amount_due'),
    amountPaidCents: cents(object, 'amount_paid'),
    currency: currencyOf(object),
    attempts:
      typeof attempts === 'number' && Number.isInteger(attempts) && attempts >= 0 && attempts < 1000 ? attempts : 0,
    ...optional({
      number: textOf(object.number, 100),
      subscriptionId: subscriptionOf(object),
      periodStart: instant(object.period_start),
      periodEnd: instant(object.period_end),
      nextAttemptAt: instant(object.next_payment_attempt),
      url: webAddress(object.hosted_invoice_url),
    }),
  }
}

/** An address that a person may be sent to. */
export function webAddress(value: unknown): string | undefined {
  const text = textOf(value, 2000)
  return text !== undefined && /^https?:\/\/[^\s"<>]+$/.test(text) && URL.canParse(text) ? text : undefined
}

function upcoming(object: StripeObject): BillingSaid {
  return {
    of: 'upcoming',
    amountDueCents: cents(object, 'amount_due'),
    currency: currencyOf(object),
    ...optional({
      dueAt: instant(object.next_payment_attempt) ?? instant(object.period_end),
      subscriptionId: subscriptionOf(object),
    }),
  }
}

function refund(object: StripeObject): BillingSaid {
  return {
    of: 'refund',
    id: named(object),
    refundedCents: cents(object, 'amount_refunded'),
    currency: currencyOf(object),
    ...optional({ paymentIntentId: idOf(object.payment_intent) }),
  }
}

function dispute(object: StripeObject): BillingSaid {
  return {
    of: 'dispute',
    id: named(object),
    amountCents: cents(object, 'amount'),
    reason: textOf(object.reason, 100) ?? 'unknown',
    status: textOf(object.status, 100) ?? 'unknown',
    ...optional({ chargeId: idOf(object.charge), paymentIntentId: idOf(object.payment_intent) }),
  }
}
