import { apiKeys, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Actor, Ctx } from '../../platform/context.ts'
import { hashToken } from '../token.ts'

/**
 * Who a key belongs to: itself, or nobody where it is unknown, revoked or expired, or its maker disabled. It is looked up
 * each time, so a key that was revoked opens nothing from the next request on.
 */
export async function actorOfKey(ctx: Pick<Ctx, 'db'>, key: string, { isUse }: { isUse: boolean }): Promise<Actor> {
  const [found] = await ctx.db
    .select({
      keyId: apiKeys.id,
      prefix: apiKeys.prefix,
      customerId: apiKeys.customerId,
      scopes: apiKeys.scopes,
      isStale: sql<boolean>`${apiKeys.lastUsedAt} is null or ${apiKeys.lastUsedAt} < now() - interval '1 minute'`,
    })
    .from(apiKeys)
    .innerJoin(users, and(eq(users.id, apiKeys.createdBy), eq(users.isActive, true)))
    .where(and(eq(apiKeys.keyHash, hashToken(key)), isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`)))
  if (found === undefined) return { kind: 'anonymous' }
  const { isStale, ...facts } = found
  // once a minute is enough to show that it is used
  if (isUse && isStale) await ctx.db.update(apiKeys).set({ lastUsedAt: sql`now()` }).where(eq(apiKeys.id, facts.keyId))
  return { kind: 'key', ...facts, role: facts.customerId === null ? 'viewer' : 'owner' }
}
