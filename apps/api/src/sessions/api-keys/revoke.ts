import { toWireId } from '@trunkline/core/platform/wire-id'
import { apiKeys } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { announce } from '../../platform/live.ts'
import { findKey } from './list.ts'

/** Ends a key for ever: no request that comes after this one gets in by it, and its live streams end. */
export async function revokeKey(ctx: Ctx, input: { keyId: string }) {
  const { keyId } = input
  return await inTransaction(ctx, async (ctx) => {
    const known = await findKey(ctx, keyId)
    const [revoked] = await ctx.db
      .update(apiKeys)
      .set({ revokedAt: ctx.now, revokedBy: actorLabel(ctx.actor) })
      .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
      .returning({ customerId: apiKeys.customerId })
    if (revoked === undefined) throw new DomainError('conflict', 'This API key was revoked already')
    await audit(ctx, {
      action: 'sessions.revoke_key',
      subject: toWireId('apiKey', keyId),
      customerId: revoked.customerId,
      before: { state: known.state },
    })
    await announce(ctx, ['sessions'])
    return await findKey(ctx, keyId)
  })
}

/** Ends every key that this person made; answers how many. */
export async function revokeKeysOf(ctx: Ctx, userId: string): Promise<number> {
  const revoked = await ctx.db
    .update(apiKeys)
    .set({ revokedAt: ctx.now, revokedBy: actorLabel(ctx.actor) })
    .where(and(eq(apiKeys.createdBy, userId), isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`)))
    .returning({ id: apiKeys.id })
  return revoked.length
}
