import type { Booked, Listed } from '@trunkline/core/reconciliation/difference'
import type { ListedKind } from '@trunkline/core/reconciliation/run'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import type { Run } from './lease.ts'

/** One call or message: what is booked for it, and what its provider lists. */
export type Compared = {
  providerId: string
  customerId: string | null
  eventId: string | null
  occurredAt: Date
  numbers: string[]
  agentId: string | undefined
  record: string | null
  booked: Booked[]
  listed: Listed | undefined
}

type List = { run: Run; provider: string; kind: ListedKind; limit: number; after: string }
type Page = { compared: Compared[]; last: string | undefined }

type Row = {
  provider_id: string
  quantity: string | null
  price_micros: string | null
  started_at: string
  ended_at: string | null
  numbers: string[] | null
  agent_id: string | null
  record: string | null
  event_id: string | null
  customer_id: string | null
  stated: number | null
  cost_micros: string | null
  occurred_at: string | null
  booked: string | null
  booked_at: string | null
  settled: string | null
  settled_for: string | null
  settled_at: string | null
  is_skipped: boolean
}

/** The next records of a list, each with what is booked for it. What another provider's record stands for is left out. */
export async function loadListed(ctx: Ctx, list: List): Promise<Page> {
  const { run, provider, kind, after, limit } = list
  const rows = await statement<Row>(ctx.db, kind === 'call' ? listedCalls : listedMessages, [
    run.id,
    provider,
    after,
    String(limit),
  ])
  const groups = Map.groupBy(rows, ({ provider_id }) => provider_id)
  const compared = [...groups.values()].flatMap((rows) => {
    const [first] = rows
    if (first === undefined || rows.some(({ is_skipped }) => is_skipped)) return []
    if (new Date(first.started_at) < run.windowFrom) return []
    return [toCompared(first, rows)]
  })
  return { compared, last: groups.size < limit ? undefined : [...groups.keys()].at(-1) }
}

/** The next calls or messages that are booked in the window and that the list does not hold. */
export async function loadUnlisted(ctx: Ctx, list: List): Promise<Page> {
  const { run, provider, kind, after, limit } = list
  const rows = await statement<Row & { event_id: string }>(ctx.db, kind === 'call' ? unlistedCalls : unlistedMessages, [
    run.id,
    provider,
    after,
    String(limit),
    run.windowFrom.toISOString(),
    run.windowTo.toISOString(),
  ])
  return {
    compared: rows.map((row) => ({ ...toCompared(row, [row]), listed: undefined })),
    last: rows.length < limit ? undefined : rows.at(-1)?.event_id,
  }
}

function toCompared(first: Row, rows: readonly Row[]): Compared {
  const { provider_id: providerId, settled } = first
  const occurredAt = new Date(first.occurred_at ?? first.ended_at ?? first.started_at)
  const booked: Booked[] = rows.flatMap((row) => {
    if (row.event_id === null) return []
    // nobody's call is booked nowhere: what its provider said of it counts
    const quantity = row.customer_id === null ? (row.stated ?? 0) : Number(row.booked ?? 0)
    const at = new Date(row.occurred_at ?? row.started_at)
    const bookedAt = row.booked_at === null ? at : new Date(row.booked_at)
    const price = row.cost_micros === null ? {} : { price: Number(row.cost_micros) }
    return [{ providerId, quantity, occurredAt: at, bookedAt, ...price }]
  })
  if (settled !== null)
    booked.push({
      providerId,
      quantity: Number(settled),
      occurredAt,
      bookedAt: new Date(first.settled_at ?? occurredAt),
    })
  return {
    providerId,
    customerId: first.customer_id ?? first.settled_for,
    eventId: first.event_id,
    occurredAt,
    numbers: first.numbers ?? [],
    agentId: first.agent_id ?? undefined,
    record: first.record,
    booked,
    listed: {
      providerId,
      quantity: Number(first.quantity ?? 0),
      ...(first.price_micros === null ? {} : { price: Number(first.price_micros) }),
      ...(first.ended_at === null ? {} : { endedAt: new Date(first.ended_at) }),
    },
  }
}

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const figures = `known.id as event_id, known.customer_id, booking.booked, ${instant('known.occurred_at')} as occurred_at,
  ${instant('(select min(created_at) from usage_entries where event_id = known.id)')} as booked_at`
const ofListed = `chunk.provider_id, chunk.quantity, chunk.price_micros, ${instant('chunk.started_at')} as started_at,
  ${instant('chunk.ended_at')} as ended_at, chunk.numbers, chunk.agent_id, chunk.record`
const chunkOf = (kind: ListedKind) => `chunk as materialized (
  select * from reconciliation_listed where run_id = $1::text::uuid and provider = $2 and kind = '${kind}' and provider_id > $3
  order by provider_id limit $4::text::integer
)`
/** Retell states its price with the call; what the others ask is known from the first list that held it. */
const learnedOf = (kind: ListedKind) => `left join reconciliation_prices as learned on learned.provider = $2
  and learned.kind = '${kind}' and learned.provider_id = chunk.provider_id`
const settledOf = (meter: string) => `left join usage_keys as settled on settled.meter = '${meter}'
  and settled.idem_key = 'provider:' || chunk.provider_id and settled.booked <> 0`
const settledFigures = `settled.booked as settled, settled.customer_id as settled_for,
  ${instant('(select min(created_at) from usage_entries where id = settled.last_entry_id)')} as settled_at`

const listedCalls = `
with ${chunkOf('call')}, named as (
  select chunk.provider_id, key.call_id from chunk join call_keys as key on key.key = $2 || ':' || chunk.provider_id
  union
  select chunk.provider_id, key.call_id from chunk join call_keys as key on key.key = 'twilio:' || chunk.carrier_id
)
select ${ofListed}, ${figures}, known.seconds as stated,
  case $2 when 'retell' then known.cost_micros else learned.price_micros end as cost_micros, ${settledFigures},
  coalesce(booking.waived_at is not null, false) or $2 = 'twilio' and (coalesce(known.seconds_source <> 'twilio', false) or exists (
    select from reconciliation_listed as leg where leg.run_id = $1::text::uuid and leg.carrier_id = chunk.provider_id)) as is_skipped
from chunk left join named using (provider_id) left join call_events as known on known.id = named.call_id
  left join usage_keys as booking on booking.meter = 'call_seconds' and booking.idem_key = 'call:' || known.id
  ${learnedOf('call')} ${settledOf('call_seconds')}
order by chunk.provider_id`

const listedMessages = `
with ${chunkOf('message')}
select ${ofListed}, ${figures}, known.segments as stated, learned.price_micros as cost_micros, ${settledFigures},
  coalesce(booking.waived_at is not null, false) as is_skipped
from chunk left join sms_keys as key on key.key = $2 || ':' || chunk.provider_id left join sms_events as known on known.id = key.sms_id
  left join usage_keys as booking on booking.meter = 'sms_segments' and booking.idem_key = 'message:' || known.id
  ${learnedOf('message')} ${settledOf('sms_segments')}
order by chunk.provider_id`

const nothingListed = `null as quantity, null as price_micros, ${instant('known.occurred_at')} as started_at, null as ended_at,
  null::text[] as numbers, null as agent_id, null as record, null as cost_micros, null as settled, null as settled_for, null as settled_at,
  false as is_skipped`
const inWindow = `known.id > $3::text::uuid and known.customer_id is not null and known.occurred_at >= $5::text::timestamptz
  and known.occurred_at < $6::text::timestamptz and booking.booked <> 0`
const notListed = (kind: ListedKind, name: string) => `not exists (select from reconciliation_listed as listed
  where listed.run_id = $1::text::uuid and listed.provider = $2 and listed.kind = '${kind}' and listed.provider_id = ${name})`

const unlistedCalls = `
select case $2 when 'retell' then known.retell_call_id else known.twilio_call_sid end as provider_id, ${figures}, known.seconds as stated, ${nothingListed}
from call_events as known join usage_keys as booking on booking.meter = 'call_seconds' and booking.idem_key = 'call:' || known.id
where ${inWindow} and known.seconds_source = $2
  and ${notListed('call', "case $2 when 'retell' then known.retell_call_id else known.twilio_call_sid end")}
order by known.id limit $4::text::integer`

const unlistedMessages = `
select known.message_sid as provider_id, ${figures}, known.segments as stated, ${nothingListed}
from sms_events as known join usage_keys as booking on booking.meter = 'sms_segments' and booking.idem_key = 'message:' || known.id
where ${inWindow} and exists (select from sms_keys where sms_id = known.id and key = $2 || ':' || known.message_sid)
  and ${notListed('message', 'known.message_sid')}
order by known.id limit $4::text::integer`
