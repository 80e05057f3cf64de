import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

const tables = {
  call: { events: 'call_events', keys: 'call_keys', id: 'call_id' },
  message: { events: 'sms_events', keys: 'sms_keys', id: 'sms_id' },
} as const

/**
 * Writes beside calls or messages what their provider's list asks for them: no webhook of a carrier names a price, and it may be
 * known hours later. Answers those whose price is another one now.
 */
export async function notePrices(
  ctx: Ctx,
  input: {
    provider: string
    kind: keyof typeof tables
    prices: readonly { providerId: string; micros: number }[]
  },
): Promise<string[]> {
  const { provider, kind, prices } = input
  if (prices.length === 0) return []
  const { events, keys, id } = tables[kind]
  const noted = await statement<{ id: string }>(
    ctx.db,
    `with known as materialized (
       select event.id, listed.micros::bigint as micros
       from unnest($2::text[], $3::text[]) as listed (provider_id, micros)
         join ${keys} as key on key.key = $1 || ':' || listed.provider_id join ${events} as event on event.id = key.${id}
       where event.listed_cost_micros is distinct from listed.micros::bigint order by event.id for update of event
     )
     update ${events} as event set listed_cost_micros = known.micros from known where event.id = known.id returning event.id`,
    [provider, prices.map(({ providerId }) => providerId), prices.map(({ micros }) => String(micros))],
  )
  return noted.map((row) => row.id)
}
