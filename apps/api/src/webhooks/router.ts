import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import { z } from 'zod'
import { content, operator, staff } from '../platform/trpc.ts'
import { findWebhook } from './find.ts'
import { countWebhooks, listWebhooks } from './list.ts'
import { replayWebhook } from './replay.ts'
import { webhookDetail, webhookRow } from './wire.ts'

const tags = ['webhooks']

export const webhooksRouter = {
  list: content
    .meta({
      openapi: { method: 'GET', path: '/admin/webhook-queue', tags, summary: 'The inbox, newest first', protect: true },
    })
    .input(
      pageInput.extend({
        state: webhookStateSchema.optional(),
        provider: z.enum(webhookProviders).optional(),
        phone: z.string().max(40).optional(),
        q: z.string().max(100).optional(),
        from: z.iso.datetime({ offset: true }).optional(),
        to: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .output(pageOf(webhookRow))
    .query(({ ctx, input }) => listWebhooks(ctx, input)),

  counts: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/webhook-queue-counts',
        tags,
        summary: 'How many wait, by state',
        protect: true,
      },
    })
    .input(z.object({}).optional())
    .output(z.object({ received: z.number(), failed: z.number(), dead: z.number(), quarantined: z.number() }))
    .query(({ ctx }) => countWebhooks(ctx)),

  find: content
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/webhook-queue/{id}',
        tags,
        summary: 'One webhook with bytes and lineage',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('webhook') }))
    .output(webhookDetail)
    .query(({ ctx, input }) => findWebhook(ctx, { webhookId: input.id })),

  replay: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/webhook-queue/{id}/replay',
        tags,
        summary: 'Process its bytes again',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('webhook') }))
    .output(
      z.object({ state: webhookStateSchema, effects: z.object({ changed: z.boolean(), text: z.array(z.string()) }) }),
    )
    .mutation(({ ctx, input }) => replayWebhook(ctx, { webhookId: input.id })),
}
