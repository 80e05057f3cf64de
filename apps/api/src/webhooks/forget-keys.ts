import { pagesTonight } from '@trunkline/core/webhooks/key-retention'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { loadRetention } from '../platform/privacy/retention.ts'

/** About 16,000 keys. */
const pagesAtOnce = 200

/**
 * Forgets the keys that were taken longer ago than `RETENTION_KEYS_DAYS`, and than bytes are kept; unset, none. Never one of a webhook
 * that is not done. Keys have no order in time that would not cost each webhook an index entry, so the table is looked through, a
 * large one in a month of nights. What somebody has locked is left to the next time.
 */
export async function forgetKeys(ctx: Ctx): Promise<void> {
  const days = ctx.env.RETENTION_KEYS_DAYS
  if (days === undefined) return
  const { bytes } = await loadRetention(ctx)
  const [table] = await statement<{ pages: string }>(
    ctx.db,
    `select pg_relation_size('idempotency_keys') / current_setting('block_size')::bigint as pages`,
    [],
  )
  const { from, to } = pagesTonight({ pages: Number(table?.pages ?? 0), now: ctx.now })
  let forgotten = 0
  for (let page = from; page < to; page += pagesAtOnce) {
    const gone = await statement<{ key: string }>(
      ctx.db,
      `delete from idempotency_keys where key in (
         select key from idempotency_keys as known
         where ctid >= $1::text::tid and ctid < $2::text::tid and created_at < now() - make_interval(days => $3::text::integer)
           and not exists (select from webhook_queue where id = known.webhook_id and state <> 'processed')
         for update of known skip locked
       ) returning 1 as key`,
      [`(${page},0)`, `(${Math.min(page + pagesAtOnce, to)},0)`, String(Math.max(days, bytes))],
    )
    forgotten += gone.length
  }
  if (forgotten > 0) ctx.log.info({ forgotten }, 'old keys of webhooks forgotten')
}
