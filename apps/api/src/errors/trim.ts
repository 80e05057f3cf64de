import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** What is kept: a bug of which nothing was heard for so long is forgotten, and of strangers' reports only so many. */
const days = 90
const lowWebGroups = 1000

/** Forgets old bugs with their samples and counts, and what strangers reported beyond the bound. */
export async function trimErrors(ctx: Ctx): Promise<void> {
  const forgotten = await statement<{ id: string }>(
    ctx.db,
    `delete from error_groups where id in (
       select id from error_groups where last_seen_at < now() - make_interval(days => $1::text::int)
       union all
       (select id from error_groups where source = 'web' and severity = 'low'
        order by last_seen_at desc offset $2::text::int)
     ) returning id`,
    [String(days), String(lowWebGroups)],
  )
  await statement(ctx.db, `delete from error_hours where hour < now() - make_interval(days => $1::text::int)`, [
    String(days),
  ])
  await statement(ctx.db, `delete from error_logs where at < now() - make_interval(days => $1::text::int)`, [
    String(days),
  ])
  if (forgotten.length > 0) ctx.log.info({ forgotten: forgotten.length }, 'old errors forgotten')
}
