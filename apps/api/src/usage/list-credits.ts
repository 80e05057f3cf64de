import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { creditEnds, creditSourceSchema } from '@trunkline/core/usage/credit'
import { meters } from '@trunkline/core/usage/meter'
import { usageLimits } from '@trunkline/db/schema/usage'
import { usageCredits, usageWithdrawals } from '@trunkline/db/schema/usage-credits'
import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { spentSoFar } from './burn-credits.ts'

export const creditRow = z.object({
  id: z.string(),
  meter: z.enum(meters),
  source: creditSourceSchema,
  quantity: z.number(),
  /** What is left at this moment: the open period's spending is counted. */
  remaining: z.number(),
  /** What went because its money was given back. */
  takenBack: z.number(),
  priority: z.number(),
  grantedAt: z.string(),
  expiresAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  endedBy: z.enum(creditEnds).nullable(),
  reason: z.string().nullable(),
  grantedBy: z.string().nullable(),
})

/** A customer's grants, the newest first. Who granted and why is for people of ours. */
export async function listCredits(
  ctx: Ctx,
  input: {
    customerId: string
    isLiving?: boolean | undefined
    cursor?: string | undefined
    limit: number
    isOwner: boolean
  },
) {
  const { customerId, limit, isOwner } = input
  const before = idOfCursor(input.cursor)
  const living = await ctx.db
    .select()
    .from(usageCredits)
    .where(and(eq(usageCredits.customerId, customerId), isNull(usageCredits.endedAt)))
  const [limits] = await ctx.db.select().from(usageLimits).where(eq(usageLimits.customerId, customerId))
  const isPresent = limits !== undefined && limits.periodEnd > ctx.now
  const spent = isPresent ? await spentSoFar(ctx, limits, living, { withReserved: false }) : new Map<string, number>()
  const rows = await ctx.db
    .select()
    .from(usageCredits)
    .where(
      and(
        eq(usageCredits.customerId, customerId),
        input.isLiving === true ? isNull(usageCredits.endedAt) : undefined,
        before === undefined ? undefined : lt(usageCredits.id, before),
      ),
    )
    .orderBy(desc(usageCredits.id))
    .limit(limit + 1)
  const ids = rows.map(({ id }) => id)
  const withdrawn = await ctx.db
    .select({ creditId: usageWithdrawals.creditId, taken: sql<number>`sum(${usageWithdrawals.taken})::float8` })
    .from(usageWithdrawals)
    .where(inArray(usageWithdrawals.creditId, ids))
    .groupBy(usageWithdrawals.creditId)
  const takenOf = new Map(withdrawn.map(({ creditId, taken }) => [creditId, taken]))
  return toPage(rows, {
    limit,
    cursorOf: ({ id }) => cursorOfId(id),
    toItem: (credit): z.infer<typeof creditRow> => ({
      id: toWireId('credit', credit.id),
      meter: credit.meter,
      source: credit.source,
      quantity: credit.quantity,
      remaining: credit.remaining - (spent.get(credit.id) ?? 0),
      takenBack: takenOf.get(credit.id) ?? 0,
      priority: credit.priority,
      grantedAt: credit.createdAt.toISOString(),
      expiresAt: credit.expiresAt?.toISOString() ?? null,
      endedAt: credit.endedAt?.toISOString() ?? null,
      endedBy: credit.endedBy,
      reason: isOwner ? null : credit.reason,
      grantedBy: isOwner ? null : credit.grantedBy,
    }),
  })
}
