import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { replayStates } from '@trunkline/core/webhooks/bulk-replay'
import { refusalSchema, webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import { z } from 'zod'
import { content, operator, staff } from '../platform/trpc.ts'
import { findWebhook } from './find.ts'
import { countWebhooks, listWebhooks } from './list.ts'
import { cancelReplay, findReplay, planReplay, replayFilter, runReplay } from './plan-replay.ts'
import { replayWebhook } from './replay.ts'
import { countQuarantine, previewReverification, reverifyQuarantine } from './reverify-quarantine.ts'
import { causesRouter, sourcesRouter } from './sources-router.ts'
import { webhookDetail, webhookRow } from './wire.ts'

const tags = ['webhooks']

const which = z.object({ provider: z.enum(webhookProviders).optional(), cause: refusalSchema.optional() })

const quarantine = {
  counts: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/webhook-quarantine',
        tags,
        summary: 'What was refused and is kept, by provider and cause',
        protect: true,
      },
    })
    .input(z.object({}).optional())
    .output(
      z.object({
        items: z.array(
          z.object({
            provider: z.enum(webhookProviders),
            cause: refusalSchema,
            rows: z.number(),
            oldest: z.string(),
            newest: z.string(),
          }),
        ),
      }),
    )
    .query(({ ctx }) => countQuarantine(ctx)),

  preview: operator
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/webhook-quarantine/preview',
        tags,
        summary: 'How many could be proven genuine with the secrets that count now',
        protect: true,
      },
    })
    .input(which)
    .output(z.object({ refused: z.number(), provable: z.number() }))
    .query(({ ctx, input }) => previewReverification(ctx, input)),

  reverify: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/webhook-quarantine/reverify',
        tags,
        summary: 'Verify again what was refused, and release what is genuine',
        protect: true,
      },
    })
    .input(which)
    .output(z.object({ released: z.number(), duplicates: z.number(), refused: z.number() }))
    .mutation(({ ctx, input }) => reverifyQuarantine(ctx, input)),
}

const bulkReplay = z.object({
  id: z.string(),
  hash: z.string(),
  state: z.enum(replayStates),
  count: z.number(),
  planned: z.number(),
  effects: z.object({
    changed: z.number(),
    refused: z.number(),
    seconds: z.number(),
    segments: z.number(),
    customers: z.number(),
    examples: z.array(z.string()),
  }),
  progress: z.object({ done: z.number(), skipped: z.number(), failed: z.number() }),
  by: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
})

const replays = {
  plan: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/webhook-queue/replays',
        tags,
        summary: 'What a replay of all that a filter finds would change',
        protect: true,
      },
    })
    .input(z.object({ filter: replayFilter }))
    .output(bulkReplay)
    .mutation(({ ctx, input }) => planReplay(ctx, input)),

  run: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/webhook-queue/replays/{id}/run',
        tags,
        summary: 'Carry a plan out',
        protect: true,
      },
    })
    .input(
      z.object({
        id: wireId('replay'),
        hash: z.string().length(64),
        stopAbovePercent: z.int().min(0).max(100).optional(),
      }),
    )
    .output(bulkReplay)
    .mutation(({ ctx, input }) => runReplay(ctx, { ...input, replayId: input.id })),

  find: operator
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/webhook-queue/replays/{id}',
        tags,
        summary: 'A plan, its effects and how far it is',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('replay') }))
    .output(bulkReplay)
    .query(({ ctx, input }) => findReplay(ctx, { replayId: input.id })),

  cancel: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/webhook-queue/replays/{id}/cancel',
        tags,
        summary: 'Stop a plan or its run',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('replay') }))
    .output(bulkReplay)
    .mutation(({ ctx, input }) => cancelReplay(ctx, { replayId: input.id })),
}

export const webhooksRouter = {
  sources: sourcesRouter,
  causes: causesRouter,
  replays,
  quarantine,

  list: content
    .meta({
      openapi: { method: 'GET', path: '/admin/webhook-queue', tags, summary: 'The inbox, newest first', protect: true },
    })
    .input(
      pageInput.extend({
        state: webhookStateSchema.optional(),
        provider: z.enum(webhookProviders).optional(),
        cause: z
          .string()
          .regex(/^[0-9a-f]{16}$/)
          .optional(),
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
