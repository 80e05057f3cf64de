import { agentStatuses, businessTypes, customerStatuses, lineProviders } from '@trunkline/core/customers/customer'
import {
  type NoticeFacts,
  type NoticeKind,
  noticeChannels,
  noticeKinds,
  noticeStates,
} from '@trunkline/core/customers/notice'
import { tierKeys } from '@trunkline/core/usage/tier'
import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf } from '../columns.ts'

/** The businesses that pay us. */
export const customers = pgTable(
  'customers',
  {
    id: id(),
    businessName: text().notNull(),
    tier: text({ enum: tierKeys }).notNull(),
    timezone: text().notNull(),
    country: text().notNull(),
    businessType: text({ enum: businessTypes }).notNull().default('general'),
    ownerEmail: text(),
    /** Where the business is reached, which is no line of ours. */
    contactPhone: text().unique('customers_contact_phone_stands_once'),
    status: text({ enum: customerStatuses }).notNull().default('active'),
    ...created,
    updatedAt: at().notNull(),
    closedAt: at(),
  },
  (customer) => [
    check('customers_tier_is_known', oneOf(customer.tier, tierKeys)),
    check('customers_status_is_known', oneOf(customer.status, customerStatuses)),
    check('customers_business_type_is_known', oneOf(customer.businessType, businessTypes)),
    check('customers_closed_says_when', sql`(${customer.status} = 'closed') = (${customer.closedAt} is not null)`),
    index('customers_by_name').on(customer.businessName, customer.id),
  ],
)

/**
 * A customer's agent and its line. A number belongs to one agent; an `agentId` of the vendor may serve many customers. An
 * agent that is configured and not deployed yet, or that gave its number back, has none.
 */
export const agents = pgTable(
  'agents',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    phoneNumber: text().unique('agents_phone_number_belongs_to_one'),
    userId: uuid().unique('agents_user_has_one'),
    agentId: text(),
    providerNumberId: text(),
    deployRequestId: text(),
    nickname: text(),
    status: text({ enum: agentStatuses }).notNull().default('deployed'),
    isActive: boolean().notNull().default(true),
    provider: text({ enum: lineProviders }).notNull(),
    provisionedBy: text(),
    ...created,
    updatedAt: at().notNull(),
  },
  (agent) => [
    check('agents_status_is_known', oneOf(agent.status, agentStatuses)),
    check('agents_deployed_has_a_number', sql`${agent.status} <> 'deployed' or ${agent.phoneNumber} is not null`),
    check('agents_provider_is_known', oneOf(agent.provider, lineProviders)),
    index('agents_by_customer').on(agent.customerId),
    index('agents_by_vendor_agent').on(agent.agentId),
  ],
)

/** How a customer's owner wants to be told of what concerns him. Without a row: by mail, of everything. */
export const noticePreferences = pgTable(
  'notice_preferences',
  {
    customerId: uuid()
      .primaryKey()
      .references(() => customers.id),
    channel: text({ enum: noticeChannels }).notNull(),
    muted: text().array().$type<NoticeKind[]>().notNull(),
    updatedAt: at().notNull(),
  },
  (preference) => [check('notice_preferences_channel_is_known', oneOf(preference.channel, noticeChannels))],
)

/** What an owner was told. `notice_key` says what it is about: it is told once for ever. */
export const ownerNotices = pgTable(
  'owner_notices',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    kind: text({ enum: noticeKinds }).notNull(),
    noticeKey: text().notNull().unique('owner_notices_told_once'),
    facts: jsonb().$type<NoticeFacts>().notNull(),
    state: text({ enum: noticeStates }).notNull().default('pending'),
    channel: text({ enum: noticeChannels }),
    attempts: integer().notNull().default(0),
    providerMessageId: text(),
    reason: text(),
    ...created,
    sentAt: at(),
    updatedAt: at().notNull(),
  },
  (notice) => [
    check('owner_notices_kind_is_known', oneOf(notice.kind, noticeKinds)),
    check('owner_notices_state_is_known', oneOf(notice.state, noticeStates)),
    check('owner_notices_channel_is_known', oneOf(notice.channel, noticeChannels)),
    index('owner_notices_by_customer').on(notice.customerId, notice.id),
    index('owner_notices_unsent').on(notice.updatedAt).where(sql`state in ('pending', 'sending')`),
  ],
)
