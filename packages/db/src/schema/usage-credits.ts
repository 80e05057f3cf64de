import { creditEnds, creditSources } from '@trunkline/core/usage/credit'
import { meters } from '@trunkline/core/usage/meter'
import { pauseCauses } from '@trunkline/core/usage/pause'
import { tierChangeStates, tierKeys, tierMoments } from '@trunkline/core/usage/tier'
import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'
import { customers } from './customers.ts'
import { tierSnapshots } from './usage.ts'

/** What may be bought on top: so many seconds or segments for a price, good for so many days. */
export const usageTopups = pgTable(
  'usage_topups',
  {
    key: text().primaryKey(),
    meter: text({ enum: meters }).notNull(),
    quantity: quantity().notNull(),
    priceCents: integer().notNull(),
    lastsDays: integer(),
    isOnSale: boolean().notNull().default(true),
  },
  (topup) => [
    check('usage_topups_meter_is_known', oneOf(topup.meter, meters)),
    check('usage_topups_quantity_is_positive', sql`${topup.quantity} > 0`),
  ],
)

/**
 * Units granted beyond the tier: bought, given, rolled over. `source_key` credits once for ever. `remaining` is what no period
 * that is over has spent; what the open one has spent of it follows from the order of spending, and is written as a burn when the
 * period or the grant ends.
 */
export const usageCredits = pgTable(
  'usage_credits',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    meter: text({ enum: meters }).notNull(),
    source: text({ enum: creditSources }).notNull(),
    sourceKey: text().notNull().unique('usage_credits_granted_once'),
    quantity: quantity().notNull(),
    remaining: quantity().notNull(),
    priority: integer().notNull(),
    expiresAt: at(),
    reason: text(),
    grantedBy: text().notNull(),
    ...created,
    endedAt: at(),
    endedBy: text({ enum: creditEnds }),
  },
  (credit) => [
    check('usage_credits_meter_is_known', oneOf(credit.meter, meters)),
    check('usage_credits_source_is_known', oneOf(credit.source, creditSources)),
    check('usage_credits_quantity_is_positive', sql`${credit.quantity} > 0`),
    check(
      'usage_credits_remain_within_the_grant',
      sql`${credit.remaining} >= 0 and ${credit.remaining} <= ${credit.quantity}`,
    ),
    check('usage_credits_ended_say_how', sql`(${credit.endedAt} is null) = (${credit.endedBy} is null)`),
    index('usage_credits_by_customer').on(credit.customerId, credit.id),
    index('usage_credits_living').on(credit.customerId).where(sql`ended_at is null`),
  ],
)

/** What one period spent of one grant. */
export const usageBurns = pgTable(
  'usage_burns',
  {
    creditId: uuid()
      .notNull()
      .references(() => usageCredits.id),
    customerId: uuid().notNull(),
    periodStart: at().notNull(),
    quantity: quantity().notNull(),
  },
  (burn) => [
    primaryKey({ columns: [burn.creditId, burn.periodStart] }),
    check('usage_burns_are_not_negative', sql`${burn.quantity} >= 0`),
    index('usage_burns_by_period').on(burn.customerId, burn.periodStart),
  ],
)

/**
 * What was taken back of a bought grant because its money was given back. Append-only, by grant as well: `asked` is what the money
 * stands for, `taken` as much of it as was neither used nor promised. What is left of a grant is its quantity less burns and these.
 */
export const usageWithdrawals = pgTable(
  'usage_withdrawals',
  {
    id: id(),
    creditId: uuid()
      .notNull()
      .references(() => usageCredits.id),
    customerId: uuid().notNull(),
    sourceKey: text().notNull().unique('usage_withdrawals_made_once'),
    asked: quantity().notNull(),
    taken: quantity().notNull(),
    ...created,
  },
  (withdrawal) => [
    check(
      'usage_withdrawals_take_what_was_asked_at_most',
      sql`${withdrawal.asked} > 0 and ${withdrawal.taken} >= 0 and ${withdrawal.taken} <= ${withdrawal.asked}`,
    ),
    index('usage_withdrawals_by_credit').on(withdrawal.creditId),
    index('usage_withdrawals_by_customer').on(withdrawal.customerId, withdrawal.id),
  ],
)

/** A change of tier: at once, or waiting for the end of the period, where it can be cancelled. One waits at a time. */
export const usageTierChanges = pgTable(
  'usage_tier_changes',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    fromSnapshotId: uuid()
      .notNull()
      .references(() => tierSnapshots.id),
    toTier: text({ enum: tierKeys }).notNull(),
    toSnapshotId: uuid().references(() => tierSnapshots.id),
    moment: text({ enum: tierMoments }).notNull(),
    state: text({ enum: tierChangeStates }).notNull(),
    dueAt: at().notNull(),
    reason: text().notNull(),
    sourceKey: text().unique('usage_tier_changes_made_once'),
    /** For the rest of the period: what of the old price is given back, what of the new one is due. */
    creditCents: integer().notNull().default(0),
    chargeCents: integer().notNull().default(0),
    requestedBy: text().notNull(),
    ...created,
    endedAt: at(),
  },
  (change) => [
    check('usage_tier_changes_tier_is_known', oneOf(change.toTier, tierKeys)),
    check('usage_tier_changes_moment_is_known', oneOf(change.moment, tierMoments)),
    check('usage_tier_changes_state_is_known', oneOf(change.state, tierChangeStates)),
    uniqueIndex('usage_tier_changes_one_waits').on(change.customerId).where(sql`state = 'pending'`),
    index('usage_tier_changes_by_customer').on(change.customerId, change.id),
  ],
)

/** Why a customer stands still. Each cause is a row of its own: that one ends lifts no other. */
export const usagePauses = pgTable(
  'usage_pauses',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    cause: text({ enum: pauseCauses }).notNull(),
    reason: text().notNull(),
    pausedBy: text().notNull(),
    ...created,
    expiresAt: at(),
    endedAt: at(),
    endedBy: text(),
    endReason: text(),
  },
  (pause) => [
    check('usage_pauses_cause_is_known', oneOf(pause.cause, pauseCauses)),
    uniqueIndex('usage_pauses_one_a_cause').on(pause.customerId, pause.cause).where(sql`ended_at is null`),
    index('usage_pauses_by_customer').on(pause.customerId, pause.id),
  ],
)
