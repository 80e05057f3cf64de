import { createHmac } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import type { BillingEvent } from '@trunkline/core/billing/event'
import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { keepsTheContract } from '../exam.ts'
import { type Body, deliver, now, secretOf } from '../exam-terms.ts'
import { eventsOrFault, expectSensible } from '../strangers.ts'
import { stripe } from './webhook.ts'

const secret = 'whsec_5f2a1c'
const seconds = Math.floor(now / 1000)
const signature = (body: string | Uint8Array, key: string, at = seconds) =>
  `t=${at},v1=${createHmac('sha256', key).update(`${at}.`).update(body).digest('hex')}`

const event = (type: string, object: object, over: object = {}) => ({
  id: `evt_${type.replaceAll('.', '_')}`,
  object: 'event',
  api_version: '2025-03-31.basil',
  created: seconds - 60,
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type,
  data: { object },
  ...over,
})

const customer = 'cus_0191d3a07c3e7c6f8a4b2d1e0f9c8b7a'
const session = {
  id: 'cs_test_7a1c',
  object: 'checkout.session',
  mode: 'payment',
  status: 'complete',
  payment_status: 'paid',
  amount_total: 19_500,
  currency: 'usd',
  customer: 'cus_harbor',
  client_reference_id: customer,
  payment_intent: 'pi_3f9c',
  subscription: null,
  metadata: { trunkline_customer: customer, trunkline_topup: 'call_300' },
}
const oldInvoice = {
  id: 'in_old',
  object: 'invoice',
  status: 'open',
  amount_due: 14_900,
  amount_paid: 0,
  attempt_count: 1,
  currency: 'usd',
  customer: 'cus_harbor',
  subscription: 'sub_harbor',
  number: 'T-0001',
  period_start: seconds - 2_592_000,
  period_end: seconds,
  next_payment_attempt: seconds + 86_400,
  hosted_invoice_url: 'https://invoice.example/i/1',
}
const { subscription: _moved, ...common } = oldInvoice
const basilInvoice = {
  ...common,
  parent: {
    type: 'subscription_details',
    subscription_details: { subscription: 'sub_harbor', metadata: { trunkline_customer: customer } },
  },
}
const price = { id: 'price_pro', lookup_key: 'trunkline_pro', unit_amount: 24_900, metadata: {} }
const oldSubscription = {
  id: 'sub_harbor',
  object: 'subscription',
  status: 'active',
  created: seconds - 100,
  customer: 'cus_harbor',
  current_period_start: seconds - 100,
  current_period_end: seconds + 2_592_000,
  cancel_at: null,
  cancel_at_period_end: false,
  items: { data: [{ id: 'si_1', price }] },
  metadata: {},
}
const { current_period_start: start, current_period_end: end, ...withoutPeriod } = oldSubscription
const basilSubscription = {
  ...withoutPeriod,
  items: { data: [{ id: 'si_1', price, current_period_start: start, current_period_end: end }] },
}
const charge = {
  id: 'ch_1',
  object: 'charge',
  customer: 'cus_harbor',
  amount: 19_500,
  amount_refunded: 500,
  currency: 'usd',
  payment_intent: 'pi_3f9c',
}
const dispute = {
  id: 'dp_1',
  object: 'dispute',
  charge: 'ch_1',
  payment_intent: 'pi_3f9c',
  amount: 19_500,
  reason: 'fraudulent',
  status: 'needs_response',
}
const { id: _none, ...upcoming } = basilInvoice

const body = (name: string, json: object): Body => ({ name, door: 'events', text: JSON.stringify(json) })
const bodies = [
  body('checkout.session.completed', event('checkout.session.completed', session)),
  body(
    'checkout.session.expired',
    event('checkout.session.expired', { ...session, status: 'expired', payment_status: 'unpaid' }),
  ),
  body('customer.subscription.created, old', event('customer.subscription.created', oldSubscription)),
  body('customer.subscription.updated, basil', event('customer.subscription.updated', basilSubscription)),
  body(
    'customer.subscription.deleted',
    event('customer.subscription.deleted', { ...basilSubscription, status: 'canceled' }),
  ),
  body('invoice.payment_failed, old', event('invoice.payment_failed', oldInvoice)),
  body('invoice.paid, basil', event('invoice.paid', { ...basilInvoice, status: 'paid', amount_paid: 14_900 })),
  body('invoice.upcoming', event('invoice.upcoming', upcoming)),
  body('charge.refunded', event('charge.refunded', charge)),
  body('charge.dispute.created', event('charge.dispute.created', dispute)),
]

keepsTheContract(stripe, {
  freshForMs: 300_000,
  sign: (delivery, key) => ({
    ...delivery,
    headers: { ...delivery.headers, 'stripe-signature': signature(delivery.body, key) },
  }),
  header: 'stripe-signature',
  bodies,
})

const eventOf = (json: object) => stripe.events(deliver(JSON.stringify(json)), 'whk')[0] as BillingEvent | undefined
const saidOf = (json: object) => eventOf(json)?.fact.said

describe('a Stripe webhook', () => {
  const sdk = new Stripe('sk_test_none')
  const [text = ''] = bodies.map((one) => one.text)

  test('what the official library signs passes here, and what is signed here passes there', () => {
    const header = sdk.webhooks.generateTestHeaderString({ payload: text, secret, timestamp: seconds })

    expect(stripe.verify(deliver(text, { headers: { 'stripe-signature': header } }), [secretOf(secret)]).verdict).toBe(
      'verified',
    )
    expect(sdk.webhooks.constructEvent(text, signature(text, secret), secret, 300, undefined, now).id).toMatch(/^evt_/)
  })

  test.each([
    ['five minutes old', -300, 'verified'],
    ['older', -301, 'timestamp_stale'],
    ['from the future, as the official library lets it', 3600, 'verified'],
  ])('a signature that is %s: %d s is %s', (_name, offset, verdict) => {
    const headers = { 'stripe-signature': signature(text, secret, seconds + offset) }
    expect(stripe.verify(deliver(text, { headers }), [secretOf(secret)]).verdict).toBe(verdict)
    const judged = () => sdk.webhooks.constructEvent(text, headers['stripe-signature'], secret, 300, undefined, now)
    if (verdict === 'verified') expect(judged).not.toThrow()
    else expect(judged).toThrow()
  })

  test('while a secret is rolled one of several signatures is enough, and a scheme that is not v1 counts for nothing', () => {
    const [own = ''] = signature(text, secret).split(',').slice(1)
    const other = signature(text, 'whsec_other').split(',')[1]
    const verdictOf = (header: string) =>
      stripe.verify(deliver(text, { headers: { 'stripe-signature': header } }), [secretOf(secret)]).verdict

    expect(verdictOf(`t=${seconds},${other},${own},v0=00`)).toBe('verified')
    expect(verdictOf(`t=${seconds},${own.replace('v1', 'v0')}`)).toBe('malformed_header')
    expect(verdictOf(`t=${seconds},t=${seconds + 1},${own}`)).toBe('malformed_header')
    expect(verdictOf(`t=,${own}`)).toBe('malformed_header')
  })

  test('is known by its event’s own id, whatever the rest (K-16, C-7)', () => {
    const identityOf = (json: object) => {
      const reading = stripe.read(deliver(JSON.stringify(json)), 'hash')
      return reading.readable ? reading.identity : undefined
    }

    expect(identityOf(event('invoice.paid', oldInvoice))).toBe('stripe:evt_invoice_paid')
    expect(identityOf(event('invoice.paid', { ...oldInvoice, attempt_count: 2 }))).toBe('stripe:evt_invoice_paid')
    expect(stripe.read(deliver('{"object":"event","id":"evt_2","type":"x"}'), 'hash').readable).toBe(false)
  })

  test('a thin event, which only names what changed, is kept under its name and says nothing of money', () => {
    const thin = {
      id: 'evt_test_65T8x2',
      object: 'v2.core.event',
      type: 'v1.billing.meter.error_report_triggered',
      livemode: true,
      created: '2026-09-17T06:20:52.246Z',
      related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1/billing/meters/mtr_1' },
    }
    const delivery = deliver(JSON.stringify(thin))

    expect(stripe.read(delivery, 'hash')).toMatchObject({
      readable: true,
      identity: 'stripe:evt_test_65T8x2',
      eventType: 'v1.billing.meter.error_report_triggered',
    })
    expect(stripe.events(delivery, 'whk')).toEqual([])
  })

  test('sent once more it is the same, however many deliveries of it are still to succeed', () => {
    const paid = event('invoice.paid', oldInvoice)
    const contentOf = (json: object) => {
      const reading = stripe.read(deliver(JSON.stringify(json)), 'hash')
      return reading.readable ? reading.content : undefined
    }

    expect(contentOf(paid)).toBeDefined()
    expect(contentOf({ ...paid, pending_webhooks: 0 })).toBe(contentOf(paid))
    expect(contentOf(event('invoice.paid', { ...oldInvoice, attempt_count: 2 }))).not.toBe(contentOf(paid))
  })

  test('says the same in its old shape and since 2025-03-31', () => {
    expect(saidOf(event('invoice.payment_failed', basilInvoice))).toEqual(
      saidOf(event('invoice.payment_failed', oldInvoice)),
    )
    expect(saidOf(event('customer.subscription.updated', basilSubscription))).toEqual(
      saidOf(event('customer.subscription.updated', oldSubscription)),
    )
    expect(saidOf(event('customer.subscription.updated', basilSubscription))).toMatchObject({
      of: 'subscription',
      tier: 'pro',
      periodEnd: end * 1000,
    })
  })

  test('of several things in a subscription the one that is a tier says tier, item and period, wherever it stands', () => {
    const addOn = { id: 'si_0', price: { id: 'price_line', lookup_key: 'extra_line', metadata: {} } }
    const [tierItem] = basilSubscription.items.data
    const alone = saidOf(event('customer.subscription.updated', basilSubscription))
    const among = (data: object[], over: object = {}) =>
      saidOf(event('customer.subscription.updated', { ...basilSubscription, items: { data }, ...over }))

    expect(among([addOn, { ...tierItem }])).toEqual(alone)
    expect(among([{ ...tierItem }, addOn])).toEqual(alone)
    expect(among([addOn, { ...addOn, id: 'si_2' }], { metadata: { tier: 'pro' } })).toMatchObject({
      tier: 'pro',
      itemId: 'si_0',
    })
  })

  test('names the customer that we wrote into it, and the names by which it may be found', () => {
    const top = eventOf(event('checkout.session.completed', session))

    expect(top?.fact).toMatchObject({
      customerId: '0191d3a0-7c3e-7c6f-8a4b-2d1e0f9c8b7a',
      stripeCustomerId: 'cus_harbor',
    })
    expect(top?.keys).toEqual(['stripe:cs_test_7a1c', 'stripe:cus_harbor', 'stripe:pi_3f9c'])
    expect(eventOf(event('invoice.paid', { ...basilInvoice, status: 'paid' }))?.fact.customerId).toBe(
      top?.fact.customerId,
    )
    expect(
      eventOf(event('invoice.paid', { ...oldInvoice, metadata: { trunkline_customer: 'cus_1' } }))?.fact.customerId,
    ).toBeUndefined()
  })

  test('a session counts as paid only where money came', () => {
    const isPaid = (over: object) => saidOf(event('checkout.session.completed', { ...session, ...over }))
    expect(isPaid({})).toMatchObject({ isPaid: true, purchase: { topup: 'call_300' } })
    expect(isPaid({ payment_status: 'unpaid' })).toMatchObject({ isPaid: false })
    expect(saidOf(event('checkout.session.async_payment_succeeded', session))).toMatchObject({ isPaid: true })
    expect(isPaid({ mode: 'subscription' })).toMatchObject({ isPurchase: false })
    expect(isPaid({ mode: 'subscription' })).not.toHaveProperty('purchase')
  })

  test('an older API version names no status of a session or an invoice: what happened to it says how it stands', () => {
    const { status: _open, ...bareSession } = session
    const { status: _due, ...bareInvoice } = oldInvoice
    const statusOf = (type: string, object: object) => {
      const said = saidOf(event(type, object))
      return said !== undefined && 'status' in said ? said.status : undefined
    }

    expect(saidOf(event('checkout.session.completed', bareSession))).toEqual(
      saidOf(event('checkout.session.completed', session)),
    )
    expect(statusOf('checkout.session.expired', { ...bareSession, status: null })).toBe('expired')
    for (const [type, over, status] of [
      ['invoice.payment_succeeded', { paid: true, closed: true }, 'paid'],
      ['invoice.payment_failed', { paid: false, closed: false }, 'open'],
      ['invoice.updated', { paid: false, forgiven: true, closed: true }, 'uncollectible'],
      ['invoice.updated', { paid: false, forgiven: false, closed: true }, 'void'],
      ['invoice.voided', {}, 'void'],
    ] as const)
      expect([type, statusOf(type, { ...bareInvoice, ...over })]).toEqual([type, status])
  })

  test.each([
    ['a sum that is no whole number', event('invoice.paid', { ...oldInvoice, status: 'paid', amount_due: 14.9 })],
    ['a status that nobody knows', event('customer.subscription.updated', { ...oldSubscription, status: 'zombie' })],
    ['an invoice without a name', event('invoice.paid', { ...oldInvoice, id: null, status: 'paid' })],
  ])('%s makes the whole webhook unreadable, so that a person sees it', (_name, json) => {
    expect(() => stripe.events(deliver(JSON.stringify(json)), 'whk')).toThrow(SyntaxError)
  })

  test('what says nothing of money is kept and says nothing', () => {
    for (const json of [
      event('customer.created', { id: 'cus_1', object: 'customer' }),
      event('invoice.updated', { id: 'inpay_1', object: 'invoice_payment', status: 'paid' }),
      event('some.thing_new', {}),
    ])
      expect(stripe.events(deliver(JSON.stringify(json)), 'whk')).toEqual([])
  })
})

const shared = new URL('../../../../../../shared/payloads/', import.meta.url)
const hasShared = existsSync(shared)
const vector = z.object({
  id: z.string(),
  provider: z.string(),
  secret: z.string(),
  body: z.string(),
  headers: z.record(z.string(), z.string()),
  verify_at_s: z.number().optional(),
  expect: z.enum(['valid', 'invalid']),
})

test.runIf(hasShared)('every signature that was published for Stripe is judged as published', () => {
  const { vectors } = z
    .object({ vectors: z.array(z.looseObject({ provider: z.string() })) })
    .parse(JSON.parse(readFileSync(new URL('vectors.json', shared), 'utf8')))
  const published = vectors.filter(({ provider }) => provider === 'stripe').map((one) => vector.parse(one))

  expect(published.length).toBeGreaterThan(4)
  for (const { id, secret, body, headers, verify_at_s, expect: judged } of published) {
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const receivedAt = (verify_at_s ?? seconds) * 1000
    const { verdict } = stripe.verify(deliver(body, { headers: lower, receivedAt }), [secretOf(secret)])
    expect([id, verdict === 'verified']).toEqual([id, judged === 'valid'])
  }
})

test.runIf(hasShared)('every sample of Stripe’s is read, and what is about money is told', () => {
  const samples = globSync('stripe/*.json', { cwd: shared }).filter((name) => !/object\.|vector/.test(name))

  expect(samples.length).toBeGreaterThan(8)
  for (const name of samples) {
    const json = JSON.parse(readFileSync(new URL(name, shared), 'utf8'))
    const delivery = deliver(JSON.stringify(json))
    const events = eventsOrFault(stripe, delivery)
    expectSensible(events)
    if (json.object !== 'event') continue
    expect(stripe.read(delivery, 'hash')).toMatchObject({ readable: true, eventType: json.type })
    const isMoney = ['invoice', 'subscription', 'checkout.session'].includes(json.data?.object?.object)
    expect([name, events.length]).toEqual([name, isMoney ? 1 : 0])
  }
})
