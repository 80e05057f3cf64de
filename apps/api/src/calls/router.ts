import { z } from 'zod'
import { operator, staff } from '../platform/trpc.ts'
import { setAnswering, showAnswering } from './answering.ts'

const tags = ['calls']
const path = '/admin/answering' as const
const answering = z.object({
  /** While it is so, whoever calls hears that the line is being worked on. */
  isInMaintenance: z.boolean(),
  reason: z.string().nullable(),
  until: z.string().nullable(),
  updatedAt: z.string().nullable(),
  updatedBy: z.string().nullable(),
})

export const answeringRouter = {
  get: staff
    .meta({ openapi: { method: 'GET', path, tags, summary: 'Whether calls are answered', protect: true } })
    .input(z.object({}))
    .output(answering)
    .query(({ ctx }) => showAnswering(ctx)),

  set: operator
    .meta({
      openapi: {
        method: 'POST',
        path,
        tags,
        summary: 'Let every caller hear that the line is being worked on, or be answered again',
        protect: true,
      },
    })
    .input(
      z.object({
        isInMaintenance: z.boolean(),
        reason: z.string().trim().min(1).max(500),
        until: z.iso.datetime({ offset: true }).optional().describe('When calls are answered again by themselves'),
      }),
    )
    .output(answering)
    .mutation(({ ctx, input }) => setAnswering(ctx, input)),
}
