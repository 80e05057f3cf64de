import { csvRecord } from '@trunkline/core/platform/csv'
import { wireId } from '@trunkline/core/platform/wire-id'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Caller, Ctx } from '../platform/context.ts'
import { customerOf, withinCustomer } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { callerWho } from '../platform/trpc.ts'
import { previewInvoice } from './preview.ts'

const asked = z.object({ customerId: wireId('customer').optional(), periodStart: z.iso.datetime().optional() })

const columns = [
  'id',
  'kind',
  'meter',
  'tier',
  'periodStart',
  'periodEnd',
  'quantity',
  'unitPriceMicros',
  'amountCents',
  'providerCostMicros',
  'marginCents',
  'unpriced',
  'state',
  'correctsLineId',
] as const

/** What a period comes to, as CSV: a customer's own for its owner, anybody's for people of ours. */
export function registerBillingCsv(
  app: FastifyInstance,
  { ctxOf }: { ctxOf: (request: FastifyRequest) => Promise<Ctx> },
): void {
  app.get('/api/billing/invoice-preview.csv', async (request, reply) => {
    const ctx = await ctxOf(request)
    const caller = callerWho(ctx.actor, 'staffOrOwner')
    const query = asked.safeParse(request.query)
    if (!query.success) {
      const fields = Object.fromEntries(query.error.issues.map(({ path, message }) => [path.join('.'), message]))
      throw new DomainError('invalid', 'Some filter cannot be read', { fields })
    }
    const customerId = customerOf(caller, query.data.customerId)
    const { periodStart } = query.data
    const preview = await inReachOf(ctx, caller, (ctx) =>
      previewInvoice(ctx, { customerId, periodStart, withCost: caller.role !== 'owner' }),
    )
    const lines = [columns, ...preview.lines.map((line) => columns.map((name) => line[name]))]
    return await reply
      .type('text/csv; charset=utf-8; header=present')
      .header('content-disposition', 'attachment; filename="invoice-preview.csv"')
      .header('cache-control', 'no-store')
      .send(lines.map((line) => csvRecord(line)).join(''))
  })
}

async function inReachOf<Result>(ctx: Ctx, caller: Caller, work: (ctx: Ctx) => Promise<Result>): Promise<Result> {
  const { customerId } = caller
  if (customerId === null) return await work(ctx)
  return await withinCustomer(ctx, { ...caller, customerId }, (db) => work({ ...ctx, db }))
}
