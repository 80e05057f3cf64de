import { severitySchema } from '@trunkline/core/alerts/severity'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { operator, staff } from '../platform/trpc.ts'
import { acknowledgeAlert } from './acknowledge.ts'
import { findAlert, listAlerts } from './list.ts'
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
}
