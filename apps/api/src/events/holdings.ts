import type { Holding } from '../platform/privacy/holding.ts'

/** The facts of a call or message without those that say who it was and what was said. */
const without = (...names: string[]) =>
  `coalesce((select jsonb_object_agg(register, fact - '{${names.join()}}'::text[]) from jsonb_each(facts) as said (register, fact)), '{}')`

/** How who it was and what was said is taken out of a call. */
export const shreddingOfCall = `phone_number = null, from_number = null, to_number = null, recording_url = null, summary = null, sentiment = null,
  transcript = null, facts = ${without('from', 'to', 'recordingUrl', 'summary', 'sentiment')}, shredded_at = now(), updated_at = now()`
/** The same of a message. */
export const shreddingOfMessage = `phone_number = null, from_number = null, to_number = null, body = null,
  facts = ${without('from', 'to', 'body')}, shredded_at = now(), updated_at = now()`

const ofCustomer = 'customer_id = $1::text::uuid and shredded_at is null'
const ofNumber = (...content: string[]) =>
  `(from_number = $1 or to_number = $1 or phone_number = $1 or concat_ws(' ', from_number, to_number, ${content.join()}, facts::text) ~ $2)
   and shredded_at is null`

/** Times, seconds, segments and costs stay: the ledger points at them. */
export const eventHoldings: readonly Holding[] = [
  {
    table: 'call_events',
    ofCustomer: { where: ofCustomer, walk: true, set: shreddingOfCall },
    ofNumber: { where: ofNumber('summary', 'transcript'), walk: true, set: shreddingOfCall },
    retention: { kind: 'events', set: shreddingOfCall, waits: 'false' },
  },
  {
    table: 'sms_events',
    ofCustomer: { where: ofCustomer, walk: true, set: shreddingOfMessage },
    ofNumber: { where: ofNumber('body'), walk: true, set: shreddingOfMessage },
    retention: { kind: 'events', set: shreddingOfMessage, waits: 'false' },
  },
]
