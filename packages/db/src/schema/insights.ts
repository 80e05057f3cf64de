import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { at, quantity } from '../columns.ts'

/**
 * Calls and messages counted by the hour they happened in, kept as changes of the rows they count. Several slots an hour,
 * so that two workers need not wait for each other; a reader adds them up.
 */
export const trafficHours = pgTable(
  'traffic_hours',
  {
    hour: at().notNull(),
    outcome: text().notNull(),
    slot: integer().notNull(),
    count: quantity().notNull(),
    seconds: quantity().notNull(),
  },
  (traffic) => [primaryKey({ columns: [traffic.hour, traffic.outcome, traffic.slot] })],
)
