import { meters } from '@trunkline/core/usage/meter'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, pgView, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { at, oneOf, quantity } from '../columns.ts'

/** The ledger summed by the hour in which it happened: what series are read from. Written with the entries themselves. */
export const usageHours = pgTable(
  'usage_hours',
  {
    customerId: uuid().notNull(),
    meter: text({ enum: meters }).notNull(),
    hour: at().notNull(),
    provider: text().notNull(),
    direction: text().notNull(),
    quantity: quantity().notNull(),
    entries: integer().notNull(),
  },
  (hours) => [
    primaryKey({ columns: [hours.customerId, hours.meter, hours.hour, hours.provider, hours.direction] }),
    check('usage_hours_meter_is_known', oneOf(hours.meter, meters)),
    index('usage_hours_by_time').on(hours.meter, hours.hour),
  ],
)

export const usageCalls = pgView('usage_calls', {
  id: uuid(),
  customerId: uuid(),
  callId: uuid(),
  seconds: quantity(),
  kind: text(),
  occurredAt: at(),
  createdAt: at(),
}).as(
  sql`select id, customer_id, event_id as call_id, quantity as seconds, kind, occurred_at, created_at from usage_entries where meter = 'call_seconds'`,
)

export const usageSms = pgView('usage_sms', {
  id: uuid(),
  customerId: uuid(),
  messageId: uuid(),
  segments: quantity(),
  kind: text(),
  occurredAt: at(),
  createdAt: at(),
}).as(
  sql`select id, customer_id, event_id as message_id, quantity as segments, kind, occurred_at, created_at from usage_entries where meter = 'sms_segments'`,
)
