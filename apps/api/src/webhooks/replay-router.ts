import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { replayStates } from '@trunkline/core/webhooks/bulk-replay'
import { z } from 'zod'
import { operator, staff } from '../platform/trpc.ts'
import { findReplay } from './find-replay.ts'
import { itemViews, listReplayItems, listReplays } from './list-replays.ts'
import { cancelReplay, planReplay, runReplay } from './plan-replay.ts'
import { replayFilter } from './replay-filter.ts'
import { replayDetail, replayItem, replayRow } from './replay-wire.ts'

const tags = ['webhooks']
const path = '/admin/webhook-queue/replays'
const one = z.object({ id: wireId('replay') })

export const replaysRouter = {
  list: staff
    .meta({ openapi: { method: 'GET', path, tags, summary: 'Bulk replays, the latest first', protect: true } })
    .input(pageInput.extend({ state: z.enum(replayStates).optional() }))
    .output(pageOf(replayRow))
    .query(({ ctx, input }) => listReplays(ctx, input)),

  plan: operator
    .meta({
      openapi: {
        method: 'POST',
        path,
        tags,
        summary: 'What a replay of all that a filter finds would change',
        protect: true,
      },
      exact: true,
    })
    .input(z.object({ filter: replayFilter }))
    .output(replayDetail)
    .mutation(({ ctx, input }) => planReplay(ctx, input)),

  run: operator
    .meta({
      openapi: { method: 'POST', path: `${path}/{id}/run`, tags, summary: 'Carry a plan out', protect: true },
    })
    .input(
      z.strictObject({
        id: wireId('replay'),
        hash: z.string().length(64),
        stopAbovePercent: z.int().min(0).max(100).optional(),
        reason: z.string().trim().min(3).max(500).optional(),
      }),
    )
    .output(replayDetail)
    .mutation(({ ctx, input }) => runReplay(ctx, { ...input, replayId: input.id })),

  find: staff
    .meta({
      openapi: {
        method: 'GET',
        path: `${path}/{id}`,
        tags,
        summary: 'A plan, its effects and how far it is',
        protect: true,
      },
    })
    .input(one)
    .output(replayDetail)
    .query(({ ctx, input }) => findReplay(ctx, { replayId: input.id })),

  items: staff
    .meta({
      openapi: {
        method: 'GET',
        path: `${path}/{id}/items`,
        tags,
        summary: 'The webhooks that a replay changes, refuses, skipped or failed at',
        protect: true,
      },
    })
    .input(pageInput.extend({ id: wireId('replay'), view: z.enum(itemViews) }))
    .output(pageOf(replayItem))
    .query(({ ctx, input }) => listReplayItems(ctx, { ...input, replayId: input.id })),

  cancel: operator
    .meta({
      openapi: { method: 'POST', path: `${path}/{id}/cancel`, tags, summary: 'Stop a plan or its run', protect: true },
    })
    .input(one)
    .output(replayDetail)
    .mutation(({ ctx, input }) => cancelReplay(ctx, { replayId: input.id })),
}
