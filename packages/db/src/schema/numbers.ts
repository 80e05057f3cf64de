import { resolutions } from '@trunkline/core/numbers/unknown'
import { sql } from 'drizzle-orm'
import { check, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, id, oneOf } from '../columns.ts'
import { customers } from './customers.ts'

/**
 * A number that nobody owned when something arrived for it, else the vendor's agent (`agent:…`), else the call or message
 * itself. One open row a name; what waits for it stands beside. Of what is no number, `matched` says whose it is from then on.
 */
export const unknownPhones = pgTable(
  'unknown_phone',
  {
    id: id(),
    phoneNumber: text().notNull(),
    eventTypes: text().array().notNull(),
    firstSeenAt: at().notNull(),
    lastSeenAt: at().notNull(),
    resolvedAt: at(),
    resolvedBy: text(),
    resolution: text({ enum: resolutions }),
    customerId: uuid().references(() => customers.id),
  },
  (unknown) => [
    check('unknown_phone_resolution_is_known', oneOf(unknown.resolution, resolutions)),
    check(
      'unknown_phone_matched_names_its_customer',
      sql`(${unknown.resolution} = 'matched') = (${unknown.customerId} is not null) or ${unknown.resolution} is null`,
    ),
    uniqueIndex('unknown_phone_open_once').on(unknown.phoneNumber).where(sql`resolved_at is null`),
    index('unknown_phone_by_last_seen').on(unknown.lastSeenAt, unknown.id),
  ],
)

/** The webhooks that wait for an unknown number to be resolved. */
export const unknownPhoneWebhooks = pgTable(
  'unknown_phone_webhooks',
  {
    unknownPhoneId: uuid()
      .notNull()
      .references(() => unknownPhones.id, { onDelete: 'cascade' }),
    webhookId: uuid().notNull(),
  },
  (waiting) => [
    primaryKey({ columns: [waiting.unknownPhoneId, waiting.webhookId] }),
    index('unknown_phone_webhooks_by_webhook').on(waiting.webhookId),
  ],
)
