import { toPage } from '@trunkline/core/platform/page'
import type { EntryKind, Meter } from '@trunkline/core/usage/meter'
import { toLedgerEntry } from '@trunkline/core/usage/wire'
import { usageEntries } from '@trunkline/db/schema/usage'
import { and, desc, eq, gte, lt } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'

type Input = {
  customerId: string
  meter?: Meter | undefined
  kind?: EntryKind | undefined
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** The ledger of a customer, the newest entry first. */
export async function listLedger(ctx: Ctx, input: Input) {
  const { customerId, meter, kind, from, to, limit } = input
  const before = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(usageEntries)
    .where(
      and(
        eq(usageEntries.customerId, customerId),
        meter && eq(usageEntries.meter, meter),
        kind && eq(usageEntries.kind, kind),
        from === undefined ? undefined : gte(usageEntries.occurredAt, new Date(from)),
        to === undefined ? undefined : lt(usageEntries.occurredAt, new Date(to)),
        before === undefined ? undefined : lt(usageEntries.id, before),
      ),
    )
    .orderBy(desc(usageEntries.id))
    .limit(limit + 1)
  return toPage(rows, { limit, cursorOf: ({ id }) => cursorOfId(id), toItem: toLedgerEntry })
}
