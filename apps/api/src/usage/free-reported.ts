import { holdOfKey } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import type { Charge } from './meter.ts'

/**
 * A provider that reports a call with the hold it was admitted by ends that hold: what was reserved is free, and what went
 * beyond it is flagged. A hold that somebody settles or expires at this moment is left to him.
 */
export async function freeReported(ctx: Ctx, charges: readonly Charge[]): Promise<void> {
  const reported = charges.flatMap(({ idemKey, eventId, customerId, meter }) => {
    const holdId = holdOfKey(idemKey)
    if (holdId === undefined || holdId === eventId) return []
    const own = charges.find((charge) => charge.eventId === eventId && charge.quantity > 0 && charge.meter === meter)
    return [{ holdId, customerId, used: own?.quantity ?? 0 }]
  })
  if (reported.length === 0) return
  await statement(
    ctx.db,
    `with freed as (
       update usage_holds as hold set state = 'reported', ended_at = now(), overrun = greatest(0, report.used::bigint - hold.quantity)
       from unnest($1::text[], $2::text[], $3::text[]) as report (hold, customer, used)
       where hold.id = report.hold::uuid and hold.customer_id = report.customer::uuid
         and hold.id in (select id from usage_holds where id = any (($1::text[])::uuid[]) and state = 'open' order by id for update skip locked)
       returning hold.customer_id, hold.meter, hold.quantity
     ), sums as (
       select customer_id, coalesce(sum(quantity) filter (where meter = 'call_seconds'), 0) as calls,
         coalesce(sum(quantity) filter (where meter = 'sms_segments'), 0) as texts
       from freed group by customer_id
     )
     update usage_limits as counter set call_reserved_seconds = call_reserved_seconds - sums.calls, sms_reserved = sms_reserved - sums.texts
     from sums where counter.customer_id = sums.customer_id`,
    [
      reported.map(({ holdId }) => holdId),
      reported.map(({ customerId }) => customerId),
      reported.map(({ used }) => String(used)),
    ],
  )
}
