import { isE164 } from '@trunkline/core/numbers/phone'
import type { Resolution } from '@trunkline/core/numbers/unknown'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { unknownPhones, unknownPhoneWebhooks } from '@trunkline/db/schema/numbers'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, count, eq, isNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import { createAgent } from '../customers/create-agent.ts'
import { expectOpen } from '../customers/expect-open.ts'
import { lockNumbers } from '../customers/lock-numbers.ts'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'

/** Carried out by the inbox: what waited for a number is processed again, now that it has an owner. */
export const releaseWaitingSpec = jobSpec({
  name: 'webhooks.releaseWaiting',
  input: z.object({ unknownPhoneId: z.uuid() }),
  attempts: 8,
})

/**
 * Says whose a number is, or that it is nobody's. On `matched` the customer gets the line, and everything that waited is
 * replayed; what is no number (a trunk, a vendor's agent, a single call) gets no line, and its owner stands here. Two
 * operators at once: the second is told.
 */
export async function resolveUnknownPhone(
  ctx: Ctx,
  input: { unknownPhoneId: string; resolution: Resolution; customerId?: string | undefined },
): Promise<{ released: number }> {
  const { unknownPhoneId, resolution, customerId } = input
  if ((resolution === 'matched') !== (customerId !== undefined)) {
    const text =
      resolution === 'matched' ? 'is required when a number is matched' : 'may only be given when a number is matched'
    throw new DomainError('invalid', `The customer ${text}`, { fields: { customerId: text } })
  }
  return await inTransaction(ctx, async (ctx) => {
    if (customerId !== undefined) await expectOpen(ctx, customerId)
    const [unknown] = await ctx.db
      .select({ phoneNumber: unknownPhones.phoneNumber })
      .from(unknownPhones)
      .where(eq(unknownPhones.id, unknownPhoneId))
    if (unknown !== undefined) await lockNumbers(ctx, [unknown.phoneNumber])
    const [resolved] = await ctx.db
      .update(unknownPhones)
      .set({ resolution, resolvedAt: ctx.now, resolvedBy: actorLabel(ctx.actor), customerId: customerId ?? null })
      .where(and(eq(unknownPhones.id, unknownPhoneId), isNull(unknownPhones.resolvedAt)))
      .returning({ phoneNumber: unknownPhones.phoneNumber, eventTypes: unknownPhones.eventTypes })
    if (resolved === undefined) throw await whyNotResolved(ctx, unknownPhoneId)
    const [waiting] = await ctx.db
      .select({
        webhooks: count(),
        isOfTelnyx: sql<boolean>`coalesce(bool_or(${webhooks.provider} = 'telnyx'), false)`,
      })
      .from(unknownPhoneWebhooks)
      .innerJoin(webhooks, eq(webhooks.id, unknownPhoneWebhooks.webhookId))
      .where(and(eq(unknownPhoneWebhooks.unknownPhoneId, unknownPhoneId), isNull(webhooks.shreddedAt)))
    if (customerId !== undefined && isE164(resolved.phoneNumber)) {
      // Retell alone names its events call_started
      const isOfRetell = resolved.eventTypes.some((name) => name.startsWith('call_'))
      const carrier = waiting?.isOfTelnyx ? 'telnyx' : 'twilio'
      const provider = isOfRetell ? 'retell' : carrier
      await createAgent(ctx, {
        customerId,
        phoneNumber: resolved.phoneNumber,
        provider,
        nickname: 'Resolved from unknown numbers',
      })
    }
    if (customerId !== undefined) await enqueue(ctx, releaseWaitingSpec, { unknownPhoneId })
    await audit(ctx, {
      action: 'numbers.resolve',
      subject: toWireId('unknownPhone', unknownPhoneId),
      customerId: customerId ?? null,
      after: { resolution, phoneNumber: resolved.phoneNumber, waiting: waiting?.webhooks ?? 0 },
    })
    await announce(ctx, ['unknown_phones'])
    return { released: customerId === undefined ? 0 : (waiting?.webhooks ?? 0) }
  })
}

async function whyNotResolved(ctx: Ctx, unknownPhoneId: string): Promise<DomainError> {
  const [known] = await ctx.db
    .select({ id: unknownPhones.id })
    .from(unknownPhones)
    .where(eq(unknownPhones.id, unknownPhoneId))
  return known === undefined
    ? new DomainError('not_found', 'There is no such unknown number', { fields: { id: 'is of no unknown number' } })
    : new DomainError('conflict', 'Somebody has already resolved this number', { fields: { id: 'is resolved' } })
}
