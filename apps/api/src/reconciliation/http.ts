import { Readable } from 'node:stream'
import { csvRecord } from '@trunkline/core/platform/csv'
import { wireId } from '@trunkline/core/platform/wire-id'
import { foundClasses } from '@trunkline/core/reconciliation/run'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { callerWho } from '../platform/trpc.ts'
import type { DifferenceFilter } from './list-differences.ts'
import { findRun } from './list-runs.ts'
import { differenceColumns, readDifferences } from './read-differences.ts'

const asked = z.object({
  id: wireId('run'),
  class: z.enum(foundClasses).optional(),
  provider: z.string().max(40).optional(),
  customerId: wireId('customer').optional(),
  flagged: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
})

/** What a run found, all of it, as CSV: one portion in memory, and the next one only when the reader has taken it. */
export function registerReconciliationCsv(
  app: FastifyInstance,
  { ctxOf }: { ctxOf: (request: FastifyRequest) => Promise<Ctx> },
): void {
  app.get<{ Params: { id: string } }>('/api/admin/reconciliation-runs/:id(^rcn_[^./]*).csv', async (request, reply) => {
    const ctx = await ctxOf(request)
    callerWho(ctx.actor, 'operator')
    const query = asked.safeParse({ ...(request.query as object), id: request.params.id })
    if (!query.success) {
      const fields = Object.fromEntries(query.error.issues.map(({ path, message }) => [path.join('.'), message]))
      throw new DomainError('invalid', 'Some filter cannot be read', { fields })
    }
    const { id: runId, ...filter } = query.data
    await findRun(ctx, { runId })
    return await reply
      .type('text/csv; charset=utf-8; header=present')
      .header('content-disposition', `attachment; filename="reconciliation-${request.params.id}.csv"`)
      .header('cache-control', 'no-store')
      .send(csvOf(ctx, { runId, ...filter }))
  })
}

/** The next portion is read when the one before it has been taken. */
export function csvOf(ctx: Ctx, filter: DifferenceFilter): Readable {
  return Readable.from(linesOf(ctx, filter), { objectMode: false, highWaterMark: 64 * 1024 })
}

async function* linesOf(ctx: Ctx, filter: DifferenceFilter): AsyncGenerator<string> {
  yield csvRecord(differenceColumns)
  yield* readDifferences(ctx, filter, csvRecord)
}
