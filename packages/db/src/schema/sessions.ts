import { attemptScopes } from '@trunkline/core/sessions/attempts'
import { roles } from '@trunkline/core/sessions/permission'
import { scopeNames } from '@trunkline/core/sessions/scope'
import { devices, proofs } from '@trunkline/core/sessions/session'
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { at, bytes, created, id, oneOf, quantity } from '../columns.ts'
import { customers } from './customers.ts'

/** Who may sign in: staff, and owners of one customer. */
export const users = pgTable(
  'users',
  {
    id: id(),
    email: text().notNull().unique('users_email_stands_once'),
    name: text(),
    role: text({ enum: roles }).notNull(),
    customerId: uuid().references(() => customers.id),
    passwordHash: text().notNull(),
    isActive: boolean().notNull().default(true),
    ...created,
    lastSignInAt: at(),
  },
  (user) => [
    check('users_role_is_known', oneOf(user.role, roles)),
    // so that one address is one, however it is written
    check('users_email_is_in_small_letters', sql`${user.email} = lower(${user.email})`),
    check('users_owner_has_a_customer', sql`(${user.role} = 'owner') = (${user.customerId} is not null)`),
  ],
)

/** Sessions that are alive or have ended. The token itself is nowhere: only its SHA-256. */
export const sessions = pgTable(
  'active_sessions',
  {
    id: id(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    tokenHash: bytes().notNull().unique('active_sessions_token_stands_once'),
    device: text({ enum: devices }).notNull(),
    provedBy: text({ enum: proofs }).notNull().default('password'),
    ip: text().notNull(),
    userAgent: text().notNull(),
    ...created,
    lastActiveAt: at().notNull(),
    expiresAt: at().notNull(),
    revokedAt: at(),
    revokedReason: text(),
  },
  (session) => [
    check('active_sessions_device_is_known', oneOf(session.device, devices)),
    check('active_sessions_proof_is_known', oneOf(session.provedBy, proofs)),
    index('active_sessions_alive').on(session.userId, session.createdAt).where(sql`revoked_at is null`),
  ],
)

/** How often something was tried in the window that ends at `resets_at`. The subject is SHA-256 of what is counted. */
export const attemptCounters = pgTable(
  'attempt_counters',
  {
    scope: text({ enum: attemptScopes }).notNull(),
    subject: bytes().notNull(),
    taken: integer().notNull(),
    resetsAt: at().notNull(),
  },
  (counter) => [
    primaryKey({ columns: [counter.scope, counter.subject] }),
    check('attempt_counters_scope_is_known', oneOf(counter.scope, attemptScopes)),
    check('attempt_counters_taken_is_not_negative', sql`${counter.taken} >= 0`),
    index('attempt_counters_over').on(counter.resetsAt),
  ],
)

/** Networks and browsers from which a user has signed in. The mark is SHA-256 of the network or of the browser's token. */
export const knownPlaces = pgTable(
  'known_places',
  {
    userId: uuid()
      .notNull()
      .references(() => users.id),
    mark: bytes().notNull(),
    lastSeenAt: at().notNull(),
  },
  (place) => [primaryKey({ columns: [place.userId, place.mark] })],
)

/** Who has given the password and owes the second factor. Good for minutes, and for one session. */
export const loginTickets = pgTable(
  'login_tickets',
  {
    id: id(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    tokenHash: bytes().notNull().unique('login_tickets_token_stands_once'),
    expiresAt: at().notNull(),
    ...created,
  },
  (ticket) => [index('login_tickets_by_user').on(ticket.userId)],
)

/**
 * A user's authenticator, in force once confirmed. The secret is encrypted; `last_step` is the newest half minute whose
 * code was used, and it only grows, so that no code is used twice.
 */
export const secondFactors = pgTable('second_factors', {
  userId: uuid()
    .primaryKey()
    .references(() => users.id),
  secretCiphertext: text().notNull(),
  lastStep: quantity().notNull().default(0),
  confirmedAt: at(),
  ...created,
})

/** What stands in for the authenticator when it is lost: each once. Only SHA-256 is kept. */
export const recoveryCodes = pgTable(
  'recovery_codes',
  {
    id: id(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    codeHash: bytes().notNull(),
    usedAt: at(),
    ...created,
  },
  (code) => [unique('recovery_codes_code_stands_once').on(code.userId, code.codeHash)],
)

/**
 * Somebody asked for a new password for an address, which may be nobody's. The link exists once the mail is sent: the
 * database knows SHA-256 of its token, which is good for half an hour and for one new password.
 */
export const passwordResets = pgTable(
  'password_resets',
  {
    id: id(),
    email: text().notNull(),
    userId: uuid().references(() => users.id),
    tokenHash: bytes().unique('password_resets_token_stands_once'),
    expiresAt: at(),
    usedAt: at(),
    ...created,
  },
  (reset) => [
    check(
      'password_resets_link_is_whole',
      sql`(${reset.tokenHash} is null) = (${reset.userId} is null) and (${reset.tokenHash} is null) = (${reset.expiresAt} is null)`,
    ),
    index('password_resets_by_user').on(reset.userId),
  ],
)

/**
 * A link by which a user who has no password yet sets one. It exists once the mail is sent: the database knows SHA-256 of
 * its token, which is good for some days and for one password. One open invitation a user; another mail replaces its link.
 */
export const invitations = pgTable(
  'invitations',
  {
    id: id(),
    userId: uuid()
      .notNull()
      .references(() => users.id),
    tokenHash: bytes().unique('invitations_token_stands_once'),
    expiresAt: at(),
    acceptedAt: at(),
    ...created,
  },
  (invitation) => [
    check('invitations_link_is_whole', sql`(${invitation.tokenHash} is null) = (${invitation.expiresAt} is null)`),
    uniqueIndex('invitations_open_once').on(invitation.userId).where(sql`accepted_at is null`),
  ],
)

/**
 * By this a program is known. The database knows SHA-256 of the whole key; its prefix is shown, so that one that was found can
 * be told. A key that was replaced stays good until it expires. With a customer it reaches that customer alone.
 */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    name: text().notNull(),
    prefix: text().notNull().unique('api_keys_prefix_stands_once'),
    keyHash: bytes().notNull().unique('api_keys_key_stands_once'),
    scopes: text({ enum: scopeNames }).array().notNull(),
    customerId: uuid().references(() => customers.id),
    createdBy: uuid()
      .notNull()
      .references(() => users.id),
    replaces: uuid().unique('api_keys_replaced_once'),
    ...created,
    expiresAt: at().notNull(),
    lastUsedAt: at(),
    revokedAt: at(),
    revokedBy: text(),
  },
  (key) => [
    check(
      'api_keys_scopes_are_known',
      sql`cardinality(${key.scopes}) > 0 and ${key.scopes} <@ ${sql.raw(`array[${scopeNames.map((scope) => `'${scope}'`).join(', ')}]`)}`,
    ),
    check('api_keys_revoked_says_by_whom', sql`(${key.revokedAt} is null) = (${key.revokedBy} is null)`),
    index('api_keys_by_maker').on(key.createdBy),
  ],
)

/** A person of ours looks at a customer as its owner does, and changes nothing: one such view a session, for half an hour. */
export const customerViews = pgTable(
  'customer_views',
  {
    id: id(),
    sessionId: uuid()
      .notNull()
      .references(() => sessions.id),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    reason: text().notNull(),
    ...created,
    expiresAt: at().notNull(),
    endedAt: at(),
  },
  (view) => [uniqueIndex('customer_views_open_once').on(view.sessionId).where(sql`ended_at is null`)],
)
