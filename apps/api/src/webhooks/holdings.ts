import type { Holding } from '../platform/privacy/holding.ts'

const set = `body = '', body_encoding = 'utf8', headers = '[]', phone_number = null, url = split_part(url, '?', 1), last_error = null,
  shredded_at = now()`
const waits = `state in ('received', 'failed')`

/** Size and SHA-256 of the bytes stay: a figure opens to them. What waits to be processed is not touched. */
export const webhookHoldings: readonly Holding[] = [
  {
    table: 'webhook_queue',
    ofCustomer: {
      where: `customer_id = $1::text::uuid and shredded_at is null and not ${waits}`,
      walk: true,
      set,
    },
    ofNumber: {
      where: `shredded_at is null and not ${waits} and (phone_number = $1 or case body_encoding
        when 'utf8' then position($2 in body) > 0 else position(convert_to($2, 'UTF8') in decode(body, 'base64')) > 0 end)`,
      walk: true,
      set,
    },
    retention: { kind: 'bytes', set, waits },
  },
]
