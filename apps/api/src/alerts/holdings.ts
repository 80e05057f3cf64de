import type { Holding } from '../platform/privacy/holding.ts'

const set = `title = alert_type, message = 'Erased', metadata = metadata - '{businessName,phoneNumber,number,from,to}'::text[],
  acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_by = coalesce(acknowledged_by, 'system:erasure')`

export const alertHoldings: readonly Holding[] = [
  {
    table: 'ops_alerts',
    ofCustomer: { where: 'customer_id = $1::text::uuid', set },
    ofNumber: { where: `concat_ws(' ', title, message, metadata::text) ~ $2`, walk: true, set },
  },
  { table: 'alert_logs', ofNumber: { where: 'reason ~ $2', walk: true, set: `reason = 'Erased'` } },
]
