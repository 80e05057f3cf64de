import { deliveryChannels, deliveryStates, textProviders } from '@trunkline/core/alerts/delivery'
import { severities } from '@trunkline/core/alerts/severity'
import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf } from '../columns.ts'

/** Something an operator should know. The dedup key is taken before anything is sent, so an alert stands once. */
export const opsAlerts = pgTable(
  'ops_alerts',
  {
    id: id(),
    alertType: text().notNull(),
    dedupKey: text().notNull().unique('ops_alerts_raised_once'),
    severity: text({ enum: severities }).notNull(),
    customerId: uuid(),
    title: text().notNull(),
    message: text().notNull(),
    runbook: text(),
    metadata: jsonb().$type<Record<string, string | number>>().notNull(),
    delivery: text({ enum: deliveryStates }).notNull().default('pending'),
    ...created,
    acknowledgedAt: at(),
    acknowledgedBy: text(),
  },
  (alert) => [
    check('ops_alerts_severity_is_known', oneOf(alert.severity, severities)),
    check('ops_alerts_delivery_is_known', oneOf(alert.delivery, deliveryStates)),
    index('ops_alerts_open').on(alert.id).where(sql`acknowledged_at is null`),
    index('ops_alerts_undecided').on(alert.delivery, alert.id).where(sql`delivery in ('pending', 'sent')`),
    index('ops_alerts_by_customer').on(alert.customerId, alert.id),
  ],
)

/** Each try to tell somebody: written before the provider is called, so that a crash leaves a question, not a gap. */
export const alertLogs = pgTable(
  'alert_logs',
  {
    id: id(),
    alertId: uuid()
      .notNull()
      .references(() => opsAlerts.id),
    channel: text({ enum: deliveryChannels }).notNull(),
    /** By whom a text goes; before there were two it was Twilio. */
    provider: text({ enum: textProviders }),
    state: text({ enum: deliveryStates }).notNull(),
    attempts: integer().notNull().default(0),
    leaseGeneration: integer().notNull().default(0),
    leaseUntil: at(),
    providerMessageId: text(),
    reason: text(),
    ...created,
    deliveredAt: at(),
    updatedAt: at().notNull(),
  },
  (log) => [
    check('alert_logs_channel_is_known', oneOf(log.channel, deliveryChannels)),
    check('alert_logs_provider_is_known', sql`${log.provider} is null or ${oneOf(log.provider, textProviders)}`),
    check('alert_logs_state_is_known', oneOf(log.state, deliveryStates)),
    index('alert_logs_by_alert').on(log.alertId, log.id),
    index('alert_logs_by_provider_message').on(log.providerMessageId),
  ],
)
