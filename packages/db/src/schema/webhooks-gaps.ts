import { backfillStates, gapAnswers, gapKinds } from '@trunkline/core/webhooks/gap'
import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { at, id, oneOf } from '../columns.ts'

/**
 * One round of asking providers for what never came. `asked` gaps of calls and messages that are known, and what was `listed` and
 * `admitted` of sources that had fallen silent; counted in the commits in which it is taken in.
 */
export const webhookBackfills = pgTable(
  'webhook_backfills',
  {
    id: id(),
    by: text().notNull(),
    state: text({ enum: backfillStates }).notNull(),
    asked: integer().notNull().default(0),
    filled: integer().notNull().default(0),
    unchanged: integer().notNull().default(0),
    unknown: integer().notNull().default(0),
    unanswered: integer().notNull().default(0),
    listed: integer().notNull().default(0),
    admitted: integer().notNull().default(0),
    error: text(),
    startedAt: at().notNull(),
    finishedAt: at(),
  },
  (backfill) => [
    check('webhook_backfills_state_is_known', oneOf(backfill.state, backfillStates)),
    check('webhook_backfills_ended_say_when', sql`(${backfill.state} = 'running') = (${backfill.finishedAt} is null)`),
  ],
)

/**
 * What a provider was asked of one call or message that misses something. Whoever asks holds it until `next_ask_at`, and writes the
 * answer only under its own generation; where that is null nobody asks again.
 */
export const webhookGaps = pgTable(
  'webhook_gaps',
  {
    eventId: uuid().notNull(),
    missing: text({ enum: gapKinds }).notNull(),
    answer: text({ enum: gapAnswers }),
    asks: integer().notNull().default(0),
    generation: integer().notNull(),
    nextAskAt: at(),
    /** The entry of the inbox that it became. */
    webhookId: uuid(),
    updatedAt: at().notNull(),
  },
  (gap) => [
    primaryKey({ columns: [gap.eventId, gap.missing] }),
    check('webhook_gaps_kind_is_known', oneOf(gap.missing, gapKinds)),
    check('webhook_gaps_answer_is_known', sql`${gap.answer} is null or ${oneOf(gap.answer, gapAnswers)}`),
    index('webhook_gaps_by_age').on(gap.updatedAt),
  ],
)
