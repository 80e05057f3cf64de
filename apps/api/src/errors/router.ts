import { severitySchema } from '@trunkline/core/alerts/severity'
import { errorSources } from '@trunkline/core/errors/fingerprint'
import { errorStates } from '@trunkline/core/errors/lifecycle'
import { pageInput } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { actorLabel } from '../platform/context.ts'
import { open, operator, staff } from '../platform/trpc.ts'
import { countErrors } from './count.ts'
import { ignoreError, reopenError, resolveError } from './decide.ts'
import { findError } from './find.ts'
import { listErrors } from './list.ts'
import { reportError } from './report.ts'
import { errorCounts, errorDetail, errorPage, errorRow, errorState } from './wire.ts'

const tags = ['errors']
const moment = z.iso.datetime({ offset: true })
const decided = errorRow.extend(errorState.shape)

export const errorsRouter = {
  list: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/error-logs',
        tags,
        summary: 'Errors, each once, those that happened last first',
        protect: true,
      },
    })
    .input(
      pageInput.extend({
        state: z.enum(errorStates).optional(),
        resolved: z.enum(['true', 'false']).optional(),
        severity: severitySchema.optional(),
        source: z.enum(errorSources).optional(),
        q: z.string().min(1).max(100).optional(),
        customerId: wireId('customer').optional(),
        from: moment.optional(),
        to: moment.optional(),
      }),
    )
    .output(errorPage)
    .query(({ ctx, input }) => listErrors(ctx, input)),

  find: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/error-logs/{id}',
        tags,
        summary: 'One error with its stack and the occurrences that were kept',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('error') }))
    .output(errorDetail)
    .query(({ ctx, input }) => findError(ctx, { errorId: input.id })),

  counts: staff
    .meta({
      openapi: { method: 'GET', path: '/admin/error-counts', tags, summary: 'Errors over time', protect: true },
    })
    .input(
      z.object({
        from: moment,
        to: moment,
        bucket: z.enum(['hour', 'day']).default('hour'),
        errorId: wireId('error').optional(),
      }),
    )
    .output(errorCounts)
    .query(({ ctx, input }) => countErrors(ctx, input)),

  resolve: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/error-logs/{id}/resolve',
        tags,
        summary: 'Say that an error is mended',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('error'), notes: z.string().trim().min(1).max(1000).optional() }))
    .output(decided)
    .mutation(({ ctx, input }) =>
      resolveError(ctx, { errorId: input.id, notes: input.notes, by: actorLabel(ctx.actor) }),
    ),

  ignore: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/error-logs/{id}/ignore',
        tags,
        summary: 'Leave an error alone for a time, or until it grows',
        protect: true,
      },
    })
    .input(
      z.object({
        id: wireId('error'),
        until: moment.optional(),
        occurrences: z.number().int().min(1).max(1_000_000_000).optional(),
        customers: z.number().int().min(1).max(1_000_000).optional(),
      }),
    )
    .output(decided)
    .mutation(({ ctx, input: { id, ...bounds } }) =>
      ignoreError(ctx, { ...bounds, errorId: id, by: actorLabel(ctx.actor) }),
    ),

  reopen: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/error-logs/{id}/reopen',
        tags,
        summary: 'Take back what was decided of an error',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('error') }))
    .output(decided)
    .mutation(({ ctx, input }) => reopenError(ctx, { errorId: input.id })),

  report: open
    .meta({
      openapi: {
        method: 'POST',
        path: '/errors',
        tags,
        summary: 'Tell of an error that a front end met',
        protect: false,
      },
    })
    .input(
      z.object({
        type: z.string().min(1).max(200),
        message: z.string().max(2000),
        stack: z.string().max(20_000).default(''),
        page: z.string().min(1).max(500),
        release: z.string().max(100).optional(),
        requestId: z.string().max(100).optional(),
      }),
    )
    .output(z.object({ received: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await reportError(ctx, { ...input, userAgent: ctx.userAgent })
      return { received: true as const }
    }),
}
