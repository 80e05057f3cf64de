import type { Holding } from '../platform/privacy/holding.ts'

/** The facts of a call or message without those that say who it was and what was said. */
const without = (...names: string[]) =>
  `coalesce((select jsonb_object_agg(register, fact - '{${names.join()}}'::text[]) from jsonb_each(facts) as said (register, fact)), '{}')`

const calls = `phone_number = null, from_number = null, to_number = null, recording_url = null, summary = null, sentiment = null,
  transcript = null, facts = ${without('from', 'to', 'recordingUrl', 'summary', 'sentiment')}, shredded_at = now(), updated_at = now()`
const messages = `phone_number = null, from_number = null, to_number = null, body = null,
  facts = ${without('from', 'to', 'body')}, shredded_at = now(), updated_at = now()`

const ofCustomer = 'customer_id = $1::text::uuid and shredded_at is null'
const ofNumber = '(from_number = $1 or to_number = $1 or phone_number = $1) and shredded_at is null'

/** Times, seconds, segments and costs stay: the ledger points at them. */
export const eventHoldings: readonly Holding[] = [
  {
    table: 'call_events',
    ofCustomer: { where: ofCustomer, walk: true, set: calls },
    ofNumber: { where: ofNumber, walk: true, set: calls },
    retention: { kind: 'events', set: calls, waits: 'false' },
  },
  {
    table: 'sms_events',
    ofCustomer: { where: ofCustomer, walk: true, set: messages },
    ofNumber: { where: ofNumber, walk: true, set: messages },
    retention: { kind: 'events', set: messages, waits: 'false' },
  },
]
