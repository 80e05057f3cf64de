import { agentStatuses, businessTypes, customerStatuses, lineProviders } from '@trunkline/core/customers/customer'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { tierSchema } from '@trunkline/core/usage/tier'
import type { agents, customers } from '@trunkline/db/schema/customers'
import { z } from 'zod'

export const customerRef = z.object({ id: z.string(), businessName: z.string() })

export const toCustomerRef = (id: string | null, businessName: string | null): z.infer<typeof customerRef> | null =>
  id === null || businessName === null ? null : { id: toWireId('customer', id), businessName }

export const customerFacts = z.object({
  id: z.string(),
  businessName: z.string(),
  businessType: z.enum(businessTypes),
  tier: tierSchema,
  timezone: z.string(),
  country: z.string(),
  ownerEmail: z.string().nullable(),
  contactPhone: z.string().nullable(),
  status: z.enum(customerStatuses),
  createdAt: z.string(),
})

export const toCustomerFacts = (customer: typeof customers.$inferSelect): z.infer<typeof customerFacts> => ({
  id: toWireId('customer', customer.id),
  businessName: customer.businessName,
  businessType: customer.businessType,
  tier: customer.tier,
  timezone: customer.timezone,
  country: customer.country,
  ownerEmail: customer.ownerEmail,
  contactPhone: customer.contactPhone,
  status: customer.status,
  createdAt: customer.createdAt.toISOString(),
})

export const agentSchema = z.object({
  id: z.string(),
  customerId: z.string(),
  /** Null while it waits for its first number, and after it gave its number back. */
  phoneNumber: z.string().nullable(),
  userId: z.string().nullable(),
  agentId: z.string().nullable(),
  providerNumberId: z.string().nullable(),
  deployRequestId: z.string().nullable(),
  nickname: z.string().nullable(),
  status: z.enum(agentStatuses),
  isActive: z.boolean(),
  provider: z.enum(lineProviders),
  provisionedBy: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export const toAgent = (agent: typeof agents.$inferSelect): z.infer<typeof agentSchema> => ({
  ...agent,
  id: toWireId('agent', agent.id),
  customerId: toWireId('customer', agent.customerId),
  userId: agent.userId === null ? null : toWireId('user', agent.userId),
  createdAt: agent.createdAt.toISOString(),
  updatedAt: agent.updatedAt.toISOString(),
})
