import { holdOfKey, providerIdOfKey } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import type { Charge } from './meter.ts'

/**
 * A provider that reports how long a call took ends the hold by which it was admitted, whether the report names the hold or the hold the
 * call: what was reserved is free, and what went beyond it is flagged. A hold that somebody settles or expires at this moment is left to him.
 */
export async function freeReported(ctx: Ctx, charges: readonly Charge[]): Promise<void> {
  const reported = charges.flatMap(({ idemKey, eventId, customerId, meter, quantity, aliases = [] }) => {
    const named = aliases.map((key) => ({ holdId: '', providerId: providerIdOfKey(key), customerId, used: quantity }))
    const holdId = holdOfKey(idemKey)
    if (holdId === undefined || holdId === eventId) return named
    const own = charges.find((charge) => charge.eventId === eventId && charge.quantity > 0 && charge.meter === meter)
    return [{ holdId, providerId: '', customerId, used: own?.quantity ?? 0 }]
  })
  if (reported.length === 0) return
  await statement(
    ctx.db,
    `with report as materialized (
       select nullif(hold, '')::uuid as hold, nullif(provider, '') as provider, customer::uuid as customer, used::bigint as used
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as each (hold, provider, customer, used)
     ), ended as materialized (
       select id, customer_id, provider_id from usage_holds
       where customer_id = any (($3::text[])::uuid[]) and state = 'open'
         and (id = any ((array_remove($1::text[], ''))::uuid[]) or provider_id = any (array_remove($2::text[], '')))
       order by id for update skip locked
     ), freed as (
       update usage_holds as hold set state = 'reported', ended_at = now(), overrun = greatest(0, used - hold.quantity)
       from (
         select distinct on (id) id, used from ended
         join report on customer = customer_id and (hold = id or provider = provider_id) order by id, used desc
       ) as told
       where hold.id = told.id
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
      reported.map(({ providerId }) => providerId),
      reported.map(({ customerId }) => customerId),
      reported.map(({ used }) => String(used)),
    ],
  )
}
