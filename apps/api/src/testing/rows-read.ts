import { sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'

/** How many rows of these tables PostgreSQL touches for what is asked within `work`, by its own count, found or not. */
export async function rowsReadBy(
  ctx: Ctx,
  tables: readonly string[],
  work: (ctx: Ctx) => Promise<unknown>,
): Promise<number> {
  // of this connection, whose sum may hold what earlier transactions have read
  const rowsRead = async ({ db }: Ctx) => {
    const [sum] = await db.execute<{ rows: number }>(
      sql`select coalesce(sum(coalesce(idx_tup_fetch, 0) + seq_tup_read), 0)::int as rows from pg_stat_xact_user_tables
        where relname in ${tables}`,
    )
    return sum?.rows ?? 0
  }
  return await inTransaction(ctx, async (ctx) => {
    const before = await rowsRead(ctx)
    await work(ctx)
    return (await rowsRead(ctx)) - before
  })
}
