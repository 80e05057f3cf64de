import { toWireId } from '@trunkline/core/platform/wire-id'
import { newId } from '../platform/id.ts'

const unixSeconds = (at: number) => Math.floor(at / 1000)
const name = (prefix: string) => `${prefix}_${newId().replaceAll('-', '')}`

/** What Stripe tells of one customer of ours, as events that say whose they are by our own note or by Stripe's names. */
export function stripeCustomer(customerId: string) {
  const own = { trunkline_customer: toWireId('customer', customerId) }
  const names = { customer: name('cus'), subscription: name('sub'), item: name('si') }
  const event = (type: string, object: object, at: number, id = name('evt')) => ({
    id,
    object: 'event',
    created: unixSeconds(at),
    type,
    data: { object },
  })

  return {
    names,
    event,

    /** A top-up that was bought. */
    topup(
      facts: {
        key?: string
        cents?: number
        session?: string
        paymentIntent?: string
        status?: string
        paid?: boolean
        at?: number
        type?: string
      } = {},
    ) {
      const { key = 'call_300', cents = 19_500, status = 'complete', paid = true, at = Date.now() } = facts
      const session = {
        id: facts.session ?? name('cs'),
        object: 'checkout.session',
        mode: 'payment',
        status,
        payment_status: paid ? 'paid' : 'unpaid',
        amount_total: cents,
        currency: 'usd',
        customer: names.customer,
        payment_intent: facts.paymentIntent ?? name('pi'),
        metadata: { ...own, trunkline_topup: key },
      }
      return event(facts.type ?? `checkout.session.${paid ? 'completed' : 'expired'}`, session, at)
    },

    subscription(
      tier: string,
      facts: { status?: string; at?: number; createdAt?: number; type?: string; own?: boolean } = {},
    ) {
      const { status = 'active', at = Date.now(), type = 'updated' } = facts
      const subscription = {
        id: names.subscription,
        object: 'subscription',
        status,
        created: unixSeconds(facts.createdAt ?? at),
        customer: names.customer,
        cancel_at_period_end: false,
        items: {
          data: [
            {
              id: names.item,
              price: { id: `price_${tier}`, lookup_key: `trunkline_${tier}` },
              current_period_end: unixSeconds(at + 86_400_000),
            },
          ],
        },
        metadata: facts.own === false ? {} : own,
      }
      return event(`customer.subscription.${type}`, subscription, at)
    },

    invoice(
      type: 'finalized' | 'payment_failed' | 'paid' | 'voided',
      facts: { id: string; cents?: number; attempts?: number; at?: number; own?: boolean },
    ) {
      const { id, cents = 14_900, attempts = type === 'payment_failed' ? 1 : 0, at = Date.now() } = facts
      const status = type === 'paid' ? 'paid' : type === 'voided' ? 'void' : 'open'
      const invoice = {
        id,
        object: 'invoice',
        status,
        number: `T-${id}`,
        amount_due: cents,
        amount_paid: status === 'paid' ? cents : 0,
        attempt_count: attempts,
        currency: 'usd',
        customer: names.customer,
        hosted_invoice_url: `https://invoice.example/${id}`,
        parent: {
          subscription_details: { subscription: names.subscription, metadata: facts.own === false ? {} : own },
        },
      }
      return event(`invoice.${type}`, invoice, at)
    },
  }
}
