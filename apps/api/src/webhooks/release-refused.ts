import { hash } from 'node:crypto'
import { rawOf } from '@trunkline/db/connect'
import { idempotencyKeys, webhooks } from '@trunkline/db/schema/webhooks'
import { eq } from 'drizzle-orm'
import { recordSaid } from '../compliance/record-said.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { adapters } from './adapters.ts'
import { saidIn } from './receive.ts'
import { loadSecrets, secretsFor } from './sources.ts'
import { verifyAgain } from './verify-again.ts'

/** Verifies a refused delivery again. What was proven genuine takes its key, if nobody has it. */
export async function releaseRefused(ctx: Ctx, webhook: typeof webhooks.$inferSelect): Promise<void> {
  const { delivery, verdicts } = verifyAgain(ctx, webhook, secretsFor(await loadSecrets(ctx), webhook))
  const genuine = verdicts.find(({ verdict }) => verdict === 'verified')
  if (genuine === undefined)
    throw new DomainError('conflict', `It still cannot be verified (${verdicts.at(-1)?.verdict.replaceAll('_', ' ')})`)
  const { verdict, secretId } = genuine
  const reading = adapters[webhook.provider].read(delivery, webhook.bodySha256.toString('hex'))
  if (reading.readable && reading.identity !== undefined) {
    const taken = await ctx.db
      .insert(idempotencyKeys)
      .values({
        key: hash('sha256', reading.identity, 'buffer'),
        webhookId: webhook.id,
        // as the door would have kept it: two tries of one event may differ in what is no part of it
        bodySha256: reading.content === undefined ? webhook.bodySha256 : hash('sha256', reading.content, 'buffer'),
      })
      .onConflictDoNothing()
      .returning({ key: idempotencyKeys.key })
    if (taken.length === 0) throw new DomainError('conflict', 'The same event has been received and accepted since')
  }
  await ctx.db
    .update(webhooks)
    .set({
      verdict,
      secretId: secretId ?? null,
      state: 'received',
      eventType: reading.readable ? reading.eventType : null,
      phoneNumber: reading.readable ? (reading.phoneNumber ?? null) : null,
    })
    .where(eq(webhooks.id, webhook.id))
  const said = reading.readable ? saidIn(reading) : undefined
  if (said !== undefined)
    await recordSaid(rawOf(ctx.db), [{ ...said, webhookId: webhook.id, at: webhook.receivedAt.toISOString() }])
}
