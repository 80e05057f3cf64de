import { toPage } from '@trunkline/core/platform/page'
import type { FoundClass } from '@trunkline/core/reconciliation/run'
import { customers } from '@trunkline/db/schema/customers'
import { reconciliationDifferences } from '@trunkline/db/schema/reconciliation'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { cursorOfPair, pairOfCursor } from '../platform/keyset.ts'
import { type DifferenceRow, toDifferenceRow } from './wire.ts'

export type DifferenceFilter = {
  runId: string
  class?: FoundClass | undefined
  provider?: string | undefined
  customerId?: string | undefined
  flagged?: boolean | undefined
}

/** What a run found: what is flagged first, then by size. */
export async function listDifferences(
  ctx: Ctx,
  input: DifferenceFilter & { cursor?: string | undefined; limit: number },
): Promise<{ items: DifferenceRow[]; nextCursor: string | null }> {
  const { id, flagged, delta } = reconciliationDifferences
  const after = placeOf(input.cursor)
  const read = (ctx: Ctx) =>
    shownDifferences(ctx)
      .where(
        and(
          ...conditions(input),
          after &&
            sql`(${flagged}, abs(${delta}), ${id}) < (${after.flagged}, ${after.size}::bigint, ${after.id}::uuid)`,
        ),
      )
      .orderBy(desc(flagged), sql`abs(${delta}) desc`, desc(id))
      .limit(input.limit + 1)
  // those of one customer are few, and have an index of their own
  const rows = await (input.customerId === undefined ? alongTheIndex(ctx, read) : read(ctx))
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ difference }) =>
      cursorOfPair(`${difference.flagged ? 1 : 0}:${Math.abs(difference.delta)}`, difference.id),
    toItem: toDifferenceRow,
  })
}

/**
 * Reads in the order of the index, from a place on. Left to itself the planner sorts all that is left for each portion: it judges a
 * place by its first column alone, and after the last flagged row expects nothing; a plan for any place does so from the start.
 */
export async function alongTheIndex<Result>(ctx: Ctx, read: (ctx: Ctx) => Promise<Result>): Promise<Result> {
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db.execute(
      sql`select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_sort', 'off', true)`,
    )
    return await read(ctx)
  })
}

/** Differences without the provider's record, with the name of the customer and what became of healing. */
function shownDifferences(ctx: Ctx) {
  const { record: _kept, ...shown } = getTableColumns(reconciliationDifferences)
  return ctx.db
    .select({
      difference: shown,
      isHealable: sql<boolean>`${reconciliationDifferences.class} = 'missing_here' and ${reconciliationDifferences.record} is not null`,
      businessName: customers.businessName,
      webhookState: webhooks.state,
    })
    .from(reconciliationDifferences)
    .leftJoin(customers, eq(customers.id, reconciliationDifferences.customerId))
    .leftJoin(webhooks, eq(webhooks.id, reconciliationDifferences.healWebhookId))
}

/** One difference of a run. */
export async function findDifference(ctx: Ctx, input: { differenceId: string }): Promise<DifferenceRow> {
  const [row] = await shownDifferences(ctx).where(eq(reconciliationDifferences.id, input.differenceId))
  if (row === undefined) throw new DomainError('not_found', 'There is no such difference')
  return toDifferenceRow(row)
}

function conditions(filter: DifferenceFilter) {
  const of = reconciliationDifferences
  return [
    eq(of.runId, filter.runId),
    filter.class && eq(of.class, filter.class),
    filter.provider === undefined ? undefined : eq(of.provider, filter.provider),
    filter.customerId === undefined ? undefined : eq(of.customerId, filter.customerId),
    filter.flagged === undefined ? undefined : eq(of.flagged, filter.flagged),
  ]
}

function placeOf(cursor: string | undefined): { flagged: boolean; size: string; id: string } | undefined {
  const pair = pairOfCursor(cursor)
  if (pair === undefined) return undefined
  const [, flagged, size] = /^([01]):(\d{1,18})$/.exec(pair.value) ?? []
  if (size === undefined)
    throw new DomainError('invalid', 'The cursor is not one that a page gave out', {
      fields: { cursor: 'is not known' },
    })
  return { flagged: flagged === '1', size, id: pair.id }
}
