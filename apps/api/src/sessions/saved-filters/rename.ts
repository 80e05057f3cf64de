import { toWireId } from '@trunkline/core/platform/wire-id'
import { users } from '@trunkline/db/schema/sessions'
import { savedFilters } from '@trunkline/db/schema/sessions-filters'
import { and, eq } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { announce } from '../../platform/live.ts'
import { toSaved } from './list.ts'

/** Gives own saved filters another name, which none of the same list has. */
export async function renameFilters(ctx: Ctx, input: { user: Person; savedId: string; name: string }) {
  const { user, savedId, name } = input
  return await inTransaction(ctx, async (ctx) => {
    // one at a time, as they are saved
    await ctx.db.select({ id: users.id }).from(users).where(eq(users.id, user.userId)).for('no key update')
    const [before] = await ctx.db
      .delete(savedFilters)
      .where(and(eq(savedFilters.id, savedId), eq(savedFilters.userId, user.userId)))
      .returning()
    if (before === undefined) throw new DomainError('not_found', 'There are no such saved filters')
    const [renamed] = await ctx.db
      .insert(savedFilters)
      .values({ ...before, name })
      .onConflictDoNothing()
      .returning()
    if (renamed === undefined)
      throw new DomainError('conflict', 'Other filters of this list have that name', { fields: { name: 'is taken' } })
    await audit(ctx, {
      action: 'sessions.rename_filters',
      subject: toWireId('savedFilters', savedId),
      before: { list: before.list, name: before.name },
      after: { list: renamed.list, name: renamed.name },
    })
    await announce(ctx, ['sessions'])
    return toSaved(renamed)
  })
}
