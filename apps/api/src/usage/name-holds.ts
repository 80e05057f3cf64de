import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** The provider's ids of calls that were admitted by a hold: who frees the hold asks the provider for the call first. */
export async function nameHolds(
  ctx: Ctx,
  named: readonly { holdId: string; customerId: string; providerId: string }[],
): Promise<void> {
  if (named.length === 0) return
  const sorted = [...named].sort((a, b) => (a.holdId < b.holdId ? -1 : 1))
  await statement(
    ctx.db,
    `update usage_holds as hold set provider_id = named.provider
     from unnest($1::text[], $2::text[], $3::text[]) as named (hold, customer, provider)
     where hold.id = named.hold::uuid and hold.customer_id = named.customer::uuid and hold.provider_id is null
       and hold.id in (select id from usage_holds where id = any (($1::text[])::uuid[]) and state = 'open' order by id for update skip locked)`,
    [
      sorted.map(({ holdId }) => holdId),
      sorted.map(({ customerId }) => customerId),
      sorted.map(({ providerId }) => providerId),
    ],
  )
}
