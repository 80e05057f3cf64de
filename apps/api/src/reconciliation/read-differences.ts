import type { Ctx } from '../platform/context.ts'
import { type DifferenceFilter, listDifferences } from './list-differences.ts'
import type { DifferenceRow } from './wire.ts'

/** All that a run found, portion by portion: no more than one is held, whoever reads slowly. */
export async function* readDifferences(ctx: Ctx, filter: DifferenceFilter): AsyncGenerator<DifferenceRow[]> {
  let cursor: string | undefined
  do {
    const page = await listDifferences(ctx, { ...filter, cursor, limit: 1000 })
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
