import { callStatuses } from '@trunkline/core/events/call'
import { messageStatuses } from '@trunkline/core/events/message'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { z } from 'zod'
import { revealing, staff } from '../platform/trpc.ts'
import { listCalls, listMessages } from './list.ts'
import { revealCall, revealedCall, revealedMessage, revealMessage } from './reveal.ts'
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
      filter.extend({
        status: z.enum(callStatuses).optional(),
        provider: z.enum(['retell', 'twilio', 'telnyx']).optional(),
      }),
    )
    .output(pageOf(callRow))
    .query(({ ctx, input }) => listCalls(ctx, input)),

  reveal: revealing
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/call-events/{id}/reveal',
        tags: ['events'],
        summary: 'Numbers in full and what was said; that it was asked for is written down',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('call') }))
    .output(revealedCall)
    .mutation(({ ctx, input }) => revealCall(ctx, { callId: input.id })),
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
    .input(
      filter.extend({ status: z.enum(messageStatuses).optional(), provider: z.enum(['twilio', 'telnyx']).optional() }),
    )
    .output(pageOf(messageRow))
    .query(({ ctx, input }) => listMessages(ctx, input)),

  reveal: revealing
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/sms-events/{id}/reveal',
        tags: ['events'],
        summary: 'Numbers in full and what was said; that it was asked for is written down',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('message') }))
    .output(revealedMessage)
    .mutation(({ ctx, input }) => revealMessage(ctx, { messageId: input.id })),
}
