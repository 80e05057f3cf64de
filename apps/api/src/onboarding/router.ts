import { countrySchema, lineProviders, timezoneSchema } from '@trunkline/core/customers/customer'
import { phoneSchema } from '@trunkline/core/numbers/phone'
import { emailSchema } from '@trunkline/core/sessions/session'
import { tierSchema } from '@trunkline/core/usage/tier'
import { z } from 'zod'
import { customerDetail, findCustomer } from '../customers/find.ts'
import { operator } from '../platform/trpc.ts'
import { createCustomer } from './create-customer.ts'

export const onboardingRouter = {
  createCustomer: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/customers',
        tags: ['customers'],
        summary: 'Create a customer',
        protect: true,
      },
    })
    .input(
      z.object({
        businessName: z.string().trim().min(1, 'is required').max(200),
        tier: tierSchema,
        timezone: timezoneSchema.default('UTC'),
        country: countrySchema.default('US'),
        ownerEmail: emailSchema.optional(),
        phoneNumber: phoneSchema.optional(),
        provider: z.enum(lineProviders).optional(),
        agentId: z.string().min(1).max(200).optional(),
      }),
    )
    .output(customerDetail)
    .mutation(async ({ ctx, input }) => findCustomer(ctx, { customerId: await createCustomer(ctx, input) })),
}
