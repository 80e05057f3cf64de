import type { Holding } from '../platform/privacy/holding.ts'

const evidence = {
  where: 'customer_id = $1::text::uuid',
  keep: 'It is evidence of what was charged, and says nothing of a person',
}

/** Money is only ever added to: nothing of it is erased, and nothing in it says who called. */
export const usageHoldings: readonly Holding[] = [
  { table: 'usage_limits', key: 'customer_id', ofCustomer: evidence },
  { table: 'usage_periods', key: 'customer_id, period_start', ofCustomer: evidence },
  { table: 'usage_entries', ofCustomer: evidence },
  { table: 'usage_keys', key: 'meter, idem_key', ofCustomer: evidence },
  { table: 'usage_crossings', ofCustomer: evidence },
  { table: 'usage_holds', ofCustomer: evidence },
  { table: 'usage_hours', key: 'customer_id, meter, hour, provider, direction', ofCustomer: evidence },
  { table: 'usage_credits', ofCustomer: evidence },
  { table: 'usage_burns', key: 'credit_id, period_start', ofCustomer: evidence },
  { table: 'usage_withdrawals', ofCustomer: evidence },
  { table: 'usage_tier_changes', ofCustomer: evidence },
  { table: 'usage_pauses', ofCustomer: evidence },
]
