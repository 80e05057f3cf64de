import { agentStatuses, customerStatuses, lineProviders } from '@trunkline/core/customers/customer'
import { tierKeys } from '@trunkline/core/usage/tier'
import { boolean, check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
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
    ownerEmail: text(),
    status: text({ enum: customerStatuses }).notNull().default('active'),
    ...created,
    updatedAt: at().notNull(),
  },
  (customer) => [
    check('customers_tier_is_known', oneOf(customer.tier, tierKeys)),
    check('customers_status_is_known', oneOf(customer.status, customerStatuses)),
    index('customers_by_name').on(customer.businessName, customer.id),
  ],
)

/** A customer's agent and its line. A number belongs to one agent; an `agentId` of the vendor may serve many customers. */
export const agents = pgTable(
  'agents',
  {
    id: id(),
    customerId: uuid()
      .notNull()
      .references(() => customers.id),
    phoneNumber: text().notNull().unique('agents_phone_number_belongs_to_one'),
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
    check('agents_provider_is_known', oneOf(agent.provider, lineProviders)),
    index('agents_by_customer').on(agent.customerId),
    index('agents_by_vendor_agent').on(agent.agentId),
  ],
)
