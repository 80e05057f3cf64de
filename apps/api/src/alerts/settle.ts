import { opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

/** What these alerts told of is over: they need nobody, and what was not yet sent stays unsent. Answers how many were open. */
export async function settleAlerts(ctx: Ctx, input: { dedupKeys: readonly string[]; by: string }): Promise<number> {
  if (input.dedupKeys.length === 0) return 0
  const settled = await ctx.db
    .update(opsAlerts)
    .set({ acknowledgedAt: ctx.now, acknowledgedBy: input.by })
    .where(and(inArray(opsAlerts.dedupKey, [...input.dedupKeys]), isNull(opsAlerts.acknowledgedAt)))
    .returning({ id: opsAlerts.id, delivery: opsAlerts.delivery })
  const unsent = settled.filter(({ delivery }) => delivery === 'pending').map(({ id }) => id)
  if (unsent.length > 0)
    await ctx.db
      .update(opsAlerts)
      .set({ delivery: 'superseded' })
      .where(and(inArray(opsAlerts.id, unsent), eq(opsAlerts.delivery, 'pending')))
  if (settled.length > 0) await announce(ctx, ['alerts'])
  return settled.length
}
