import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** Whoever gives a number an owner and whoever finds it without one take this lock first, until they commit. */
export async function lockNumbers(ctx: Ctx, phoneNumbers: readonly string[]): Promise<void> {
  await statement(
    ctx.db,
    'select pg_advisory_xact_lock(key) from (select distinct hashtextextended(n, 1) as key from unnest($1::text[]) as n order by 1) as keys',
    [phoneNumbers],
  )
}
