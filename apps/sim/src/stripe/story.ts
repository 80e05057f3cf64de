import type { Demo, DemoCustomer } from '../demo-file.ts'
import type { Draft } from '../draft.ts'
import { makeInvoice, makeSession, makeSubscription, priceOf, type Session, stripeId } from './objects.ts'
import { draftStripeEvent } from './webhook.ts'

const dayMs = 86_400_000

/** The past of everybody's payments: a subscription each, and an invoice that was paid. */
export function planSubscriptions({ demo, now }: { demo: Demo; now: number }): Draft[] {
  return demo.customers.flatMap((customer, index) => {
    const since = now - dayMs - index * 60_000
    const subscription = makeSubscription({
      customer: customer.stripeCustomerId,
      tier: customer.tier,
      createdAt: since,
    })
    const facts = {
      subscription,
      name: `${customer.stripeCustomerId}:first`,
      cents: priceOf(customer.tier).unit_amount,
    }
    return [
      draftStripeEvent('customer.subscription.created', subscription, since),
      draftStripeEvent(
        'invoice.finalized',
        makeInvoice({ ...facts, at: since, status: 'open', attempts: 0 }),
        since + 1000,
      ),
      draftStripeEvent('invoice.paid', makeInvoice({ ...facts, at: since, status: 'paid', attempts: 1 }), since + 5000),
    ]
  })
}

/**
 * Money of the next minutes: the customer that runs out of minutes buys some, somebody buys texts, one payment fails and is made
 * good some minutes later, another fails and stays so.
 */
export function planMoney(input: { seed: string; demo: Demo; now: number }): Draft[] {
  const { seed, demo, now } = input
  const [first, second, third, fourth] = demo.customers
  return [
    ...(first ? draftTopup(first, { seed, key: 'call_300', cents: 19_500, at: now + 150_000 }) : []),
    ...(third ? draftTopup(third, { seed, key: 'sms_500', cents: 5_000, at: now + 45_000 }) : []),
    ...(second ? draftFailure(second, { seed, at: now + 30_000, paidAt: now + 240_000 }) : []),
    ...(fourth ? draftFailure(fourth, { seed, at: now + 60_000 }) : []),
  ]
}

/** A top-up that was bought at a page of Stripe's, told twice, as Stripe may. */
export function draftTopup(
  customer: DemoCustomer,
  buy: { seed: string; key: string; cents: number; at: number },
): Draft[] {
  const open = makeSession({
    id: stripeId('cs', `${buy.seed}:${customer.stripeCustomerId}:${buy.key}`),
    customer: customer.stripeCustomerId,
    mode: 'payment',
    cents: buy.cents,
    at: buy.at,
    url: null,
    metadata: { trunkline_topup: buy.key },
  })
  const paid: Session = { ...open, status: 'complete', payment_status: 'paid' }
  const told = draftStripeEvent('checkout.session.completed', paid, buy.at)
  return [told, { ...told, at: buy.at + 5_000 }]
}

/** A payment that fails, and is made good later if anybody pays. */
export function draftFailure(customer: DemoCustomer, fail: { seed: string; at: number; paidAt?: number }): Draft[] {
  const subscription = makeSubscription({
    customer: customer.stripeCustomerId,
    tier: customer.tier,
    createdAt: fail.at - dayMs,
  })
  const facts = {
    subscription,
    name: `${fail.seed}:${customer.stripeCustomerId}:second`,
    cents: priceOf(customer.tier).unit_amount,
    at: fail.at,
  }
  const failed = makeInvoice({ ...facts, status: 'open', attempts: 1 })
  return [
    // in no order, as Stripe sends them
    draftStripeEvent('customer.subscription.updated', { ...subscription, status: 'past_due' }, fail.at + 1000),
    draftStripeEvent('invoice.payment_failed', failed, fail.at),
    ...(fail.paidAt === undefined
      ? []
      : [
          draftStripeEvent('invoice.paid', makeInvoice({ ...facts, status: 'paid', attempts: 2 }), fail.paidAt),
          draftStripeEvent('customer.subscription.updated', { ...subscription, status: 'active' }, fail.paidAt + 1000),
        ]),
  ]
}
