import type { Placed } from './book-entries.ts'

/** What the entries of one customer and period come to. */
export type Sum = { customerId: string; period: string; calls: number; texts: number }

export const entryColumns = `id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id, webhook_id, corrects_id, reason, created_at`

/** Rows out of arrays, the first of them parameter number `first`. Arrays are cast whole: once, and not in each comparison. */
export const rowsOf = (first: number, types: readonly string[]) =>
  `unnest(${types.map((type, index) => `($${first + index}::text[])::${type}[]`).join(', ')})`

export const sumTypes = ['uuid', 'timestamptz', 'bigint', 'bigint']
export const entryTypes = [
  ...['uuid', 'uuid', 'text', 'text', 'text', 'bigint', 'timestamptz', 'timestamptz', 'uuid', 'uuid', 'uuid', 'text'],
  // for the sums by the hour
  ...['text', 'text'],
]
export const entryFields =
  'id, customer, meter, key, kind, quantity, occurred, period, event, webhook, corrects, reason, provider, direction'
export const entryValues =
  'id, customer, meter, key, kind, quantity, occurred, period, event, webhook, corrects, reason, now()'

/** The same entries summed by the hour, onto what stands there. The customers' counters are locked. */
export const sumByHour = (from: string) => `
  insert into usage_hours as hours (customer_id, meter, hour, provider, direction, quantity, entries)
  select customer, meter, date_trunc('hour', occurred, 'UTC'), provider, direction, sum(quantity)::bigint, count(*)::integer
  from ${from} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (customer_id, meter, hour, provider, direction)
    do update set quantity = hours.quantity + excluded.quantity, entries = hours.entries + excluded.entries`

export const entryArrays = (entries: readonly Placed[]) => [
  entries.map(({ id }) => id),
  entries.map(({ customerId }) => customerId),
  entries.map(({ meter }) => meter),
  entries.map(({ idemKey }) => idemKey),
  entries.map(({ kind }) => kind),
  entries.map(({ delta }) => String(delta)),
  entries.map(({ occurredAt }) => occurredAt),
  entries.map(({ period }) => period),
  entries.map(({ eventId }) => eventId),
  entries.map(({ webhookId }) => webhookId ?? null),
  entries.map(({ correctsId }) => correctsId),
  entries.map(({ reason }) => reason ?? null),
  entries.map(({ provider }) => provider ?? 'service'),
  entries.map(({ direction }) => direction ?? 'unknown'),
]

export const sumArrays = (sums: readonly Sum[]) => [
  sums.map(({ customerId }) => customerId),
  sums.map(({ period }) => period),
  sums.map(({ calls }) => String(calls)),
  sums.map(({ texts }) => String(texts)),
]
