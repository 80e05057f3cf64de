import { phoneSchema } from '@trunkline/core/numbers/phone'
import { retentionKinds, retentionSchema } from '@trunkline/core/platform/retention'
import { z } from 'zod'
import { admin } from '../trpc.ts'
import { eraseNumber, planErasure } from './erase-number.ts'
import { fates, type Holding } from './holding.ts'
import { previewRetention, setRetention, showRetention } from './retention.ts'

const tags = ['privacy']
const heldRows = z.array(
  z.object({ table: z.string(), rows: z.number(), fate: z.enum(fates), why: z.string().nullable() }),
)

const shownRetention = z.object({
  kinds: z.array(
    z.object({
      kind: z.enum(retentionKinds),
      amount: z.number(),
      default: z.number(),
      unit: z.enum(['days', 'months']),
      least: z.number(),
      most: z.number(),
      updatedAt: z.string().nullable(),
      updatedBy: z.string().nullable(),
    }),
  ),
})

/** A number stands in bodies alone, never in an address. */
export const privacyRouter = (holdings: readonly Holding[]) => ({
  plan: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/privacy/erasures/plan',
        tags,
        summary: 'What erasing everything about a number would do',
        protect: true,
      },
    })
    .input(z.object({ phoneNumber: phoneSchema }))
    .output(z.object({ hash: z.string(), rows: heldRows }))
    .mutation(({ ctx, input }) => planErasure(ctx, holdings, input)),

  erase: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/privacy/erasures',
        tags,
        summary: 'Erase everything about a number, as planned',
        protect: true,
      },
    })
    .input(z.object({ phoneNumber: phoneSchema, hash: z.string().length(64) }))
    .output(z.object({ rows: z.number() }))
    .mutation(({ ctx, input }) => eraseNumber(ctx, holdings, input)),

  retention: admin
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/privacy/retention',
        tags,
        summary: 'How long each kind of content is kept',
        protect: true,
      },
    })
    .output(shownRetention)
    .query(({ ctx }) => showRetention(ctx)),

  previewRetention: admin
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/privacy/retention/preview',
        tags,
        summary: 'What the next sweep would shred, if everything was kept so long',
        protect: true,
      },
    })
    .input(retentionSchema)
    .output(
      z.object({ rows: z.array(z.object({ table: z.string(), kind: z.enum(retentionKinds), rows: z.number() })) }),
    )
    .query(({ ctx, input }) => previewRetention(ctx, holdings, input)),

  setRetention: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/privacy/retention',
        tags,
        summary: 'Say how long each kind of content is kept',
        protect: true,
      },
    })
    .input(retentionSchema)
    .output(shownRetention)
    .mutation(({ ctx, input }) => setRetention(ctx, input)),
})
