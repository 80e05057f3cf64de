import { toWireId } from '@trunkline/core/platform/wire-id'
import { savedFilters } from '@trunkline/db/schema/sessions-filters'
import { and, asc, eq } from 'drizzle-orm'
import type { Ctx, Person } from '../../platform/context.ts'

type Saved = typeof savedFilters.$inferSelect
export const toSaved = ({ id, name, filters }: Saved) => ({ id: toWireId('savedFilters', id), name, filters })

/** The caller's own, oldest first: few enough for one page. */
export async function listFilters(ctx: Ctx, input: { user: Person; list: string }) {
  const rows = await ctx.db
    .select()
    .from(savedFilters)
    .where(and(eq(savedFilters.userId, input.user.userId), eq(savedFilters.list, input.list)))
    .orderBy(asc(savedFilters.id))
  return { items: rows.map(toSaved), nextCursor: null }
}
