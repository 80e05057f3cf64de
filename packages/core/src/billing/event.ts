import type { TierKey } from '../usage/tier.ts'
import type { InvoiceStatus, SubscriptionStatus } from './words.ts'

/** What was bought: the key of a top-up, as we wrote it into the session ourselves. */
type Purchase = { topup: string }

type Checkout = {
  of: 'checkout'
  id: string
  status: 'open' | 'complete' | 'expired'
  isPaid: boolean
  /** It is for something bought once, and not for a subscription. */
  isPurchase: boolean
  amountCents: number
  currency: string
  paymentIntentId?: string
  purchase?: Purchase
}
type Subscription = {
  of: 'subscription'
  id: string
  status: SubscriptionStatus
  /** When the subscription came to be: of several the youngest counts. */
  createdAt: number
  itemId?: string
  tier?: TierKey
  periodStart?: number
  periodEnd?: number
  cancelAt?: number
}
type Invoice = {
  of: 'invoice'
  id: string
  status: InvoiceStatus
  hasFailed: boolean
  number?: string
  amountDueCents: number
  amountPaidCents: number
  currency: string
  attempts: number
  subscriptionId?: string
  periodStart?: number
  periodEnd?: number
  nextAttemptAt?: number
  url?: string
}
type Upcoming = { of: 'upcoming'; amountDueCents: number; currency: string; dueAt?: number; subscriptionId?: string }
type Refund = { of: 'refund'; id: string; paymentIntentId?: string; refundedCents: number; currency: string }
type Dispute = {
  of: 'dispute'
  id: string
  chargeId?: string
  paymentIntentId?: string
  amountCents: number
  reason: string
  status: string
}

export type BillingSaid = Checkout | Subscription | Invoice | Upcoming | Refund | Dispute

/** One statement of Stripe's about money. `at` is when Stripe made the event, in whole seconds. */
export type BillingFact = {
  source: 'stripe'
  at: number
  receivedAt: number
  webhookId: string
  eventId: string
  type: string
  /** Our customer, where we wrote it into the object ourselves. */
  customerId?: string
  stripeCustomerId?: string
  said: BillingSaid
}

/** `keys` are the names by which whose it is may be found: customer, subscription, invoice, session, payment, charge. */
export type BillingEvent = { kind: 'billing'; keys: readonly string[]; register: string; fact: BillingFact }
