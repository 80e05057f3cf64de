import { entryKinds, meters } from '@trunkline/core/usage/meter'
import { tierKeys } from '@trunkline/core/usage/tier'
import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'
import { customers } from './customers.ts'

/** What a tier costs and contains, by version. Rows are never changed: a new price is a new row. */
export const tierSnapshots = pgTable(
  'tier_snapshots',
  {
    id: id(),
    tier: text({ enum: tierKeys }).notNull(),
    version: integer().notNull(),
    rank: integer().notNull(),
    monthlyPriceCents: integer().notNull(),
    callCapSeconds: quantity().notNull(),
    smsCapSegments: quantity().notNull(),
    callGraceSeconds: quantity().notNull(),
    smsGraceSegments: quantity().notNull().default(0),
    /** How much of what was included and not used goes over into the next period, at most. */
    callRolloverSeconds: quantity().notNull().default(0),
    smsRolloverSegments: quantity().notNull().default(0),
    publishedBy: text(),
    effectiveFrom: at().notNull(),
    effectiveUntil: at(),
  },
  (snapshot) => [
    unique('tier_snapshots_version_stands_once').on(snapshot.tier, snapshot.version),
    check('tier_snapshots_tier_is_known', oneOf(snapshot.tier, tierKeys)),
    check(
      'tier_snapshots_figures_are_not_negative',
      sql`least(monthly_price_cents, call_cap_seconds, sms_cap_segments, call_grace_seconds, sms_grace_segments, call_rollover_seconds, sms_rollover_segments) >= 0`,
    ),
  ],
)

/**
 * One row a customer: what is used and reserved in the open period, against what may be used. `used` moves only with a ledger
 * entry of that period. Whoever comes to this row after `period_end` first rolls it, under its lock; after `next_change_at`,
 * when a credit or a pause ends, he first brings it up to date. Credit and roll-over are the sums of the customer's grants.
 */
export const usageLimits = pgTable(
  'usage_limits',
  {
    customerId: uuid()
      .primaryKey()
      .references(() => customers.id),
    tierSnapshotId: uuid()
      .notNull()
      .references(() => tierSnapshots.id),
    periodStart: at().notNull(),
    periodEnd: at().notNull(),
    limitRevision: integer().notNull().default(1),
    callUsedSeconds: quantity().notNull().default(0),
    callReservedSeconds: quantity().notNull().default(0),
    callCapSeconds: quantity().notNull(),
    callCreditSeconds: quantity().notNull().default(0),
    rolloverSeconds: quantity().notNull().default(0),
    graceSeconds: quantity().notNull(),
    smsUsed: quantity().notNull().default(0),
    smsReserved: quantity().notNull().default(0),
    smsCap: quantity().notNull(),
    smsCredit: quantity().notNull().default(0),
    smsGrace: quantity().notNull().default(0),
    forcePause: boolean().notNull().default(false),
    nextChangeAt: at(),
    updatedAt: at().notNull(),
  },
  (limit) => [
    check('usage_limits_call_used_is_not_negative', sql`${limit.callUsedSeconds} >= 0`),
    check('usage_limits_sms_used_is_not_negative', sql`${limit.smsUsed} >= 0`),
    check('usage_limits_call_reserved_is_not_negative', sql`${limit.callReservedSeconds} >= 0`),
    check('usage_limits_sms_reserved_is_not_negative', sql`${limit.smsReserved} >= 0`),
    check('usage_limits_period_runs_forward', sql`${limit.periodEnd} > ${limit.periodStart}`),
    index('usage_limits_period_end').on(limit.periodEnd),
    index('usage_limits_next_change').on(limit.nextChangeAt).where(sql`next_change_at is not null`),
  ],
)

/**
 * Periods that are over, each beginning where the one before it ended. A late figure moves the counter of its own period here
 * and never the open one, so that for every period the ledger's sum is the counter.
 */
export const usagePeriods = pgTable(
  'usage_periods',
  {
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    periodStart: at().notNull(),
    periodEnd: at().notNull(),
    tierSnapshotId: uuid()
      .notNull()
      .references(() => tierSnapshots.id),
    callUsedSeconds: quantity().notNull(),
    smsUsed: quantity().notNull(),
    callCapSeconds: quantity().notNull().default(0),
    smsCap: quantity().notNull().default(0),
  },
  (period) => [
    primaryKey({ columns: [period.customerId, period.periodStart] }),
    check('usage_periods_run_forward', sql`${period.periodEnd} > ${period.periodStart}`),
    check('usage_periods_call_used_is_not_negative', sql`${period.callUsedSeconds} >= 0`),
    check('usage_periods_sms_used_is_not_negative', sql`${period.smsUsed} >= 0`),
  ],
)

/**
 * The ledger. Append-only, by grant as well: a correction is another entry. `period_start` is the period that it belongs to,
 * whenever it is booked; an entry booked after that period was closed is an adjustment. What changes an earlier figure names
 * the entry before it under the same key. Partitioned by its id.
 */
export const usageEntries = pgTable(
  'usage_entries',
  {
    id: id(),
    customerId: uuid().notNull(),
    meter: text({ enum: meters }).notNull(),
    idemKey: text().notNull(),
    kind: text({ enum: entryKinds }).notNull(),
    quantity: quantity().notNull(),
    occurredAt: at().notNull(),
    periodStart: at().notNull(),
    eventId: uuid().notNull(),
    webhookId: uuid(),
    correctsId: uuid(),
    /** Why a person adjusted it. */
    reason: text(),
    ...created,
  },
  (entry) => [
    check('usage_entries_meter_is_known', oneOf(entry.meter, meters)),
    check('usage_entries_kind_is_known', oneOf(entry.kind, entryKinds)),
    check('usage_entries_change_something', sql`${entry.quantity} <> 0`),
    index('usage_entries_by_customer').on(entry.customerId, entry.id),
    index('usage_entries_by_event').on(entry.eventId),
  ],
)

/**
 * What is booked for one call or message, and in which period: where uniqueness of the ledger stands. The period is that of
 * the first entry; corrections go where it went. Kept for ever.
 */
export const usageKeys = pgTable(
  'usage_keys',
  {
    meter: text({ enum: meters }).notNull(),
    idemKey: text().notNull(),
    customerId: uuid().notNull(),
    periodStart: at(),
    booked: quantity().notNull().default(0),
    entries: integer().notNull().default(0),
    lastEntryId: uuid(),
    /** Since when a person has said that it is not chargeable, whatever a provider states later. */
    waivedAt: at(),
  },
  (key) => [
    primaryKey({ columns: [key.meter, key.idemKey] }),
    check('usage_keys_booked_have_a_period', sql`${key.entries} = 0 or ${key.periodStart} is not null`),
    // what was settled by a provider's id and not yet reported: few, however many keys there are
    index('usage_keys_settled').on(key.idemKey).where(sql`booked <> 0 and idem_key like 'provider:%'`),
  ],
)

const crossingCauses = ['usage', 'base'] as const

/** A level that was reached: once a customer, meter, period, limit revision and level, however the usage arrived. */
export const usageCrossings = pgTable(
  'usage_crossings',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    meter: text({ enum: meters }).notNull(),
    periodStart: at().notNull(),
    limitRevision: integer().notNull(),
    level: integer().notNull(),
    before: quantity().notNull(),
    after: quantity().notNull(),
    base: quantity().notNull(),
    /** Usage that grew, or a base that shrank. */
    cause: text({ enum: crossingCauses }).notNull().default('usage'),
    at: at().notNull(),
    recoveredAt: at(),
  },
  (crossing) => [
    check('usage_crossings_cause_is_known', oneOf(crossing.cause, crossingCauses)),
    unique('usage_crossings_announced_once').on(
      crossing.customerId,
      crossing.meter,
      crossing.periodStart,
      crossing.limitRevision,
      crossing.level,
    ),
  ],
)

/** `reported`: the provider's own report of the call freed it before anybody settled. */
export const holdStates = ['open', 'settled', 'expired', 'reported'] as const

/** Units promised to a call or message that is under way. */
export const usageHolds = pgTable(
  'usage_holds',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    meter: text({ enum: meters }).notNull(),
    quantity: quantity().notNull(),
    state: text({ enum: holdStates }).notNull().default('open'),
    expiresAt: at().notNull(),
    settledQuantity: quantity(),
    /** The provider's id of the call or message, as whoever settled named it. */
    providerId: text(),
    /** When the provider was last asked whether it is still under way, and when it must be asked again. */
    askedAt: at(),
    /** What was used beyond what was held. */
    overrun: quantity().notNull().default(0),
    ...created,
    endedAt: at(),
  },
  (hold) => [
    check('usage_holds_quantity_is_positive', sql`${hold.quantity} > 0`),
    check('usage_holds_state_is_known', oneOf(hold.state, holdStates)),
    index('usage_holds_by_customer').on(hold.customerId, hold.id),
    // what a door asks while a phone rings: few, however many holds have ended. The only index of those that are open: beside
    // one by their end alone, the planner takes that one while it believes that nearly none are, and reads them all
    index('usage_holds_under_way').on(hold.customerId, hold.expiresAt).where(sql`state = 'open'`),
  ],
)
