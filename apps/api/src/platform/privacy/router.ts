import { phoneSchema } from '@trunkline/core/numbers/phone'
import { z } from 'zod'
import { admin } from '../trpc.ts'
import { eraseNumber, planErasure } from './erase-number.ts'
import { fates, type Holding } from './holding.ts'

const tags = ['privacy']
const heldRows = z.array(
  z.object({ table: z.string(), rows: z.number(), fate: z.enum(fates), why: z.string().nullable() }),
)

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
})
