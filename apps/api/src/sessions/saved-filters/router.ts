import { pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { signedIn } from '../../platform/trpc.ts'
import { forgetFilters } from './forget.ts'
import { listFilters } from './list.ts'
import { renameFilters } from './rename.ts'
import { saveFilters } from './save.ts'

const tags = ['sessions']
const list = z.string().regex(/^[a-z_]{1,40}$/, 'must be the name of a list')
const name = z.string().trim().min(1).max(60)
const saved = z.object({ id: z.string(), name: z.string(), filters: z.record(z.string(), z.string()) })

export const savedFiltersRouter = {
  list: signedIn
    .meta({ openapi: { method: 'GET', path: '/saved-filters', tags, summary: 'Own saved filters', protect: true } })
    .input(z.object({ list }))
    .output(pageOf(saved))
    .query(({ ctx, input }) => listFilters(ctx, { user: ctx.actor, list: input.list })),

  save: signedIn
    .meta({
      openapi: { method: 'POST', path: '/saved-filters', tags, summary: 'Keep filters under a name', protect: true },
    })
    .input(
      z.object({
        list,
        name,
        filters: z
          .record(z.string().max(40), z.string().max(200))
          .refine((filters) => Object.keys(filters).length <= 20, 'may hold at most 20 filters'),
      }),
    )
    .output(saved)
    .mutation(({ ctx, input }) => saveFilters(ctx, { user: ctx.actor, ...input })),

  rename: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/saved-filters/{id}/rename',
        tags,
        summary: 'Give own saved filters another name',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('savedFilters'), name }))
    .output(saved)
    .mutation(({ ctx, input }) => renameFilters(ctx, { user: ctx.actor, savedId: input.id, name: input.name })),

  forget: signedIn
    .meta({
      openapi: {
        method: 'DELETE',
        path: '/saved-filters/{id}',
        tags,
        summary: 'Forget own saved filters',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('savedFilters') }))
    .output(z.object({ forgotten: z.literal(true) }))
    .mutation(({ ctx, input }) => forgetFilters(ctx, { user: ctx.actor, savedId: input.id })),
}
