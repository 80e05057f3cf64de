import {
  differenceUnits,
  foundClasses,
  healStates,
  type LevelSums,
  listedKinds,
  type RunSource,
  runPhases,
  runStates,
  runTriggers,
} from '@trunkline/core/reconciliation/run'
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { at, created, id, oneOf } from '../columns.ts'

const amount = () => bigint({ mode: 'number' })

/**
 * One comparison of what is booked with what providers say, and with itself: of everything that began in the window. One runs at a
 * time. Whoever carries it out holds its lease, and says by the database's clock that it lives.
 */
export const reconciliationRuns = pgTable(
  'reconciliation_runs',
  {
    id: id(),
    trigger: text({ enum: runTriggers }).notNull(),
    triggeredBy: text().notNull(),
    state: text({ enum: runStates }).notNull(),
    phase: text({ enum: runPhases }).notNull().default('ledger'),
    windowFrom: at().notNull(),
    windowTo: at().notNull(),
    sources: jsonb().$type<RunSource[]>().notNull().default([]),
    levels: jsonb().$type<LevelSums[]>().notNull().default([]),
    checked: amount().notNull().default(0),
    differences: integer().notNull().default(0),
    flagged: integer().notNull().default(0),
    missingHere: integer().notNull().default(0),
    error: text(),
    startedAt: at().notNull(),
    heartbeatAt: at().notNull(),
    finishedAt: at(),
    leaseGeneration: integer().notNull().default(0),
    leaseUntil: at(),
  },
  (run) => [
    check('reconciliation_runs_trigger_is_known', oneOf(run.trigger, runTriggers)),
    check('reconciliation_runs_state_is_known', oneOf(run.state, runStates)),
    check('reconciliation_runs_phase_is_known', oneOf(run.phase, runPhases)),
    check('reconciliation_runs_window_runs_forward', sql`${run.windowTo} > ${run.windowFrom}`),
    check('reconciliation_runs_ended_say_when', sql`(${run.state} = 'running') = (${run.finishedAt} is null)`),
    uniqueIndex('reconciliation_runs_one_at_a_time').on(run.state).where(sql`state = 'running'`),
  ],
)

/**
 * One difference of a run. Its id follows from the run and from what differs, so that a run that is taken up again writes none
 * twice. `record` is what the provider listed of a call or message that is missing here, until it is healed or erased.
 */
export const reconciliationDifferences = pgTable(
  'reconciliation_differences',
  {
    id: id(),
    runId: uuid()
      .notNull()
      .references(() => reconciliationRuns.id),
    level: integer().notNull(),
    class: text({ enum: foundClasses }).notNull(),
    customerId: uuid(),
    provider: text(),
    kind: text({ enum: listedKinds }),
    providerId: text(),
    unit: text({ enum: differenceUnits }).notNull(),
    ours: amount().notNull(),
    theirs: amount().notNull(),
    delta: amount().notNull(),
    flagged: boolean().notNull(),
    periodStart: at(),
    occurredAt: at(),
    eventId: uuid(),
    record: text(),
    healState: text({ enum: healStates }),
    healWebhookId: uuid(),
    healedAt: at(),
    ...created,
  },
  (difference) => [
    check('reconciliation_differences_class_is_known', oneOf(difference.class, foundClasses)),
    check('reconciliation_differences_kind_is_known', oneOf(difference.kind, listedKinds)),
    check('reconciliation_differences_unit_is_known', oneOf(difference.unit, differenceUnits)),
    check('reconciliation_differences_heal_state_is_known', oneOf(difference.healState, healStates)),
    check(
      'reconciliation_differences_delta_is_ours_less_theirs',
      sql`${difference.delta} = ${difference.ours} - ${difference.theirs}`,
    ),
    index('reconciliation_differences_by_size').on(
      difference.runId,
      difference.flagged,
      sql`abs(${difference.delta})`,
      difference.id,
    ),
    index('reconciliation_differences_by_customer').on(difference.customerId, difference.id),
    index('reconciliation_differences_by_event').on(difference.eventId),
  ],
)

/** What a provider lists, while a run reads its pages: nothing is compared before the last one. Gone when the run ends. */
export const reconciliationListed = pgTable(
  'reconciliation_listed',
  {
    runId: uuid().notNull(),
    provider: text().notNull(),
    kind: text({ enum: listedKinds }).notNull(),
    providerId: text().notNull(),
    /** The carrier's name of the same call. */
    carrierId: text(),
    /** The numbers that may be our line, the likeliest first, and the agent: they tell whose it is. */
    numbers: text().array().notNull(),
    agentId: text(),
    quantity: amount().notNull(),
    priceMicros: amount(),
    startedAt: at().notNull(),
    endedAt: at(),
    record: text(),
  },
  (listed) => [
    primaryKey({ columns: [listed.runId, listed.provider, listed.kind, listed.providerId] }),
    check('reconciliation_listed_kind_is_known', oneOf(listed.kind, listedKinds)),
    index('reconciliation_listed_by_carrier').on(listed.runId, listed.carrierId).where(sql`carrier_id is not null`),
  ],
)

/** What a provider asked for a call or message when it first listed a price: another one later is a difference. */
export const reconciliationPrices = pgTable(
  'reconciliation_prices',
  {
    provider: text().notNull(),
    kind: text({ enum: listedKinds }).notNull(),
    providerId: text().notNull(),
    priceMicros: amount().notNull(),
    learnedAt: at().notNull(),
  },
  (price) => [
    primaryKey({ columns: [price.provider, price.kind, price.providerId] }),
    check('reconciliation_prices_kind_is_known', oneOf(price.kind, listedKinds)),
    index('reconciliation_prices_by_age').on(price.learnedAt),
  ],
)
