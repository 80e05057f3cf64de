import { retentionKinds } from '@trunkline/core/platform/retention'
import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, bytes, created, id, oneOf } from '../columns.ts'

/** Every change that somebody made: by whom, from where, on what, before and after (masked). Append-only by grant. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: id(),
    actor: text().notNull(),
    address: text(),
    requestId: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    customerId: uuid(),
    before: jsonb(),
    after: jsonb(),
    ...created,
  },
  (entry) => [
    index('audit_log_by_subject').on(entry.subject, entry.id),
    index('audit_log_by_actor').on(entry.actor, entry.id),
    index('audit_log_by_action').on(entry.action, entry.id),
    index('audit_log_by_customer').on(entry.customerId, entry.id),
  ],
)

/** How far the retention of a kind of data has come: what has a smaller id was shredded. */
export const retentionMarks = pgTable('retention_marks', {
  kind: text().primaryKey(),
  throughId: uuid().notNull(),
  updatedAt: at().notNull(),
})

/** How long a kind of content is kept, where an administrator has said so: it counts in place of the environment's. */
export const retentionSettings = pgTable(
  'retention_settings',
  {
    kind: text({ enum: retentionKinds }).primaryKey(),
    amount: integer().notNull(),
    updatedAt: at().notNull(),
    updatedBy: text().notNull(),
  },
  (setting) => [
    check('retention_settings_kind_is_known', oneOf(setting.kind, retentionKinds)),
    check('retention_settings_amount_is_positive', sql`${setting.amount} > 0`),
  ],
)

/**
 * Whom nothing may be kept about again: HMAC of the number under TRUNKLINE_KEY, so that the list tells nobody who it was. What
 * a provider delivers of it later is counted and charged, and shredded in the same commit.
 */
export const erasedSubjects = pgTable('erased_subjects', {
  mark: bytes().primaryKey(),
  erasedAt: at().notNull(),
})

/** When a recurring job is due next. The row is the clock: whoever advances it runs the job, so it runs once. */
export const schedules = pgTable('schedules', {
  name: text().primaryKey(),
  everySeconds: integer().notNull(),
  nextDueAt: at().notNull(),
  lastRunAt: at(),
})

/** One row each time a job ran. */
export const jobRuns = pgTable(
  'job_runs',
  {
    id: id(),
    name: text().notNull(),
    jobId: text().notNull(),
    attempt: integer().notNull(),
    dueAt: at(),
    startedAt: at().notNull(),
    finishedAt: at(),
    outcome: text({ enum: ['running', 'succeeded', 'failed'] }).notNull(),
    error: text(),
  },
  (run) => [
    index('job_runs_by_name').on(run.name, run.id),
    index('job_runs_running').on(run.startedAt).where(sql`outcome = 'running'`),
  ],
)
