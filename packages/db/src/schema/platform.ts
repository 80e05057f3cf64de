import { sql } from 'drizzle-orm'
import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, created, id } from '../columns.ts'

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
