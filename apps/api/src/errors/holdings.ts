import type { Holding } from '../platform/privacy/holding.ts'

/** Numbers are masked before an error is written down, so no row is about a number. */
export const errorHoldings: readonly Holding[] = [
  {
    table: 'error_logs',
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      set: `message = 'Erased', actor = null, input = null, user_agent = null`,
    },
  },
  {
    table: 'error_group_customers',
    key: 'group_id, customer_id',
    ofCustomer: { where: 'customer_id = $1::text::uuid', keep: 'It counts how often a bug was met' },
  },
]
