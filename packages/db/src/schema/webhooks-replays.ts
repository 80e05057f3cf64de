import { meters } from '@trunkline/core/usage/meter'
import { replayOutcomes, replayStates } from '@trunkline/core/webhooks/bulk-replay'
import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'

/** What a filter found: how many of each provider and state, and of how many customers. */
export type ReplayCounts = {
  providers: Record<string, number>
  states: Record<string, number>
  customers: number
  oldest: string
  newest: string
}

/**
 * Many webhooks replayed together: first a plan, then at most one run of it. One runs at a time, whatever its filter, so that
 * no two runs touch the same webhook. Whoever carries it out holds its lease.
 */
export const webhookReplays = pgTable(
  'webhook_replays',
  {
    id: id(),
    by: text().notNull(),
    filter: jsonb().$type<Record<string, unknown>>().notNull(),
    /** SHA-256 of which webhooks in which state: what was planned is what runs. */
    hash: text().notNull(),
    state: text({ enum: replayStates }).notNull(),
    count: integer().notNull(),
    counts: jsonb().$type<ReplayCounts>(),
    /** Up to which of its webhooks the plan, or its run, has come. */
    throughId: uuid(),
    planned: integer().notNull().default(0),
    changed: integer().notNull().default(0),
    refused: integer().notNull().default(0),
    done: integer().notNull().default(0),
    skipped: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    stopAbovePercent: integer().notNull().default(10),
    leaseGeneration: integer().notNull().default(0),
    leaseUntil: at(),
    startedAt: at(),
    finishedAt: at(),
    ...created,
  },
  (replay) => [
    check('webhook_replays_state_is_known', oneOf(replay.state, replayStates)),
    uniqueIndex('webhook_replays_one_runs_at_a_time').on(replay.state).where(sql`state = 'running'`),
  ],
)

/** One webhook of a bulk replay: as it was when planned, what would change, and what came of it. */
export const webhookReplayItems = pgTable(
  'webhook_replay_items',
  {
    replayId: uuid()
      .notNull()
      .references(() => webhookReplays.id, { onDelete: 'cascade' }),
    webhookId: uuid().notNull(),
    asPlanned: text().notNull(),
    changes: jsonb().$type<string[]>(),
    seconds: integer(),
    segments: integer(),
    /** Whose units move, of which meter and in which period, a line each: the run moves these, or none. */
    moves: jsonb().$type<string[]>(),
    problem: text(),
    outcome: text({ enum: replayOutcomes }),
  },
  (item) => [
    primaryKey({ columns: [item.replayId, item.webhookId] }),
    check(
      'webhook_replay_items_outcome_is_known',
      sql`${item.outcome} is null or ${oneOf(item.outcome, replayOutcomes)}`,
    ),
  ],
)

/** What a plan moves, and its run has moved, of one customer's meter in one period. `cents` is at the terms of that period. */
export const webhookReplaySums = pgTable(
  'webhook_replay_sums',
  {
    replayId: uuid()
      .notNull()
      .references(() => webhookReplays.id, { onDelete: 'cascade' }),
    customerId: uuid().notNull(),
    meter: text({ enum: meters }).notNull(),
    periodStart: at().notNull(),
    periodEnd: at().notNull(),
    planned: quantity().notNull().default(0),
    cents: quantity().notNull().default(0),
    booked: quantity().notNull().default(0),
  },
  (sum) => [
    primaryKey({ columns: [sum.replayId, sum.customerId, sum.meter, sum.periodStart] }),
    check('webhook_replay_sums_meter_is_known', oneOf(sum.meter, meters)),
  ],
)

/** Of which calls and messages a planned webhook speaks, by all their names: what speaks of the same is tried together. */
export const webhookReplaySubjects = pgTable(
  'webhook_replay_subjects',
  {
    replayId: uuid()
      .notNull()
      .references(() => webhookReplays.id, { onDelete: 'cascade' }),
    subject: text().notNull(),
    webhookId: uuid().notNull(),
  },
  (subject) => [
    primaryKey({ columns: [subject.replayId, subject.subject, subject.webhookId] }),
    index('webhook_replay_subjects_by_webhook').on(subject.replayId, subject.webhookId),
  ],
)
