import { callStatuses } from '@trunkline/core/events/call'
import { messageStatuses } from '@trunkline/core/events/message'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { staff } from '../platform/trpc.ts'
import { listCalls, listMessages } from './list.ts'
import { callRow, messageRow } from './wire.ts'

const filter = pageInput.extend({
  customerId: wireId('customer').optional(),
  phone: z.string().max(40).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})

export const callsRouter = {
  list: staff
    .meta({
      openapi: { method: 'GET', path: '/admin/call-events', tags: ['events'], summary: 'Calls, merged', protect: true },
    })
    .input(
      filter.extend({ status: z.enum(callStatuses).optional(), provider: z.enum(['retell', 'twilio']).optional() }),
    )
    .output(pageOf(callRow))
    .query(({ ctx, input }) => listCalls(ctx, input)),
}

export const messagesRouter = {
  list: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/sms-events',
        tags: ['events'],
        summary: 'Messages, merged',
        protect: true,
      },
    })
    .input(filter.extend({ status: z.enum(messageStatuses).optional(), provider: z.literal('twilio').optional() }))
    .output(pageOf(messageRow))
    .query(({ ctx, input }) => listMessages(ctx, input)),
}
