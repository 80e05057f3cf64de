import { wireId } from '@trunkline/core/platform/wire-id'
import { refusalReasons } from '@trunkline/core/usage/limit'
import { usageStatus } from '@trunkline/core/usage/wire'
import { z } from 'zod'
import { operatorOrOwner, signedIn } from '../platform/trpc.ts'
import { callKinds, checkUsage } from './check.ts'
import { customerOf, loadUsageStatus } from './load-status.ts'
import { settleHold } from './settle.ts'

const tags = ['usage']
const units = z.number().int().min(1).max(86_400)

export const usageRouter = {
  status: signedIn
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

  check: operatorOrOwner
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

  settle: operatorOrOwner
    .meta({ openapi: { method: 'POST', path: '/usage/holds/{id}/settle', tags, summary: 'End a hold', protect: true } })
    .input(z.object({ id: wireId('hold'), quantity: z.number().int().min(0).max(86_400).optional() }))
    .output(z.object({ settled: z.boolean(), overrun: z.number() }))
    .mutation(({ ctx, input }) =>
      settleHold(ctx, { holdId: input.id, quantity: input.quantity, ownedBy: ctx.actor.customerId }),
    ),
}
