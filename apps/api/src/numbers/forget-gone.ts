import { horizonsOf } from '@trunkline/core/platform/retention'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { loadRetention } from '../platform/privacy/retention.ts'

const piece = 5000

/** What waited for a number so long that its bytes are gone, or its whole month, waits no more: nobody can count it any longer. */
export async function forgetGone(ctx: Ctx): Promise<void> {
  const { bytes } = horizonsOf(await loadRetention(ctx), ctx.now)
  let after = '00000000-0000-0000-0000-000000000000'
  let forgotten = 0
  for (;;) {
    const [found] = await statement<{ last: string | null; forgotten: number }>(
      ctx.db,
      `with old as materialized (
         select unknown_phone_id, webhook_id from unknown_phone_webhooks
         where webhook_id > $1::text::uuid and webhook_id < $2::text::uuid order by webhook_id limit ${piece}
       ), forgotten as (
         delete from unknown_phone_webhooks as waiting using old
         where waiting.unknown_phone_id = old.unknown_phone_id and waiting.webhook_id = old.webhook_id
           and not exists (select from webhook_queue as kept where kept.id = old.webhook_id and kept.shredded_at is null)
         returning 1
       )
       select (select webhook_id::text from old order by webhook_id desc limit 1) as last, (select count(*)::int from forgotten) as forgotten`,
      [after, firstIdAt(bytes)],
    )
    forgotten += found?.forgotten ?? 0
    if (found?.last == null) break
    after = found.last
  }
  if (forgotten > 0) ctx.log.warn({ webhooks: forgotten }, 'what waited for unknown numbers has had its time')
}
