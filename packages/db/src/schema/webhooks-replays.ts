import { replayOutcomes, replayStates } from '@trunkline/core/webhooks/bulk-replay'
import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf } from '../columns.ts'

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
    planned: integer().notNull().default(0),
    done: integer().notNull().default(0),
    skipped: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    stopAbovePercent: integer().notNull().default(10),
    leaseGeneration: integer().notNull().default(0),
    leaseUntil: at(),
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
    problem: text(),
    outcome: text({ enum: replayOutcomes }),
  },
  (item) => [
    primaryKey({ columns: [item.replayId, item.webhookId] }),
    check(
      'webhook_replay_items_outcome_is_known',
      sql`${item.outcome} is null or ${oneOf(item.outcome, replayOutcomes)}`,
    ),
    index('webhook_replay_items_unplanned')
      .on(item.replayId, item.webhookId)
      .where(sql`changes is null and problem is null`),
    index('webhook_replay_items_to_run').on(item.replayId, item.webhookId).where(sql`outcome is null`),
  ],
)
