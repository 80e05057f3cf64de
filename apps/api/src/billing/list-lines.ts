import { toPage } from '@trunkline/core/platform/page'
import { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { tierSnapshots } from '@trunkline/db/schema/usage'
import { and, desc, eq, lt } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { toLine } from './wire.ts'

/** A customer's lines, newest first; of one period where it is named. */
export async function listLines(
  ctx: Ctx,
  input: {
    customerId: string
    periodStart?: string | undefined
    kind?: (typeof billingLineItems.$inferSelect)['kind'] | undefined
    cursor?: string | undefined
    limit: number
    withCost: boolean
  },
) {
  const { customerId, periodStart, kind, limit, withCost } = input
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select({ line: billingLineItems, tier: tierSnapshots.tier })
    .from(billingLineItems)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, billingLineItems.tierSnapshotId))
    .where(
      and(
        eq(billingLineItems.customerId, customerId),
        periodStart === undefined ? undefined : eq(billingLineItems.periodStart, new Date(periodStart)),
        kind && eq(billingLineItems.kind, kind),
        after === undefined ? undefined : lt(billingLineItems.id, after),
      ),
    )
    .orderBy(desc(billingLineItems.id))
    .limit(limit + 1)
  return toPage(rows, {
    limit,
    cursorOf: ({ line }) => cursorOfId(line.id),
    toItem: ({ line, tier }) => toLine(line, { tier, withCost }),
  })
}
