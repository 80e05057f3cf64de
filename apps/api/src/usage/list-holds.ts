import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { meters } from '@trunkline/core/usage/meter'
import { holdStates, usageHolds } from '@trunkline/db/schema/usage'
import { and, desc, eq, lt } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'

export const holdStateSchema = z.enum(holdStates)
export const holdRow = z.object({
  id: z.string(),
  meter: z.enum(meters),
  quantity: z.number(),
  state: holdStateSchema,
  createdAt: z.string(),
  expiresAt: z.string(),
  endedAt: z.string().nullable(),
  settledQuantity: z.number().nullable(),
  overrun: z.number(),
  providerId: z.string().nullable(),
})

type Input = {
  customerId: string
  state?: z.infer<typeof holdStateSchema> | undefined
  cursor?: string | undefined
  limit: number
}

/** What was promised to calls and texts, the newest first. */
export async function listHolds(ctx: Ctx, input: Input) {
  const before = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(usageHolds)
    .where(
      and(
        eq(usageHolds.customerId, input.customerId),
        input.state && eq(usageHolds.state, input.state),
        before === undefined ? undefined : lt(usageHolds.id, before),
      ),
    )
    .orderBy(desc(usageHolds.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ id }) => cursorOfId(id),
    toItem: (hold): z.infer<typeof holdRow> => ({
      id: toWireId('hold', hold.id),
      meter: hold.meter,
      quantity: hold.quantity,
      state: hold.state,
      createdAt: hold.createdAt.toISOString(),
      expiresAt: hold.expiresAt.toISOString(),
      endedAt: hold.endedAt?.toISOString() ?? null,
      settledQuantity: hold.settledQuantity,
      overrun: hold.overrun,
      providerId: hold.providerId,
    }),
  })
}
