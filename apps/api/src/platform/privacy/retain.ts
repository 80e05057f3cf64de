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
/** Behind a row that waits most have been shredded: so many are looked through at once. */
const window = 5000

/** Shreds and forgets what has had its time, in batches that each commit by themselves. */
export async function retain(ctx: Ctx, holdings: readonly Holding[]): Promise<void> {
  const horizons = horizonsOf(await loadRetention(ctx), ctx.now)
  for (const { table, retention } of holdings) {
    if (retention === undefined) continue
    const kept = { table, ...retention, before: firstIdAt(horizons[retention.kind]) }
    const { rows, isHeldUp } = await sweep(ctx, kept, shredInOrder)
    const shredded = rows + (isHeldUp ? (await sweep(ctx, kept, shredBeyond)).rows : 0)
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

type Kept = NonNullable<Holding['retention']> & { table: string; before: string }
type Swept = { rows: number; isDone: boolean; isHeldUp: boolean }

async function sweep(
  ctx: Ctx,
  kept: Kept,
  shred: (ctx: Ctx, kept: Kept) => Promise<Swept>,
): Promise<Pick<Swept, 'rows' | 'isHeldUp'>> {
  let rows = 0
  for (let nth = 0; nth < batches; nth++) {
    const swept = await inTransaction(ctx, async (ctx) => {
      // one at a time: where no mark stands yet there is none to wait at
      await statement(ctx.db, `select pg_advisory_xact_lock(hashtextextended('retention:' || $1::text, 0))`, [
        kept.table,
      ])
      return await shred(ctx, kept)
    })
    rows += swept.rows
    if (swept.isDone) return { rows, isHeldUp: swept.isHeldUp }
  }
  return { rows, isHeldUp: false }
}

/** Goes on where the last batch ended. It never passes a row that still waits: that one is shredded when it has been done. */
async function shredInOrder(ctx: Ctx, kept: Kept): Promise<Swept> {
  const old = await lockOld(ctx, kept, { after: (await markOf(ctx, kept.table)) ?? zero })
  const until = old.findIndex(({ waits }) => waits)
  const rows = until < 0 ? old : old.slice(0, until)
  await shredThose(ctx, kept, rows)
  await mark(ctx, kept.table, rows.at(-1)?.id)
  return { rows: until < 0 ? old.length : until, isDone: until >= 0 || old.length < batch, isHeldUp: until >= 0 }
}

/**
 * What lies behind a row that waits has had its time all the same. A row that waits here, too, is left to the next time: who has come
 * to the end begins again behind the first, which may wait for ever.
 */
async function shredBeyond(ctx: Ctx, kept: Kept): Promise<Swept> {
  const { table, before } = kept
  const marked = `${table} beyond`
  const marks = [(await markOf(ctx, table)) ?? zero, (await markOf(ctx, marked)) ?? zero]
  const after = marks.toSorted().at(-1) ?? zero
  const [passed] = await statement<{ through: string | null; rows: number }>(
    ctx.db,
    `select (array_agg(id::text order by id desc))[1] as through, count(*)::int as rows
     from (select id from ${table} where id > $1::text::uuid and id < $2::text::uuid order by id limit ${window}) as passed`,
    [after, before],
  )
  const { through, rows } = passed ?? { through: null, rows: 0 }
  const old = through === null ? [] : await lockOld(ctx, kept, { after, leftThrough: through })
  await shredThose(ctx, kept, old)
  const isCut = old.length === batch
  const isDone = !isCut && rows < window
  await mark(ctx, marked, isDone ? zero : isCut ? old.at(-1)?.id : (through ?? undefined))
  return { rows: old.filter(({ waits }) => !waits).length, isDone, isHeldUp: true }
}

const zero = '00000000-0000-0000-0000-000000000000'

async function markOf(ctx: Ctx, kind: string): Promise<string | undefined> {
  const [mark] = await ctx.db.select().from(retentionMarks).where(eq(retentionMarks.kind, kind))
  return mark?.throughId
}

type Old = { id: string; waits: boolean }

/** Locked, so that none of them comes back to life between this look and its end. With an end: those of them that are left. */
const lockOld = (
  ctx: Ctx,
  { table, waits, before }: Kept,
  { after, leftThrough }: { after: string; leftThrough?: string },
): Promise<Old[]> =>
  statement<Old>(
    ctx.db,
    `select id::text, (${waits}) as waits from ${table} where id > $1::text::uuid and id < $2::text::uuid
       ${leftThrough === undefined ? '' : 'and id <= $3::text::uuid and shredded_at is null'}
     order by id limit ${batch} for update`,
    [after, before, ...(leftThrough === undefined ? [] : [leftThrough])],
  )

async function shredThose(ctx: Ctx, { table, set }: Kept, rows: readonly Old[]): Promise<void> {
  const ids = rows.flatMap(({ id, waits }) => (waits ? [] : [id]))
  if (ids.length === 0) return
  await statement(ctx.db, `update ${table} set ${set} where id = any (($1::text[])::uuid[]) and shredded_at is null`, [
    ids,
  ])
}

async function mark(ctx: Ctx, kind: string, throughId: string | undefined): Promise<void> {
  if (throughId === undefined) return
  const reached = { throughId, updatedAt: ctx.now }
  await ctx.db
    .insert(retentionMarks)
    .values({ kind, ...reached })
    .onConflictDoUpdate({ target: retentionMarks.kind, set: reached })
}
