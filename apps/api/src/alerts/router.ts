import { silences } from '@trunkline/core/alerts/reported'
import { severitySchema } from '@trunkline/core/alerts/severity'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { operator, reporting, staff } from '../platform/trpc.ts'
import { acknowledgeAlert } from './acknowledge.ts'
import { findAlert, listAlerts } from './list.ts'
import { reportAlert } from './report.ts'
import { alertDetail, alertRow } from './wire.ts'

const tags = ['alerts']

export const alertsRouter = {
  list: staff
    .meta({
      openapi: { method: 'GET', path: '/admin/ops-alerts', tags, summary: 'Alerts, newest first', protect: true },
    })
    .input(
      pageInput.extend({
        state: z.enum(['open', 'acknowledged']).optional(),
        acknowledged: z.enum(['true', 'false']).optional(),
        severity: severitySchema.optional(),
        type: z.string().max(100).optional(),
        customerId: wireId('customer').optional(),
      }),
    )
    .output(pageOf(alertRow))
    .query(({ ctx, input }) => listAlerts(ctx, input)),

  find: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/ops-alerts/{id}',
        tags,
        summary: 'One alert with its deliveries',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('alert') }))
    .output(alertDetail)
    .query(({ ctx, input }) => findAlert(ctx, { alertId: input.id })),

  acknowledge: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/ops-alerts/{id}/acknowledge',
        tags,
        summary: 'Take an alert',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('alert') }))
    .output(alertRow)
    .mutation(({ ctx, input }) => acknowledgeAlert(ctx, { alertId: input.id, by: ctx.actor.email })),

  report: reporting
    .meta({
      openapi: { method: 'POST', path: '/alerts', tags, summary: 'Raise an alert from another program', protect: true },
      exact: true,
    })
    .input(
      z.object({
        type: z.string().regex(/^[\w.:-]{1,100}$/, 'is 1 to 100 letters, digits, _ . : or -'),
        severity: z.string().max(20).toLowerCase().pipe(severitySchema),
        resourceId: z.string().min(1).max(200).optional(),
        title: z.string().trim().min(1, 'is required').max(200),
        message: z.string().trim().min(1, 'is required').max(2000),
        metadata: z
          .record(z.string().min(1).max(100), z.union([z.string().max(500), z.number()]))
          .refine((metadata) => Object.keys(metadata).length <= 20, 'has at most 20 entries')
          .default({}),
      }),
    )
    .output(z.object({ alertId: z.string(), suppressed: z.boolean(), reason: z.enum(silences).optional() }))
    .mutation(({ ctx, input }) => reportAlert(ctx, input)),
}
