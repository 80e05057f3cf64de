import { z } from 'zod'
import { staff } from '../platform/trpc.ts'
import { loadOverview } from './overview.ts'
import { loadTraffic } from './traffic.ts'
import { overview, traffic } from './wire.ts'

const tags = ['insights']

export const insightsRouter = {
  overview: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/overview',
        tags,
        summary: 'Is anything wrong, and how much is going on',
        protect: true,
      },
    })
    .input(z.object({}).optional())
    .output(overview)
    .query(({ ctx }) => loadOverview(ctx)),

  traffic: staff
    .meta({
      openapi: { method: 'GET', path: '/admin/traffic', tags, summary: 'Calls and messages over time', protect: true },
    })
    .input(
      z.object({
        from: z.iso.datetime({ offset: true }),
        to: z.iso.datetime({ offset: true }),
        bucket: z.enum(['hour', 'day']).default('hour'),
      }),
    )
    .output(traffic)
    .query(({ ctx, input }) => loadTraffic(ctx, input)),
}
