import type { Holding } from '../platform/privacy/holding.ts'

/** How its bytes and whoever stands in them are taken out of a webhook. */
export const shredding = `body = '', body_encoding = 'utf8', headers = '[]', phone_number = null, url = split_part(url, '?', 1), last_error = null,
  shredded_at = now()`
const waits = `state in ('received', 'failed')`
/** A dead one waits for a person: what it says was never counted. Who is erased does not wait for him. */
const isUndone = `state in ('received', 'failed', 'dead') and shredded_at is null`
/** Bytes that are no text, with what is no letter of ASCII left out. */
const readable = String.raw`regexp_replace(encode(decode(body, 'base64'), 'escape'), '\\\\|\\[0-7]{3}', ' ', 'g')`

/** Size and SHA-256 of the bytes stay: a figure opens to them. What waits to be processed is not touched. */
export const webhookHoldings: readonly Holding[] = [
  {
    table: 'webhook_queue',
    ofCustomer: {
      where: `customer_id = $1::text::uuid and shredded_at is null and not ${waits}`,
      walk: true,
      set: shredding,
    },
    ofNumber: {
      where: `shredded_at is null and (phone_number = $1 or concat_ws(' ', phone_number, url, headers::text) ~ $2 or case body_encoding
        when 'utf8' then body else ${readable} end ~ $2)`,
      later: waits,
      walk: true,
      set: shredding,
    },
    retention: { kind: 'bytes', set: shredding, waits: isUndone },
  },
  {
    table: 'webhook_replay_sums',
    key: 'replay_id',
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      keep: 'It says how many units a replay moved, and nothing of a person. It goes with its replay after 90 days',
    },
  },
  {
    table: 'webhook_pauses',
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      keep: 'It is evidence of why something was processed late, and says nothing of a person',
    },
  },
]
