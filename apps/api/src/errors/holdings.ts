import type { Holding } from '../platform/privacy/holding.ts'

/** Numbers are masked before an error is written down; what was written so that no mask knows it is looked for all the same. */
export const errorHoldings: readonly Holding[] = [
  {
    table: 'error_logs',
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      set: `message = 'Erased', actor = null, input = null, user_agent = null`,
    },
    ofNumber: {
      where: `concat_ws(' ', message, stack, input, user_agent) ~ $2`,
      walk: true,
      set: `message = 'Erased', stack = '', actor = null, input = null, user_agent = null`,
    },
  },
  { table: 'error_groups', ofNumber: { where: 'title ~ $2', walk: true, set: `title = 'Erased'` } },
  {
    table: 'error_group_customers',
    key: 'group_id, customer_id',
    ofCustomer: { where: 'customer_id = $1::text::uuid', keep: 'It counts how often a bug was met' },
  },
]
