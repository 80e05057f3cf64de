import { lineKinds, lineStates } from '@trunkline/core/billing/words'
import { meters } from '@trunkline/core/usage/meter'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'
import { customers } from './customers.ts'
import { tierSnapshots } from './usage.ts'

const amount = () => bigint({ mode: 'number' })
const underTier = () =>
  uuid()
    .notNull()
    .references(() => tierSnapshots.id)

/** What a unit beyond the included ones costs, in micro-dollars. Without a row it costs nothing. */
export const billingRates = pgTable(
  'billing_rates',
  {
    tierSnapshotId: underTier(),
    meter: text({ enum: meters }).notNull(),
    unitPriceMicros: amount().notNull(),
  },
  (rate) => [
    primaryKey({ columns: [rate.tierSnapshotId, rate.meter] }),
    check('billing_rates_meter_is_known', oneOf(rate.meter, meters)),
    check('billing_rates_are_not_negative', sql`${rate.unitPriceMicros} >= 0`),
  ],
)

/**
 * What a period costs. The lines of one meter add up to the price of the quantity that its ledger holds: one open line follows
 * the ledger; when the period is closed it never changes again, and what comes later is a line that names the one it corrects.
 */
export const billingLineItems = pgTable(
  'billing_line_items',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    periodStart: at().notNull(),
    periodEnd: at().notNull(),
    kind: text({ enum: lineKinds }).notNull(),
    meter: text({ enum: meters }),
    sourceKey: text().notNull().unique('billing_line_items_stand_once'),
    tierSnapshotId: underTier(),
    quantity: quantity().notNull(),
    unitPriceMicros: amount().notNull(),
    amountCents: amount().notNull(),
    providerCostMicros: amount().notNull().default(0),
    /** Calls and messages whose price no provider has named yet: the cost is that of the others. */
    unpriced: integer().notNull().default(0),
    state: text({ enum: lineStates }).notNull(),
    /** The first and the last of its ledger entries; `billing_line_entries` holds each. */
    fromEntry: uuid(),
    toEntry: uuid(),
    correctsLineId: uuid(),
    paymentId: uuid(),
    tierChangeId: uuid(),
    ...created,
    updatedAt: at().notNull(),
    closedAt: at(),
  },
  (line) => [
    check('billing_line_items_kind_is_known', oneOf(line.kind, lineKinds)),
    check('billing_line_items_meter_is_known', oneOf(line.meter, meters)),
    check('billing_line_items_state_is_known', oneOf(line.state, lineStates)),
    check('billing_line_items_usage_has_a_meter', sql`${line.kind} <> 'usage' or ${line.meter} is not null`),
    check('billing_line_items_closed_say_when', sql`(${line.state} = 'closed') = (${line.closedAt} is not null)`),
    uniqueIndex('billing_line_items_one_follows')
      .on(line.customerId, line.periodStart, line.meter)
      .where(sql`state = 'open' and kind = 'usage'`),
    index('billing_line_items_by_customer').on(line.customerId, line.periodStart, line.id),
    index('billing_line_items_open').on(line.periodEnd).where(sql`state = 'open'`),
  ],
)

/** Which line a ledger entry went into: one, for ever. */
export const billingLineEntries = pgTable(
  'billing_line_entries',
  { entryId: uuid().primaryKey(), lineId: uuid().notNull(), customerId: uuid().notNull() },
  (entry) => [index('billing_line_entries_by_line').on(entry.lineId, entry.entryId)],
)

/** How far the ledger has been rated: what is older has its line. */
export const billingMarks = pgTable('billing_marks', {
  name: text().primaryKey(),
  throughId: uuid().notNull(),
  updatedAt: at().notNull(),
})
