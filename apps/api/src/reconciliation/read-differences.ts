import { toWireId } from '@trunkline/core/platform/wire-id'
import { rawOf } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { alongTheIndex, type DifferenceFilter } from './list-differences.ts'
import { type HealState, healingOf } from './wire.ts'

type Cell = string | number | null
type Place = { flagged: boolean; size: number; id: string }
type Text = string | null
type Row = [
  ...[id: string, level: number, found: string, customerId: Text, businessName: Text, provider: Text, kind: Text],
  ...[providerId: Text, unit: string, ours: string, theirs: string, delta: string, flagged: boolean],
  ...[periodStart: Text, occurredAt: Text, eventId: Text, healState: HealState, isHealable: boolean],
  ...[webhookState: Text, healedAt: Text, webhookId: Text],
]

const portion = 1000

export const differenceColumns = [
  'id',
  'level',
  'class',
  'customerId',
  'customer',
  'provider',
  'kind',
  'providerId',
  'unit',
  'ours',
  'theirs',
  'delta',
  'flagged',
  'periodStart',
  'occurredAt',
  'eventId',
  'healing',
  'healedAt',
  'webhookId',
] as const

/**
 * All that a run found, portion by portion, each row as `write` puts it: no more than one portion is held, whoever reads slowly. A
 * million rows pass through, so each is written as it comes and is gone, before anything would have to collect it.
 */
export async function* readDifferences(
  ctx: Ctx,
  filter: DifferenceFilter,
  write: (cells: Cell[]) => string,
): AsyncGenerator<string> {
  let after: Place | undefined
  do {
    let text = ''
    let last: Row | undefined
    const rows = await readPortion(ctx, { filter, after }, (row) => {
      text += write(toCells(row))
      last = row
    })
    yield text
    after = rows < portion ? undefined : placeOf(last)
  } while (after !== undefined)
}

const placeOf = (row: Row | undefined): Place | undefined =>
  row && { id: row[0], size: Math.abs(Number(row[11])), flagged: row[12] }

type Portion = { filter: DifferenceFilter; after: Place | undefined }

/** Answers how many rows there were. */
async function readPortion(ctx: Ctx, { filter, after }: Portion, each: (row: Row) => void): Promise<number> {
  return await alongTheIndex(ctx, async (ctx) => {
    const asText = (value: string | number | boolean | undefined) => (value === undefined ? null : String(value))
    const given = [filter.runId, filter.class, filter.provider, filter.customerId, filter.flagged]
    const parameters = [...given, after?.flagged, after?.size, after?.id].map(asText)
    const query: { forEach(each: (row: unknown) => void): PromiseLike<{ count: number }> } = rawOf(ctx.db)
      .unsafe(found, parameters, { prepare: true })
      .values()
    const { count } = await query.forEach((row) => {
      each(row as Row)
    })
    return count
  })
}

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const found = `
select one.id, level, class, one.customer_id, business_name, one.provider, kind, provider_id, unit, ours, theirs, delta, flagged,
  ${instant('period_start')}, ${instant('occurred_at')}, event_id, heal_state, class = 'missing_here' and record is not null,
  webhook.state, ${instant('healed_at')}, heal_webhook_id
from reconciliation_differences as one left join customers as customer on customer.id = one.customer_id
  left join webhook_queue as webhook on webhook.id = one.heal_webhook_id
where run_id = $1::text::uuid and ($2::text is null or class = $2::text) and ($3::text is null or one.provider = $3::text)
  and ($4::text is null or one.customer_id = $4::text::uuid) and ($5::text is null or flagged = $5::text::boolean)
  and ($8::text is null or (flagged, abs(delta), one.id) < ($6::text::boolean, $7::text::bigint, $8::text::uuid))
order by flagged desc, abs(delta) desc, one.id desc limit ${portion}`

function toCells(row: Row): Cell[] {
  const [id, level, found, customerId, businessName, provider, kind, providerId, unit, ours, theirs, delta, ...rest] =
    row
  const [flagged, periodStart, occurredAt, eventId, healState, isHealable, webhookState, healedAt, webhookId] = rest
  return [
    toWireId('difference', id),
    level,
    found,
    customerId === null ? null : toWireId('customer', customerId),
    businessName,
    provider,
    kind,
    providerId,
    unit,
    Number(ours),
    Number(theirs),
    Number(delta),
    String(flagged),
    periodStart,
    occurredAt,
    eventId === null || kind === null ? null : toWireId(kind === 'call' ? 'call' : 'message', eventId),
    healingOf(healState, { isHealable, webhookState }),
    healedAt,
    webhookId === null ? null : toWireId('webhook', webhookId),
  ]
}
