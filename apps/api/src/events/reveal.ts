import { toWireId } from '@trunkline/core/platform/wire-id'
import { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { mayReadContent } from '../platform/reading.ts'

const numbers = z.object({ fromNumber: z.string().nullable(), toNumber: z.string().nullable() })
export const revealedCall = numbers.extend({
  /** Null where the reader may not read what was said, and where nothing is known. */
  transcript: z.string().nullable(),
  summary: z.string().nullable(),
  recordingUrl: z.string().nullable(),
})
export const revealedMessage = numbers.extend({ body: z.string().nullable() })

/** Who called whom, and what was said, to who asks for it by a click: that he did is written down before he sees it. */
export async function revealCall(ctx: Ctx, input: { callId: string }): Promise<z.infer<typeof revealedCall>> {
  return await inTransaction(ctx, async (ctx) => {
    const [call] = await ctx.db.select().from(callEvents).where(eq(callEvents.id, input.callId))
    if (call === undefined) throw new DomainError('not_found', 'There is no such call')
    const content = mayReadContent(ctx)
    await audit(ctx, {
      action: 'calls.reveal',
      subject: toWireId('call', call.id),
      customerId: call.customerId,
      after: { content },
    })
    const { fromNumber, toNumber, transcript, summary, recordingUrl } = call
    return content
      ? { fromNumber, toNumber, transcript, summary, recordingUrl }
      : { fromNumber, toNumber, transcript: null, summary: null, recordingUrl: null }
  })
}

export async function revealMessage(ctx: Ctx, input: { messageId: string }): Promise<z.infer<typeof revealedMessage>> {
  return await inTransaction(ctx, async (ctx) => {
    const [message] = await ctx.db.select().from(smsEvents).where(eq(smsEvents.id, input.messageId))
    if (message === undefined) throw new DomainError('not_found', 'There is no such message')
    const content = mayReadContent(ctx)
    await audit(ctx, {
      action: 'messages.reveal',
      subject: toWireId('message', message.id),
      customerId: message.customerId,
      after: { content },
    })
    const { fromNumber, toNumber, body } = message
    return { fromNumber, toNumber, body: content ? body : null }
  })
}
