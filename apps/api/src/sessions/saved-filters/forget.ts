import { toWireId } from '@trunkline/core/platform/wire-id'
import { savedFilters } from '@trunkline/db/schema/sessions-filters'
import { and, eq } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { announce } from '../../platform/live.ts'

export async function forgetFilters(ctx: Ctx, input: { user: Person; savedId: string }) {
  return await inTransaction(ctx, async (ctx) => {
    const [gone] = await ctx.db
      .delete(savedFilters)
      .where(and(eq(savedFilters.id, input.savedId), eq(savedFilters.userId, input.user.userId)))
      .returning({ list: savedFilters.list, name: savedFilters.name })
    if (gone === undefined) throw new DomainError('not_found', 'There are no such saved filters')
    await audit(ctx, {
      action: 'sessions.forget_filters',
      subject: toWireId('savedFilters', input.savedId),
      before: gone,
    })
    await announce(ctx, ['sessions'])
    return { forgotten: true as const }
  })
}
