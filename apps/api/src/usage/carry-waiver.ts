import { holdOfKey } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { type Key, nameOf } from './keys.ts'
import type { Charge } from './meter.ts'

/** Those of which somebody has waived, for the same customer, what was settled under one of their ids or under their hold. */
export function waivedElsewhere<Stated extends Charge>(charges: readonly Stated[], keys: readonly Key[]): Stated[] {
  const waived = new Map(keys.flatMap((key) => (key.waived_at === null ? [] : [[nameOfKey(key), key.customer_id]])))
  if (waived.size === 0) return []
  const isWaived = ({ meter, customerId }: Charge, idemKey: string) =>
    waived.get(nameOf({ meter, idemKey })) === customerId
  return charges.filter((charge) => {
    const holds = charges.filter(
      ({ eventId, idemKey }) => eventId === charge.eventId && holdOfKey(idemKey) !== undefined,
    )
    const names = [...(charge.aliases ?? []), ...holds.map(({ idemKey }) => idemKey)]
    return charge.quantity !== 0 && names.some((name) => isWaived(charge, name))
  })
}

const nameOfKey = (key: Key) => nameOf({ meter: key.meter, idemKey: key.idem_key })

/** What was waived before its provider reported it is waived under the name that the report gives it, too. */
export async function waiveToo(
  ctx: Ctx,
  charges: readonly Charge[],
  taken: ReadonlyMap<string, string>,
): Promise<void> {
  await statement(
    ctx.db,
    `update usage_keys as known set waived_at = coalesce(waived_at, $1::text::timestamptz), booked = case when is_new then 0 else booked end,
       entries = case when is_new then 0 else entries end, last_entry_id = case when is_new then null else last_entry_id end
     from (
       select meter, key, is_new::boolean as is_new from unnest($2::text[], $3::text[], $4::text[]) as charge (meter, key, is_new)
     ) as waived
     where known.meter = waived.meter and idem_key = key`,
    [
      ctx.now.toISOString(),
      charges.map(({ meter }) => meter),
      charges.map(({ idemKey }) => idemKey),
      charges.map((charge) => String(taken.has(nameOf(charge)))),
    ],
  )
}
