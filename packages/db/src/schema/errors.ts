import { severities } from '@trunkline/core/alerts/severity'
import { errorSources } from '@trunkline/core/errors/fingerprint'
import { errorStates } from '@trunkline/core/errors/lifecycle'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'

/** A bug, once, however often it happens: what its occurrences have in common, how often, since when, and what was decided. */
export const errorGroups = pgTable(
  'error_groups',
  {
    id: id(),
    /** SHA-256 of what makes it the same bug. */
    fingerprint: text().notNull().unique('error_groups_stand_once'),
    source: text({ enum: errorSources }).notNull(),
    severity: text({ enum: severities }).notNull(),
    type: text().notNull(),
    title: text().notNull(),
    culprit: text().notNull(),
    state: text({ enum: errorStates }).notNull().default('open'),
    occurrences: quantity().notNull().default(0),
    customers: integer().notNull().default(0),
    /** How often it came back after it was resolved or outgrew what it was ignored for. */
    returns: integer().notNull().default(0),
    firstSeenAt: at().notNull(),
    lastSeenAt: at().notNull(),
    firstRelease: text(),
    lastRelease: text(),
    alertId: uuid(),
    resolvedAt: at(),
    resolvedBy: text(),
    resolution: text(),
    ignoredAt: at(),
    ignoredBy: text(),
    ignoreUntil: at(),
    ignoreOccurrences: quantity(),
    ignoreCustomers: integer(),
    ...created,
  },
  (group) => [
    check('error_groups_source_is_known', oneOf(group.source, errorSources)),
    check('error_groups_severity_is_known', oneOf(group.severity, severities)),
    check('error_groups_state_is_known', oneOf(group.state, errorStates)),
    check('error_groups_resolved_says_when', sql`(${group.state} = 'resolved') = (${group.resolvedAt} is not null)`),
    check('error_groups_ignored_says_when', sql`(${group.state} = 'ignored') = (${group.ignoredAt} is not null)`),
    index('error_groups_by_last_seen').on(group.lastSeenAt, group.id),
    index('error_groups_by_state').on(group.state, group.lastSeenAt, group.id),
  ],
)

/** Some occurrences of a bug, as they were: the first and the latest. Everything in them is masked. */
export const errorLogs = pgTable(
  'error_logs',
  {
    id: id(),
    groupId: uuid()
      .notNull()
      .references(() => errorGroups.id, { onDelete: 'cascade' }),
    at: at().notNull(),
    message: text().notNull(),
    stack: text().notNull(),
    /** The procedure, path, job or page that failed. */
    place: text().notNull(),
    requestId: text(),
    actor: text(),
    customerId: uuid(),
    webhookId: uuid(),
    input: text(),
    release: text(),
    userAgent: text(),
  },
  (log) => [index('error_logs_by_group').on(log.groupId, log.id), index('error_logs_by_customer').on(log.customerId)],
)

/** Whom a bug has hit. */
export const errorGroupCustomers = pgTable(
  'error_group_customers',
  {
    groupId: uuid()
      .notNull()
      .references(() => errorGroups.id, { onDelete: 'cascade' }),
    customerId: uuid().notNull(),
    occurrences: quantity().notNull(),
    lastSeenAt: at().notNull(),
  },
  (hit) => [
    primaryKey({ columns: [hit.groupId, hit.customerId] }),
    index('error_group_customers_by_customer').on(hit.customerId, hit.groupId),
  ],
)

/** How often a bug happened, hour by hour. */
export const errorHours = pgTable(
  'error_hours',
  {
    hour: at().notNull(),
    groupId: uuid()
      .notNull()
      .references(() => errorGroups.id, { onDelete: 'cascade' }),
    occurrences: quantity().notNull(),
  },
  (count) => [
    primaryKey({ columns: [count.hour, count.groupId] }),
    index('error_hours_by_group').on(count.groupId, count.hour),
  ],
)
