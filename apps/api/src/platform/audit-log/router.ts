import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { operator } from '../trpc.ts'
import { auditRow, listAudit } from './list.ts'

/** What the log may be narrowed to, also in the address of its CSV. */
export const auditFilter = z.object({
  actor: z.string().max(254).optional(),
  action: z.string().max(100).optional(),
  subject: z.string().max(100).optional(),
  customerId: wireId('customer').optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})

export const auditRouter = {
  list: operator
    .meta({
      openapi: { method: 'GET', path: '/admin/audit-log', tags: ['audit'], summary: 'Who did what', protect: true },
    })
    .input(pageInput.extend(auditFilter.shape))
    .output(pageOf(auditRow))
    .query(({ ctx, input }) => listAudit(ctx, input)),
}
