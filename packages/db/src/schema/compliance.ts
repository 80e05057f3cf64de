import { textKinds, textRules } from '@trunkline/core/compliance/classify'
import { channels, consentActions, consentMethods } from '@trunkline/core/compliance/consent'
import { boolean, check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf } from '../columns.ts'

/**
 * What people asked of us by text, as it was understood: one row a message, written in the commit that keeps its bytes. Only ever
 * added to. The words themselves stand in the webhook alone.
 */
export const complianceEvents = pgTable(
  'compliance_events',
  {
    id: id(),
    customerId: uuid(),
    channel: text({ enum: channels }).notNull().default('sms'),
    kind: text({ enum: textKinds }).notNull(),
    rule: text({ enum: textRules }).notNull(),
    needsReview: boolean().notNull(),
    phoneNumber: text().notNull(),
    /** The number of ours that it was said to. */
    line: text().notNull(),
    webhookId: uuid().notNull().unique('compliance_events_one_a_webhook'),
    /** Whoever writes a row says by which rules it was judged; the default is what the first rows have. */
    ruleVersion: text().notNull().default('2026-11'),
    occurredAt: at().notNull(),
    ...created,
  },
  (event) => [
    check('compliance_events_channel_is_known', oneOf(event.channel, channels)),
    check('compliance_events_kind_is_known', oneOf(event.kind, textKinds)),
    check('compliance_events_rule_is_known', oneOf(event.rule, textRules)),
    index('compliance_events_by_phone').on(event.phoneNumber, event.id),
    index('compliance_events_by_customer').on(event.customerId, event.id),
  ],
)

/**
 * Who may be contacted by whom: an append-only ledger, by grant too. Whether somebody may be contacted is computed from the newest
 * statements; nothing is ever changed. `line` stands beside the customer, because the number may have been nobody's yet.
 */
export const consents = pgTable(
  'consents',
  {
    id: id(),
    customerId: uuid(),
    line: text().notNull(),
    phoneNumber: text().notNull(),
    channel: text({ enum: channels }).notNull(),
    action: text({ enum: consentActions }).notNull(),
    method: text({ enum: consentMethods }).notNull(),
    /** The delivery that it was said in. */
    webhookId: uuid(),
    by: text().notNull(),
    occurredAt: at().notNull(),
    ...created,
  },
  (consent) => [
    check('consents_channel_is_known', oneOf(consent.channel, channels)),
    check('consents_action_is_known', oneOf(consent.action, consentActions)),
    check('consents_method_is_known', oneOf(consent.method, consentMethods)),
    index('consents_by_phone').on(consent.phoneNumber, consent.channel),
    index('consents_by_customer').on(consent.customerId, consent.id),
  ],
)
