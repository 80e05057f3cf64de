import { toWireId } from '@trunkline/core/platform/wire-id'
import { stateOfKey } from '@trunkline/core/sessions/scope'
import { apiKeys } from '@trunkline/db/schema/sessions'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { newId } from '../../platform/id.ts'
import { announce } from '../../platform/live.ts'
import { newKey } from './key.ts'
import { findKey } from './list.ts'

/** Makes the key that follows this one; the old one stays good for the overlap, so that nothing stands still meanwhile. */
export async function rotateKey(ctx: Ctx, input: { keyId: string; overlapHours: number; days: number; by: Person }) {
  const { keyId, overlapHours, days, by } = input
  return await inTransaction(ctx, async (ctx) => {
    const [old] = await ctx.db.select().from(apiKeys).where(eq(apiKeys.id, keyId)).for('update')
    if (old === undefined) throw new DomainError('not_found', 'There is no such API key')
    const [later] = await ctx.db.select({ id: apiKeys.id }).from(apiKeys).where(eq(apiKeys.replaces, keyId))
    const state = stateOfKey({ ...old, isReplaced: later !== undefined }, ctx.now)
    if (state !== 'active')
      throw new DomainError('conflict', `This API key is ${state}: only an active one is replaced`)
    const { key, prefix, keyHash } = newKey()
    const id = newId()
    const { name, scopes, customerId } = old
    await ctx.db.insert(apiKeys).values({
      id,
      name,
      prefix,
      keyHash,
      scopes,
      customerId,
      createdBy: by.userId,
      replaces: keyId,
      expiresAt: sql`now() + make_interval(days => ${days})`,
    })
    await ctx.db
      .update(apiKeys)
      .set({ expiresAt: sql`least(${apiKeys.expiresAt}, now() + make_interval(hours => ${overlapHours}))` })
      .where(eq(apiKeys.id, keyId))
    await audit(ctx, {
      action: 'sessions.rotate_key',
      subject: toWireId('apiKey', keyId),
      customerId,
      after: { replacedBy: toWireId('apiKey', id), overlapHours, days },
    })
    await announce(ctx, ['sessions'])
    return { key, ...(await findKey(ctx, id)) }
  })
}
