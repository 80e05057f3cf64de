import type { Holding } from '../platform/privacy/holding.ts'

export const numberHoldings: readonly Holding[] = [
  {
    table: 'unknown_phone',
    ofCustomer: { where: 'customer_id = $1::text::uuid', set: `resolution = 'ignored', customer_id = null` },
    ofNumber: {
      where: 'phone_number = $1',
      set: `phone_number = 'erased:' || id, resolution = coalesce(resolution, 'ignored'),
        resolved_at = coalesce(resolved_at, now()), resolved_by = coalesce(resolved_by, 'system:erasure')`,
    },
  },
]
