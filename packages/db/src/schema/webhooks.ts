import { attemptOutcomes, verdicts, webhookProviders, webhookStates } from '@trunkline/core/webhooks/state'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, bytes, created, id, oneOf } from '../columns.ts'

/**
 * The inbox. A row is written before anybody acts on it, with the bytes exactly as received, and never changes but for
 * its state. Partitioned by its id (time-ordered); uniqueness stands in `idempotency_keys`.
 * `body` holds the text as sent, or base64 where it is not UTF-8 (`body_encoding`).
 */
export const webhooks = pgTable(
  'webhook_queue',
  {
    id: id(),
    provider: text({ enum: webhookProviders }).notNull(),
    door: text().notNull(),
    eventType: text(),
    phoneNumber: text(),
    url: text().notNull(),
    remoteAddress: text().notNull(),
    headers: jsonb().$type<[string, string][]>().notNull(),
    body: text().notNull(),
    bodyEncoding: text({ enum: ['utf8', 'base64'] }).notNull(),
    bodyBytes: integer().notNull(),
    bodySha256: bytes().notNull(),
    verdict: text({ enum: verdicts }).notNull(),
    secretId: uuid(),
    revisionOf: uuid(),
    state: text({ enum: webhookStates }).notNull(),
    receivedAt: at().notNull(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: at(),
    processedAt: at(),
    lastError: text(),
    customerId: uuid(),
    /** Since when bytes, headers and number are gone. Size and hash stay. */
    shreddedAt: at(),
    /** The transaction that stored it. Whatever is below the oldest one under way is complete: whoever reads on from there misses none. */
    position: bigint({ mode: 'number' }).default(sql`(pg_current_xact_id()::text)::bigint`),
  },
  (webhook) => [
    check('webhook_queue_state_is_known', oneOf(webhook.state, webhookStates)),
    // nothing that is not proven genuine can ever wait for the worker: a release proves it first. No table's name stands in
    // it: a constraint added later goes to the partitions word by word
    check('webhook_queue_only_the_verified_leave_quarantine', sql`verdict = 'verified' or state = 'quarantined'`),
    index('webhook_queue_waiting').on(webhook.nextAttemptAt, webhook.id).where(sql`state in ('received', 'failed')`),
    // what waits, by whose it seems to be: whoever came after a flood is found without reading it
    index('webhook_queue_lanes')
      .on(webhook.provider, sql`hashtext(coalesce(phone_number, ''))`, webhook.nextAttemptAt, webhook.id)
      .where(sql`state in ('received', 'failed')`),
    index('webhook_queue_needs_a_person')
      .on(webhook.state, webhook.id)
      .where(sql`state in ('failed', 'dead', 'quarantined')`),
    index('webhook_queue_by_phone').on(webhook.phoneNumber, webhook.id),
    index('webhook_queue_revisions').on(webhook.revisionOf, webhook.id).where(sql`revision_of is not null`),
    index('webhook_queue_by_position').on(webhook.position, webhook.id).where(sql`position is not null`),
    index('webhook_queue_by_customer').on(webhook.customerId, webhook.id).where(sql`customer_id is not null`),
    index('webhook_queue_by_cause').on(sql`left(last_error, 200)`, webhook.id).where(sql`last_error is not null`),
  ],
)

/**
 * Who has been here already. The key is SHA-256 of the event's identity; a forged delivery never takes one.
 * A key of an event that moves money is kept for ever.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    key: bytes().primaryKey(),
    webhookId: uuid().notNull(),
    bodySha256: bytes().notNull(),
    duplicates: integer().notNull().default(0),
    lastDuplicateAt: at(),
    expiresAt: at(),
    ...created,
  },
  // those that came once, nearly all, are not in it and cost the intake nothing
  (key) => [index('idempotency_keys_repeated').on(key.webhookId).where(sql`duplicates > 0`)],
)

/** What happened each time a webhook was processed. Evidence: only ever added to. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: id(),
    webhookId: uuid().notNull(),
    outcome: text({ enum: attemptOutcomes }).notNull(),
    error: text(),
    by: text().notNull(),
    at: at().notNull(),
    /** Which version of its provider's reading was used, and what became otherwise by it; absent for what was read first. */
    reading: integer(),
    changes: jsonb().$type<string[]>(),
  },
  (attempt) => [
    check('webhook_attempts_outcome_is_known', oneOf(attempt.outcome, attemptOutcomes)),
    index('webhook_attempts_by_webhook').on(attempt.webhookId, attempt.id),
  ],
)

/**
 * The secrets with which a provider signs, encrypted at rest. The environment only brings the first ones: what a person
 * ended stays so though the environment still gives it.
 */
export const webhookSources = pgTable(
  'webhook_sources',
  {
    id: id(),
    provider: text({ enum: webhookProviders }).notNull(),
    name: text().notNull(),
    /** Whose secret it is, where one provider stands for several senders. */
    source: text(),
    secretCiphertext: text().notNull(),
    secretSha256: bytes().notNull().unique('webhook_sources_secret_stands_once'),
    notAfter: at(),
    /** The person who set it, and the one who gave it its end, where one did. */
    addedBy: text(),
    endedBy: text(),
    ...created,
  },
  (source) => [
    check(
      'webhook_sources_ended_by_somebody_has_an_end',
      sql`${source.endedBy} is null or ${source.notAfter} is not null`,
    ),
    check('webhook_sources_provider_is_known', oneOf(source.provider, webhookProviders)),
    check(
      'webhook_sources_standard_names_its_source',
      sql`(${source.provider} = 'standard') = (${source.source} is not null)`,
    ),
  ],
)
