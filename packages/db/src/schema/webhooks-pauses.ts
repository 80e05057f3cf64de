import { webhookProviders } from '@trunkline/core/webhooks/state'
import { sql } from 'drizzle-orm'
import { check, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf } from '../columns.ts'
import { customers } from './customers.ts'

/**
 * Whose webhooks are kept and not processed: those of one provider, of one of its doors, or of one customer. One pause of
 * each stands at a time; it counts until it is lifted or its time is over. Evidence: never deleted.
 */
export const webhookPauses = pgTable(
  'webhook_pauses',
  {
    id: id(),
    provider: text({ enum: webhookProviders }),
    /** Absent: all doors of the provider. */
    door: text(),
    customerId: uuid().references(() => customers.id),
    reason: text().notNull(),
    pausedBy: text().notNull(),
    expiresAt: at(),
    endedAt: at(),
    endedBy: text(),
    endReason: text(),
    ...created,
  },
  (pause) => [
    check(
      'webhook_pauses_provider_is_known',
      sql`${pause.provider} is null or ${oneOf(pause.provider, webhookProviders)}`,
    ),
    check(
      'webhook_pauses_name_a_source_or_a_customer',
      sql`num_nonnulls(${pause.provider}, ${pause.customerId}) = 1 and (${pause.door} is null or ${pause.provider} is not null)`,
    ),
    check('webhook_pauses_ended_by_somebody', sql`(${pause.endedAt} is null) = (${pause.endedBy} is null)`),
    uniqueIndex('webhook_pauses_one_stands')
      .on(sql`coalesce(${pause.provider}, ${pause.customerId}::text)`, sql`coalesce(${pause.door}, '')`)
      .where(sql`ended_at is null`),
    index('webhook_pauses_by_customer').on(pause.customerId, pause.id),
  ],
)
