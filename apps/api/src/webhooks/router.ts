import { tracked } from '@trpc/server'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { searchedSchema } from '@trunkline/core/webhooks/search'
import { refusalSchema, webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import { z } from 'zod'
import { refusing } from '../platform/refusing.ts'
import { expectStill, inboxReader, operator, replaying, staff } from '../platform/trpc.ts'
import { backBill } from './back-bill-wire.ts'
import { findWebhook } from './find.ts'
import { countWebhooks, listWebhooks } from './list.ts'
import { previewBackBill } from './preview-back-bill.ts'
import { replayWebhook } from './replay.ts'
import { replaysRouter } from './replay-router.ts'
import { countQuarantine, previewReverification, reverifyQuarantine } from './reverify-quarantine.ts'
import { secretsRouter } from './secrets-router.ts'
import { causesRouter, gapsRouter, sourcesRouter } from './sources-router.ts'
import { cursorPattern, tailWebhooks } from './tail.ts'
import { webhookDetail, webhookRow } from './wire.ts'

const tags = ['webhooks']

const cursor = z.string().regex(cursorPattern, 'must be a cursor that the tail gave out')

const which = z.strictObject({ provider: z.enum(webhookProviders).optional(), cause: refusalSchema.optional() })

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
    .output(
      z.object({
        refused: z.number(),
        provable: z.number(),
        outdated: z.number(),
        items: z.array(
          z.object({
            provider: z.enum(webhookProviders),
            cause: refusalSchema,
            kept: z.number(),
            refused: z.number(),
            provable: z.number(),
            outdated: z.number(),
          }),
        ),
      }),
    )
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
    .input(
      which.extend({
        outdated: z
          .boolean()
          .default(false)
          .describe('Also what was signed rightly and refused for its time alone: our clock was wrong'),
      }),
    )
    .output(z.object({ released: z.number(), duplicates: z.number(), refused: z.number() }))
    .mutation(({ ctx, input }) => reverifyQuarantine(ctx, input)),
}

export const webhooksRouter = {
  sources: sourcesRouter,
  secrets: secretsRouter,
  causes: causesRouter,
  gaps: gapsRouter,
  replays: replaysRouter,
  quarantine,

  list: inboxReader
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
    .output(pageOf(webhookRow).extend({ searched: searchedSchema }))
    .query(({ ctx, input }) => listWebhooks(ctx, input)),

  /** Each webhook once, in the order in which they were stored, as they come in. A reconnect goes on behind the last one. */
  tail: inboxReader
    .input(
      z.object({
        after: cursor.optional(),
        provider: z.enum(webhookProviders).optional(),
        phone: z.string().max(40).optional(),
        eventType: z.string().max(100).optional(),
        refused: z.boolean().optional(),
        bytes: z.boolean().optional(),
        lastEventId: cursor.nullish(),
      }),
    )
    .subscription(async function* ({ ctx, input, signal }) {
      const changes = ctx.live.watch(signal ?? new AbortController().signal)
      const heard = { changes, expectStill: () => expectStill(ctx, 'readInbox') }
      const events = tailWebhooks(ctx, { ...input, after: input.lastEventId ?? input.after }, heard)
      for await (const event of refusing(events)) yield tracked(event.cursor, event)
    }),

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

  find: inboxReader
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

  replay: replaying
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

  previewBackBill: operator
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/unknown-phones/{id}/preview',
        tags: ['unknown numbers'],
        summary: 'What would be booked if a number were this customer’s',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('unknownPhone'), customerId: wireId('customer') }))
    .output(backBill)
    .query(({ ctx, input }) => previewBackBill(ctx, { unknownPhoneId: input.id, customerId: input.customerId })),
}
