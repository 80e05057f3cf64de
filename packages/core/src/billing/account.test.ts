import fc from 'fast-check'
import { expect, test } from 'vitest'
import { summarizeAccount } from './account.ts'
import { dunning, reminderMail, splitDue } from './dunning.ts'
import type { BillingFact, BillingSaid } from './event.ts'
import { invoiceStatuses, subscriptionStatuses } from './words.ts'

let nth = 0
const fact = (said: BillingSaid, at = 1000, eventId = `evt_${++nth}`): BillingFact => ({
  source: 'stripe',
  at,
  receivedAt: at,
  webhookId: 'whk',
  eventId,
  type: 'any',
  stripeCustomerId: 'cus_1',
  said,
})
const invoice = (
  status: (typeof invoiceStatuses)[number],
  facts: { hasFailed?: boolean; attempts?: number } = {},
): BillingSaid => ({
  of: 'invoice',
  id: 'in_1',
  status,
  hasFailed: facts.hasFailed ?? false,
  amountDueCents: 14_900,
  amountPaidCents: status === 'paid' ? 14_900 : 0,
  currency: 'usd',
  attempts: facts.attempts ?? 0,
})
const subscription = (
  status: (typeof subscriptionStatuses)[number],
  id = 'sub_1',
  tier: 'core' | 'pro' = 'core',
): BillingSaid => ({
  of: 'subscription',
  id,
  status,
  createdAt: id === 'sub_1' ? 1 : 2,
  tier,
})

const said: fc.Arbitrary<BillingSaid> = fc.oneof(
  fc
    .record({ status: fc.constantFrom(...invoiceStatuses), hasFailed: fc.boolean(), attempts: fc.nat(3) })
    .map(({ status, ...facts }) => invoice(status, facts)),
  fc
    .tuple(fc.constantFrom(...subscriptionStatuses), fc.constantFrom('sub_1', 'sub_2'), fc.constantFrom('core', 'pro'))
    .map(([status, id, tier]) => subscription(status, id, tier)),
  fc.record({ isPaid: fc.boolean(), status: fc.constantFrom('open', 'complete', 'expired') }).map(
    ({ isPaid, status }): BillingSaid => ({
      of: 'checkout',
      id: 'cs_1',
      status: isPaid ? 'complete' : (status as 'open'),
      isPaid,
      isPurchase: true,
      amountCents: 5000,
      currency: 'usd',
      paymentIntentId: 'pi_1',
      purchase: { topup: 'sms_500' },
    }),
  ),
  fc.constantFrom(2000, 5000).map(
    (refundedCents): BillingSaid => ({
      of: 'refund',
      id: 'ch_1',
      paymentIntentId: 'pi_1',
      refundedCents,
      currency: 'usd',
    }),
  ),
  fc.constantFrom('needs_response', 'won', 'lost').map(
    (status): BillingSaid => ({
      of: 'dispute',
      id: 'dp_1',
      paymentIntentId: 'pi_1',
      amountCents: 5000,
      reason: 'fraudulent',
      status,
    }),
  ),
)
const facts = fc
  .array(fc.tuple(said, fc.integer({ min: 1, max: 4 })), { maxLength: 10 })
  .map((told) => told.map(([what, at], index) => fact(what, at, `evt_${index}`)))

test('in whatever order Stripe tells it, and however often, an account comes to the same', () => {
  fc.assert(
    fc.property(
      facts.chain((told) =>
        fc.tuple(fc.constant(told), fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2 })),
      ),
      ([told, shuffled]) => {
        expect(summarizeAccount(shuffled)).toEqual(summarizeAccount(told))
      },
    ),
    { numRuns: 500 },
  )
})

test('a payment that arrives before the failure it settles leaves nobody in debt (K-16)', () => {
  const failed = fact(invoice('open', { hasFailed: true, attempts: 1 }), 10)
  const paid = fact(invoice('paid', { attempts: 2 }), 20)

  expect(summarizeAccount([paid, failed]).pastDueSince).toBeUndefined()
  expect(summarizeAccount([failed])).toMatchObject({ state: 'past_due', pastDueSince: 10 })
  expect(summarizeAccount([fact(subscription('active'), 1), failed, paid]).state).toBe('active')
})

test('a subscription that has ended stays ended, and a younger one takes its place', () => {
  const [old, ended] = [fact(subscription('active'), 50), fact(subscription('canceled'), 40)]

  expect(summarizeAccount([old, ended])).toMatchObject({ state: 'canceled', tier: undefined })
  expect(summarizeAccount([old, ended, fact(subscription('active', 'sub_2', 'pro'), 30)])).toMatchObject({
    state: 'active',
    tier: 'pro',
  })
})

test('of two events of one second the one further on in the invoice’s life counts', () => {
  expect(
    summarizeAccount([fact(invoice('paid'), 10, 'evt_a'), fact(invoice('open'), 10, 'evt_b')]).invoices,
  ).toMatchObject([{ status: 'paid', amountPaidCents: 14_900 }])
})

test('after a downtime one reminder is sent and not three, and nobody is suspended with it', () => {
  const due = dunning.map(({ kind, day }) => ({ stripeInvoiceId: 'in_1', kind, day }))
  const { now, superseded } = splitDue(due.filter(({ kind }) => kind === 'remind'))

  expect(now.map(({ day }) => day)).toEqual([3])
  expect(superseded.map(({ day }) => day)).toEqual([0, 1])
})

test('a reminder says how much, for whom, and where to pay', () => {
  const mail = reminderMail({
    email: 'owner@harbor.example',
    businessName: 'Harbor Plumbing',
    amountCents: 14_905,
    number: 'T-7',
    day: 3,
    payUrl: 'https://pay.example/7',
  })

  expect(mail).toMatchObject({ to: 'owner@harbor.example', subject: expect.stringContaining('Last reminder') })
  for (const part of ['$149.05', 'T-7', 'Harbor Plumbing', 'https://pay.example/7']) expect(mail.text).toContain(part)
})
