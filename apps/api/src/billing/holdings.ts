import type { Holding } from '../platform/privacy/holding.ts'

const evidence = {
  where: 'customer_id = $1::text::uuid',
  keep: 'It is evidence of what was charged and paid, and says nothing of a person',
}

/** Money is kept: what was charged, what was paid, and what Stripe said of it, by ids and sums. */
export const billingHoldings: readonly Holding[] = [
  { table: 'billing_events', ofCustomer: evidence },
  { table: 'billing_names', key: 'name', ofCustomer: evidence },
  { table: 'billing_accounts', key: 'customer_id', ofCustomer: evidence },
  { table: 'billing_invoices', ofCustomer: evidence },
  { table: 'billing_payments', ofCustomer: evidence },
  { table: 'billing_line_items', ofCustomer: evidence },
  { table: 'billing_line_entries', key: 'entry_id', ofCustomer: evidence },
  { table: 'billing_deadlines', ofCustomer: evidence },
  {
    table: 'billing_requests',
    hidden: ['url'],
    ofCustomer: { where: 'customer_id = $1::text::uuid', set: 'url = null, error = null' },
  },
]
