import { toWireId } from '@trunkline/core/platform/wire-id'
import { users } from '@trunkline/db/schema/sessions'
import { savedFilters } from '@trunkline/db/schema/sessions-filters'
import { and, eq, ne } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { newId } from '../../platform/id.ts'
import { announce } from '../../platform/live.ts'
import { toSaved } from './list.ts'

const most = 50

/** Keeps filters under a name; what had the name before is replaced. */
export async function saveFilters(
  ctx: Ctx,
  input: { user: Person; list: string; name: string; filters: Record<string, string> },
) {
  const { user, list, name, filters } = input
  return await inTransaction(ctx, async (ctx) => {
    // one at a time, so that the number of them holds
    await ctx.db.select({ id: users.id }).from(users).where(eq(users.id, user.userId)).for('no key update')
    const others = await ctx.db.$count(
      savedFilters,
      and(eq(savedFilters.userId, user.userId), eq(savedFilters.list, list), ne(savedFilters.name, name)),
    )
    if (others >= most) throw new DomainError('limit_exceeded', `A list keeps ${most} saved filters: forget one first`)
    const [saved] = await ctx.db
      .insert(savedFilters)
      .values({ id: newId(), userId: user.userId, list, name, filters })
      .onConflictDoUpdate({ target: [savedFilters.userId, savedFilters.list, savedFilters.name], set: { filters } })
      .returning()
    if (saved === undefined) throw new Error('an upsert answers its row')
    await audit(ctx, {
      action: 'sessions.save_filters',
      subject: toWireId('savedFilters', saved.id),
      after: { list, name },
    })
    await announce(ctx, ['sessions'])
    return toSaved(saved)
  })
}
