import { createHash } from 'node:crypto'

export type StripeObject = { id: string; object: string } & Record<string, unknown>

/** The tiers as Stripe sells them: prices in cents, found by their lookup keys. */
export const stripePrices = [
  { tier: 'core', cents: 14_900 },
  { tier: 'pro', cents: 24_900 },
  { tier: 'elite', cents: 49_700 },
  { tier: 'scale', cents: 99_700 },
].map(({ tier, cents }) => ({
  id: `price_demo_${tier}`,
  object: 'price' as const,
  active: true,
  currency: 'usd',
  lookup_key: `trunkline_${tier}`,
  metadata: {},
  product: `prod_demo_${tier}`,
  recurring: { interval: 'month', interval_count: 1 },
  type: 'recurring',
  unit_amount: cents,
}))

export type StripePrice = (typeof stripePrices)[number]

export const priceOf = (tier: string): StripePrice => {
  const price = stripePrices.find(({ lookup_key }) => lookup_key === `trunkline_${tier}`)
  if (!price) throw new RangeError(`Stripe sells no tier ${tier}`)
  return price
}

/** An id that the same name always gets. */
export function stripeId(prefix: string, name: string) {
  return `${prefix}_demo${createHash('sha256').update(`${prefix}:${name}`).digest('hex').slice(0, 20)}`
}

export const unixSeconds = (ms: number) => Math.floor(ms / 1000)

const monthMs = 30 * 86_400_000

/** A subscription, its period on its items, as since 2025-03-31. */
export function makeSubscription(facts: {
  customer: string
  tier: string
  createdAt: number
  status?: string
  metadata?: object
}) {
  const { customer, tier, createdAt, status = 'active', metadata = {} } = facts
  const id = stripeId('sub', customer)
  return {
    id,
    object: 'subscription',
    status,
    created: unixSeconds(createdAt),
    customer,
    cancel_at: null as number | null,
    cancel_at_period_end: false,
    currency: 'usd',
    items: {
      object: 'list',
      data: [
        {
          id: stripeId('si', customer),
          object: 'subscription_item',
          price: priceOf(tier),
          quantity: 1,
          current_period_start: unixSeconds(createdAt),
          current_period_end: unixSeconds(createdAt + monthMs),
        },
      ],
    },
    livemode: false,
    metadata,
  }
}
export type Subscription = ReturnType<typeof makeSubscription>

/** An invoice of a subscription, which it names below `parent`. */
export function makeInvoice(facts: {
  subscription: Subscription
  name: string
  cents: number
  at: number
  status: 'draft' | 'open' | 'paid'
  attempts: number
}) {
  const { subscription, name, cents, at, status, attempts } = facts
  const id = stripeId('in', name)
  const isPaid = status === 'paid'
  return {
    id,
    object: 'invoice',
    status,
    number: `DEMO-${id.slice(-6).toUpperCase()}`,
    amount_due: cents,
    amount_paid: isPaid ? cents : 0,
    amount_remaining: isPaid ? 0 : cents,
    attempt_count: attempts,
    attempted: attempts > 0,
    billing_reason: 'subscription_cycle',
    created: unixSeconds(at),
    currency: 'usd',
    customer: subscription.customer,
    hosted_invoice_url: null as string | null,
    livemode: false,
    metadata: {},
    next_payment_attempt: isPaid || attempts === 0 ? null : unixSeconds(at + 86_400_000),
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id, metadata: subscription.metadata },
    },
    period_start: unixSeconds(at - monthMs),
    period_end: unixSeconds(at),
  }
}
export type Invoice = ReturnType<typeof makeInvoice>

/** A page on which something is paid. */
export function makeSession(facts: {
  id: string
  customer: string | null
  mode: 'payment' | 'subscription'
  cents: number
  at: number
  url: string | null
  metadata: Record<string, string>
  reference?: string | undefined
  subscription?: string
  returns?: { paid: string | undefined; left: string | undefined }
}) {
  const { id, customer, mode, cents, at, url, metadata } = facts
  return {
    id,
    object: 'checkout.session',
    mode,
    status: 'open' as 'open' | 'complete' | 'expired',
    payment_status: 'unpaid' as 'unpaid' | 'paid',
    amount_total: cents,
    client_reference_id: facts.reference ?? null,
    created: unixSeconds(at),
    currency: 'usd',
    customer,
    expires_at: unixSeconds(at + 86_400_000),
    livemode: false,
    metadata,
    payment_intent: mode === 'payment' ? stripeId('pi', id) : null,
    subscription: facts.subscription ?? null,
    success_url: facts.returns?.paid ?? null,
    cancel_url: facts.returns?.left ?? null,
    url,
  }
}
export type Session = ReturnType<typeof makeSession>
