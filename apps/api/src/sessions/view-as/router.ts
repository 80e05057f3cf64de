import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { admin, signedIn } from '../../platform/trpc.ts'
import { endView, startView } from './start.ts'
import { viewing } from './wire.ts'

const tags = ['sessions']

export const viewsRouter = {
  start: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/customers/{id}/view',
        tags,
        summary: 'Look at a customer as its owner does, for half an hour',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('customer'), reason: z.string().trim().min(5, 'is too short').max(500) }))
    .output(viewing)
    .mutation(({ ctx, input }) => startView(ctx, { customerId: input.id, reason: input.reason, by: ctx.actor })),

  end: signedIn
    .meta({
      openapi: { method: 'DELETE', path: '/view', tags, summary: 'Be oneself again', protect: true },
      whileViewing: true,
    })
    .input(z.object({}).optional())
    .output(z.object({ ended: z.boolean() }))
    .mutation(({ ctx }) => endView(ctx, { user: ctx.actor })),
}
