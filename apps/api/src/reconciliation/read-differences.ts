import { sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { type DifferenceFilter, listDifferences } from './list-differences.ts'
import type { DifferenceRow } from './wire.ts'

/** All that a run found, portion by portion: no more than one is held, whoever reads slowly. */
export async function* readDifferences(ctx: Ctx, filter: DifferenceFilter): AsyncGenerator<DifferenceRow[]> {
  let cursor: string | undefined
  do {
    const after = cursor
    const page = await inTransaction(ctx, async (ctx) => {
      // a plan for any limit reads fifty times as much, in parallel, and throws it away
      await ctx.db.execute(sql`set local plan_cache_mode = force_custom_plan`)
      return await listDifferences(ctx, { ...filter, cursor: after, limit: 1000 })
    })
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
