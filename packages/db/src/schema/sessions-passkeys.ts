import { passkeyPurposes, passkeyTransports } from '@trunkline/core/sessions/passkey'
import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, bytes, created, id, oneOf, quantity } from '../columns.ts'
import { users } from './sessions.ts'

/**
 * By this a user signs in without password and code. The private key never leaves his authenticator; `rp_id` is the name that
 * it is bound to, and `counter` what the authenticator showed last, by which a copy of it is known.
 */
export const passkeys = pgTable(
  'passkeys',
  {
    id: id(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    credentialId: bytes().notNull().unique('passkeys_credential_stands_once'),
    publicKey: bytes().notNull(),
    counter: quantity().notNull().default(0),
    transports: text({ enum: passkeyTransports }).array().notNull(),
    rpId: text().notNull(),
    ...created,
    lastUsedAt: at(),
  },
  (passkey) => [
    check(
      'passkeys_transports_are_known',
      sql`${passkey.transports} <@ ${sql.raw(`array[${passkeyTransports.map((transport) => `'${transport}'`).join(', ')}]`)}`,
    ),
    check('passkeys_counter_is_not_negative', sql`${passkey.counter} >= 0`),
    index('passkeys_by_user').on(passkey.userId),
  ],
)

/** What an authenticator has to sign, of which only SHA-256 is kept: once, for one purpose, at one address, for minutes. */
export const passkeyChallenges = pgTable(
  'passkey_challenges',
  {
    challengeHash: bytes().primaryKey(),
    purpose: text({ enum: passkeyPurposes }).notNull(),
    userId: uuid().references(() => users.id, { onDelete: 'cascade' }),
    origin: text().notNull(),
    expiresAt: at().notNull(),
    ...created,
  },
  (challenge) => [
    check('passkey_challenges_purpose_is_known', oneOf(challenge.purpose, passkeyPurposes)),
    check(
      'passkey_challenges_user_registers',
      sql`(${challenge.purpose} = 'register') = (${challenge.userId} is not null)`,
    ),
    index('passkey_challenges_by_user').on(challenge.userId),
    index('passkey_challenges_over').on(challenge.expiresAt),
  ],
)
