import type { Holding } from '../platform/privacy/holding.ts'

/** What differed is evidence by ids and sums; the provider's record of what is missing here says who called. */
export const reconciliationHoldings: readonly Holding[] = [
  {
    table: 'reconciliation_differences',
    hidden: ['record'],
    ofCustomer: { where: 'customer_id = $1::text::uuid and record is not null', set: 'record = null' },
    ofNumber: { where: 'record ~ $2', walk: true, set: 'record = null' },
  },
  {
    table: 'reconciliation_listed',
    key: 'provider_id',
    ofNumber: { where: '$1 = any (numbers) or record ~ $2', set: `record = null, numbers = '{}'` },
  },
]
