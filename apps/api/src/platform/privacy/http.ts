import { Readable } from 'node:stream'
import { phoneSchema } from '@trunkline/core/numbers/phone'
import { wireId } from '@trunkline/core/platform/wire-id'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Ctx } from '../context.ts'
import { DomainError } from '../domain-error.ts'
import { callerWho } from '../trpc.ts'
import { exportHeld } from './export.ts'
import type { Holding } from './holding.ts'

const subject = z.union([
  z.strictObject({ customerId: wireId('customer') }),
  z.strictObject({ phoneNumber: phoneSchema }),
])

/** Everything about one customer or one number, as lines of JSON. */
export function registerExport(
  app: FastifyInstance,
  options: { holdings: readonly Holding[]; ctxOf: (request: FastifyRequest) => Promise<Ctx> },
): void {
  app.post('/api/admin/privacy/export', async (request, reply) => {
    const ctx = await options.ctxOf(request)
    callerWho(ctx.actor, 'admin')
    const asked = subject.safeParse(request.body)
    if (!asked.success) {
      throw new DomainError('invalid', 'Say whose: a customerId or a phoneNumber', {
        fields: { customerId: 'or phoneNumber is required' },
      })
    }
    return await reply
      .type('application/x-ndjson; charset=utf-8')
      .header('content-disposition', 'attachment; filename="export.jsonl"')
      .header('cache-control', 'no-store')
      .send(Readable.from(exportHeld(ctx, options.holdings, asked.data)))
  })
}
