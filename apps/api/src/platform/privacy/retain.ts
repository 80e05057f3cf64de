import { horizonsOf } from '@trunkline/core/platform/retention'
import { type Parameter, statement } from '@trunkline/db/connect'
import { retentionMarks } from '@trunkline/db/schema/platform'
import { eq } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../context.ts'
import { firstIdAt } from '../id.ts'
import type { Holding } from './holding.ts'
import { loadRetention } from './retention.ts'

const batch = 500
/** A run does no more than this of each kind: what is left is done by the next. */
const batches = 200

/** Shreds and forgets what has had its time, in batches that each commit by themselves. */
export async function retain(ctx: Ctx, holdings: readonly Holding[]): Promise<void> {
  const horizons = horizonsOf(await loadRetention(ctx), ctx.now)
  for (const { table, retention } of holdings) {
    if (retention === undefined) continue
    let shredded = 0
    for (let nth = 0; nth < batches; nth++) {
      const { rows, isDone } = await shredBatch(ctx, { table, ...retention }, firstIdAt(horizons[retention.kind]))
      shredded += rows
      if (isDone) break
    }
    if (shredded > 0) ctx.log.info({ table, shredded }, 'old content shredded')
  }
  let forgotten = 0
  for (let nth = 0; nth < batches; nth++) {
    const parameters: Parameter[] = [horizons.audit.toISOString(), String(batch)]
    const [row] = await statement<{ rows: number }>(
      ctx.db,
      'select forget_audit($1::text::timestamptz, $2::text::integer) as rows',
      parameters,
    )
    forgotten += row?.rows ?? 0
    if ((row?.rows ?? 0) < batch) break
  }
  if (forgotten > 0) ctx.log.info({ forgotten }, 'old audit rows forgotten')
}

type Kept = NonNullable<Holding['retention']> & { table: string }

/** Goes on where the last batch ended. It never passes a row that still waits: that one is shredded when it has been done. */
async function shredBatch(ctx: Ctx, kept: Kept, before: string): Promise<{ rows: number; isDone: boolean }> {
  return await inTransaction(ctx, async (ctx) => {
    const [mark] = await ctx.db.select().from(retentionMarks).where(eq(retentionMarks.kind, kept.table)).for('update')
    // locked, so that none of them comes back to life between this look and its end
    const old = await statement<{ id: string; waits: boolean }>(
      ctx.db,
      `select id::text, (${kept.waits}) as waits from ${kept.table}
       where id > $1::text::uuid and id < $2::text::uuid order by id limit ${batch} for update`,
      [mark?.throughId ?? '00000000-0000-0000-0000-000000000000', before],
    )
    const until = old.findIndex(({ waits }) => waits)
    const ids = (until < 0 ? old : old.slice(0, until)).map(({ id }) => id)
    const last = ids.at(-1)
    if (last === undefined) return { rows: 0, isDone: true }
    await statement(
      ctx.db,
      `update ${kept.table} set ${kept.set} where id = any (($1::text[])::uuid[]) and shredded_at is null`,
      [ids],
    )
    await ctx.db
      .insert(retentionMarks)
      .values({ kind: kept.table, throughId: last, updatedAt: ctx.now })
      .onConflictDoUpdate({ target: retentionMarks.kind, set: { throughId: last, updatedAt: ctx.now } })
    return { rows: ids.length, isDone: until >= 0 || old.length < batch }
  })
}
