import { roles } from '@trunkline/core/sessions/permission'
import { devices } from '@trunkline/core/sessions/session'
import { sql } from 'drizzle-orm'
import { boolean, check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, bytes, created, id, oneOf } from '../columns.ts'
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
    index('active_sessions_alive').on(session.userId, session.createdAt).where(sql`revoked_at is null`),
  ],
)
