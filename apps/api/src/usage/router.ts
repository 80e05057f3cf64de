import { wireId } from '@trunkline/core/platform/wire-id'
import { refusalReasons } from '@trunkline/core/usage/limit'
import { usageStatus } from '@trunkline/core/usage/wire'
import { z } from 'zod'
import { usageAsker, usageReader } from '../platform/trpc.ts'
import { callKinds, checkUsage } from './check.ts'
import { customerOf, loadUsageStatus } from './load-status.ts'
import { settleHold } from './settle.ts'

const tags = ['usage']
const longestSeconds = 86_400
const units = z.number().int().min(1).max(longestSeconds)

export const usageRouter = {
  status: usageReader
    .meta({
      openapi: {
        method: 'GET',
        path: '/usage/status',
        tags,
        summary: 'Used and remaining in the current period',
        protect: true,
      },
    })
    .input(z.object({ customerId: wireId('customer').optional() }))
    .output(usageStatus)
    .query(({ ctx, input }) => loadUsageStatus(ctx, { customerId: customerOf(ctx.actor, input.customerId) })),

  check: usageAsker
    .meta({
      openapi: {
        method: 'POST',
        path: '/usage/check',
        tags,
        summary: 'Ask before a call or text; yes reserves the units',
        protect: true,
      },
    })
    .input(z.object({ customerId: wireId('customer'), kind: z.enum(callKinds), quantity: units }))
    .output(z.object({ allowed: z.boolean(), reason: z.enum(refusalReasons), holdId: z.string().nullable() }))
    .mutation(({ ctx, input }) => checkUsage(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),

  settle: usageAsker
    .meta({
      openapi: {
        method: 'POST',
        path: '/usage/holds/{id}/settle',
        tags,
        summary: 'End a hold, with what was used where no provider reports it',
        protect: true,
      },
    })
    .input(
      z.object({
        id: wireId('hold'),
        quantity: z
          .number()
          .int()
          .min(0)
          .max(longestSeconds)
          .optional()
          .describe('Seconds or segments to charge; without it the provider’s report charges'),
        providerId: z
          .string()
          .regex(/^[\w.:-]{1,200}$/, 'is 1 to 200 letters, digits, _ . : or -')
          .optional()
          .describe(
            'The provider’s id of this call or message: what is settled here and its own report are charged once',
          ),
      }),
    )
    .output(z.object({ settled: z.boolean(), overrun: z.number() }))
    .mutation(({ ctx, input }) =>
      settleHold(ctx, {
        holdId: input.id,
        quantity: input.quantity,
        providerId: input.providerId,
        ownedBy: ctx.actor.customerId,
      }),
    ),
}
