import { resolutions } from '@trunkline/core/numbers/unknown'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { operator, staff } from '../platform/trpc.ts'
import { listUnknownPhones, unknownPhone } from './list-unknown.ts'
import { resolveUnknownPhone } from './resolve.ts'

const tags = ['unknown numbers']

export const unknownPhonesRouter = {
  list: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/unknown-phones',
        tags,
        summary: 'Numbers that nobody owned',
        protect: true,
      },
    })
    .input(pageInput.extend({ state: z.enum(['open', 'resolved']).optional(), phone: z.string().max(40).optional() }))
    .output(pageOf(unknownPhone))
    .query(({ ctx, input }) => listUnknownPhones(ctx, input)),

  resolve: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/unknown-phones/{id}/resolve',
        tags,
        summary: 'Say whose it is',
        protect: true,
      },
    })
    .input(
      z.object({
        id: wireId('unknownPhone'),
        resolution: z.enum(resolutions),
        customerId: wireId('customer').optional(),
      }),
    )
    .output(z.object({ released: z.number() }))
    .mutation(({ ctx, input }) => resolveUnknownPhone(ctx, { ...input, unknownPhoneId: input.id })),
}
