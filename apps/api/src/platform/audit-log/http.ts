import { Readable } from 'node:stream'
import { csvRecord } from '@trunkline/core/platform/csv'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { DomainError } from '../domain-error.ts'
import { callerWho } from '../trpc.ts'
import { type AuditFilter, readAudit } from './list.ts'
import { auditFilter } from './router.ts'

const columns = ['at', 'actor', 'action', 'subject', 'customerId', 'address', 'requestId', 'before', 'after'] as const

/** The audit log as CSV, under the same filters, streamed. */
export function registerAuditCsv(
  app: FastifyInstance,
  { ctxOf }: { ctxOf: (request: FastifyRequest) => Promise<Ctx> },
): void {
  app.get('/api/admin/audit-log.csv', async (request, reply) => {
    const ctx = await ctxOf(request)
    callerWho(ctx.actor, 'operator')
    const filter = auditFilter.safeParse(request.query)
    if (!filter.success) {
      const fields = Object.fromEntries(filter.error.issues.map(({ path, message }) => [path.join('.'), message]))
      throw new DomainError('invalid', 'Some filter cannot be read', { fields })
    }
    return await reply
      .type('text/csv; charset=utf-8; header=present')
      .header('content-disposition', 'attachment; filename="audit-log.csv"')
      .header('cache-control', 'no-store')
      .send(Readable.from(linesOf(ctx, filter.data)))
  })
}

async function* linesOf(ctx: Ctx, filter: AuditFilter): AsyncGenerator<string> {
  yield csvRecord(columns)
  for await (const rows of readAudit(ctx, filter)) {
    yield rows
      .map((row) =>
        csvRecord(
          columns.map((name) => {
            const value = row[name]
            return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
          }),
        ),
      )
      .join('')
  }
}
