import { channels, purposes } from '@trunkline/core/compliance/consent'
import { phoneSchema } from '@trunkline/core/numbers/phone'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { customerOf } from '../platform/customer-reach.ts'
import { usageAsker } from '../platform/trpc.ts'
import { checkContact } from './check-contact.ts'

const check = {
  method: 'POST' as const,
  path: '/compliance/check' as const,
  tags: ['compliance'],
  summary: 'Ask right before a text or call is sent: who has said STOP since it was decided on is refused',
  protect: true,
}

export const complianceRouter = {
  // it changes nothing: the number must not stand in an address, so it is no query
  check: usageAsker
    .meta({ openapi: check })
    .input(
      z.strictObject({
        customerId: wireId('customer'),
        channel: z.enum(channels),
        to: phoneSchema,
        purpose: z.enum(purposes).default('service').describe('Marketing needs a consent that was given'),
      }),
    )
    .output(z.object({ allowed: z.boolean(), reason: z.enum(['allowed', 'revoked', 'no_consent']) }))
    .mutation(async ({ ctx, input: { to: phoneNumber, ...input } }) => {
      const customerId = customerOf(ctx.actor, input.customerId)
      const decision = await checkContact(ctx, { ...input, customerId, phoneNumber })
      return { allowed: decision.allowed, reason: decision.allowed ? ('allowed' as const) : decision.reason }
    }),
}
