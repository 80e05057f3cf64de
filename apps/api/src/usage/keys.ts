import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** What a charge is named by, once and for ever. */
export type Name = { meter: Meter; idemKey: string }

/** What is booked under a name. */
export type Key = {
  meter: Meter
  idem_key: string
  customer_id: string
  period_start: string | null
  booked: string
  entries: number
  last_entry_id: string | null
  waived_at: string | null
}

export const nameOf = ({ meter, idemKey }: Name) => `${meter} ${idemKey}`

export async function lockKeys(ctx: Ctx, charges: readonly Name[]): Promise<Map<string, Key>> {
  if (charges.length === 0) return new Map()
  const keys = await statement<Key>(
    ctx.db,
    `select ${keyColumns} from usage_keys
     where (meter, idem_key) in (select * from unnest($1::text[], $2::text[])) order by idem_key for update`,
    [charges.map(({ meter }) => meter), charges.map(({ idemKey }) => idemKey)],
  )
  return byName(keys)
}

/** Those of the aliases under which something stands. The conditions are those of the index. */
export async function lockSettled(ctx: Ctx, aliases: readonly string[]): Promise<Map<string, Key>> {
  if (aliases.length === 0) return new Map()
  const keys = await statement<Key>(
    ctx.db,
    `select ${keyColumns} from usage_keys
     where idem_key = any ($1::text[]) and booked <> 0 and idem_key like 'provider:%' order by idem_key for update`,
    [aliases],
  )
  return byName(keys)
}

/** Those of the aliases that a person has waived. Whoever does so at this moment has been waited for where something was booked. */
export async function findWaived(ctx: Ctx, aliases: readonly Name[]): Promise<Key[]> {
  if (aliases.length === 0) return []
  return await statement<Key>(
    ctx.db,
    `select ${keyColumns} from usage_keys
     where (meter, idem_key) in (select * from unnest($1::text[], $2::text[])) and waived_at is not null`,
    [aliases.map(({ meter }) => meter), aliases.map(({ idemKey }) => idemKey)],
  )
}

const keyColumns = 'meter, idem_key, customer_id, period_start, booked, entries, last_entry_id, waived_at'
const byName = (keys: readonly Key[]) =>
  new Map(keys.map((key) => [nameOf({ meter: key.meter, idemKey: key.idem_key }), key]))
