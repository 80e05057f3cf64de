import type { Holding } from '../platform/privacy/holding.ts'

const ofItsUsers = 'user_id in (select id from users where customer_id = $1::text::uuid)'
const gone = { where: ofItsUsers, remove: true as const }

/** Users come last: the others are found by them. */
export const sessionHoldings: readonly Holding[] = [
  {
    table: 'active_sessions',
    hidden: ['token_hash'],
    ofCustomer: {
      where: ofItsUsers,
      set: `revoked_at = coalesce(revoked_at, now()), revoked_reason = coalesce(revoked_reason, 'customer_deleted'),
        ip = '', user_agent = ''`,
    },
  },
  { table: 'known_places', key: 'user_id, mark', hidden: ['mark'], ofCustomer: gone },
  { table: 'login_tickets', hidden: ['token_hash'], ofCustomer: gone },
  { table: 'passkeys', hidden: ['credential_id', 'public_key'], ofCustomer: gone },
  { table: 'passkey_challenges', key: 'challenge_hash', hidden: ['challenge_hash'], ofCustomer: gone },
  {
    table: 'saved_filters',
    ofCustomer: gone,
    ofNumber: { where: `concat_ws(' ', name, filters::text) ~ $2`, remove: true },
  },
  { table: 'second_factors', key: 'user_id', hidden: ['secret_ciphertext'], ofCustomer: gone },
  { table: 'recovery_codes', hidden: ['code_hash'], ofCustomer: gone },
  {
    table: 'password_resets',
    hidden: ['token_hash'],
    ofCustomer: {
      where: 'email in (select email from users where customer_id = $1::text::uuid)',
      remove: true,
    },
  },
  {
    table: 'invitations',
    hidden: ['token_hash'],
    ofCustomer: {
      where: ofItsUsers,
      set: 'accepted_at = coalesce(accepted_at, now()), token_hash = null, expires_at = null',
    },
  },
  {
    table: 'api_keys',
    hidden: ['key_hash'],
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      set: `revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, 'system:deletion'), name = 'Erased'`,
    },
  },
  {
    table: 'customer_views',
    ofCustomer: { where: 'customer_id = $1::text::uuid', set: 'ended_at = coalesce(ended_at, now())' },
  },
  {
    table: 'users',
    hidden: ['password_hash'],
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      set: `email = 'erased-' || id || '@erased.invalid', name = null, is_active = false,
        password_hash = 'argon2id$0$0$' || repeat('A', 22) || '$' || repeat('A', 43)`,
    },
  },
]
