import type { Direction } from '@trunkline/core/events/call'
import { type Facts, joinFacts, withoutMisread } from '@trunkline/core/events/facts'
import {
  type MessageEvent,
  type MessageFacts,
  type MessageStatus,
  messageOutcome,
  summarizeMessage,
} from '@trunkline/core/events/message'
import { lineOf } from '@trunkline/core/numbers/phone'
import { unknownName } from '@trunkline/core/numbers/unknown'
import { settledKey } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { findOwners } from '../customers/find-owner.ts'
import type { Ctx } from '../platform/context.ts'
import { resolveSubjects, type Subject } from './keys.ts'
import type { Recorded, Said } from './record.ts'
import type { TrafficChange } from './traffic.ts'

type Row = {
  id: string
  customer_id: string | null
  facts: MessageFacts | string
  status: MessageStatus
  direction: Direction
  segments: number | null
  occurred_at: string
}

/** Merges statements about messages into their rows and says what each message now owes, and how the hourly counts change. */
export async function recordMessages(
  ctx: Ctx,
  said: readonly Said<MessageEvent>[],
): Promise<{ recorded: Recorded[]; traffic: TrafficChange[] }> {
  const subjects = await resolveSubjects(
    ctx,
    'message',
    said.map(({ event }) => event),
  )
  const rows = await statement<Row>(
    ctx.db,
    `select id, customer_id, facts, status, direction, segments, occurred_at from sms_events
     where id = any (($1::text[])::uuid[]) order by id for update`,
    [subjects.map(({ id }) => id)],
  )
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const merged = subjects.map((subject) => mergeOne(subject, said, rowOf.get(subject.id)))
  const owners = await findOwners(ctx, merged)
  const messages = merged.map((message, index) => ({
    ...message,
    owner:
      (message.isMisread ? owners[index]?.customerId : undefined) ??
      message.row?.customer_id ??
      owners[index]?.customerId,
  }))
  const traffic: TrafficChange[] = []
  for (const { row, summary } of messages) {
    if (row !== undefined) pushTraffic(traffic, -1, row, Date.parse(row.occurred_at))
    pushTraffic(traffic, 1, summary, summary.occurredAt)
  }
  await writeRows(ctx, messages)
  const recorded = messages.map(
    (message): Recorded => ({
      kind: 'message',
      eventId: message.id,
      customerId: message.owner,
      numbers: message.numbers,
      waitsAs: message.waitsAs,
      line: message.phoneNumber,
      webhooks: message.said.map(({ webhookId, eventType, receivedAt }) => ({ webhookId, eventType, receivedAt })),
      charges: chargesOf(message),
    }),
  )
  return { recorded, traffic }
}

/** One charge a message, keyed by its row. */
function chargesOf({ id, row, owner, summary, messageSid, provider }: Merged): Recorded['charges'] {
  const { segments, direction } = summary
  const own = {
    meter: 'sms_segments',
    idemKey: `message:${id}`,
    eventId: id,
    occurredAt: new Date(summary.occurredAt).toISOString(),
    provider,
    direction,
  } as const
  if (segments === undefined) {
    // what was charged before it was known that nothing is owed is taken back
    const charged = row?.segments === null ? null : row?.customer_id
    return charged == null ? [] : [{ ...own, customerId: charged, quantity: 0 }]
  }
  if (owner === undefined) return []
  const isBooked = row?.customer_id === owner && row.segments === segments
  const aliases = messageSid === null ? [] : [settledKey(messageSid)]
  return [{ ...own, customerId: owner, quantity: segments, isBooked, aliases }]
}

function pushTraffic(
  changes: TrafficChange[],
  count: 1 | -1,
  message: { status: MessageStatus; direction: Direction },
  at: number,
): void {
  const outcome = messageOutcome(message)
  if (outcome !== undefined) changes.push({ at, outcome: `message.${outcome}`, count, seconds: 0 })
}

function mergeOne(subject: Subject, everything: readonly Said<MessageEvent>[], row: Row | undefined) {
  const said = subject.members.map((member) => everything[member]).filter((one) => one !== undefined)
  const known = typeof row?.facts === 'string' ? (JSON.parse(row.facts) as MessageFacts) : row?.facts
  const registerOf = new Map(said.map(({ webhookId, event }) => [webhookId, event.register]))
  let facts: Facts<MessageEvent['fact']> = withoutMisread(known ?? {}, registerOf)
  /** An earlier reading took it for another statement: which way it goes, and so whose it is, may have been taken otherwise, too. */
  const isMisread = Object.keys(facts).length < Object.keys(known ?? {}).length
  for (const { event } of said) facts = joinFacts(facts, { [event.register]: event.fact })
  const summary = summarizeMessage(facts)
  const own = lineOf(summary.direction === 'inbound' ? summary.to : summary.from)
  const numbers = own === undefined ? [] : [own]
  const names = said.flatMap(({ event }) => event.keys)
  return {
    id: subject.id,
    row,
    isMisread,
    said,
    facts,
    summary,
    phoneNumber: own,
    numbers,
    waitsAs: unknownName({ numbers, agentId: undefined, names, isCharged: (summary.segments ?? 0) > 0 }),
    customerId: undefined,
    agentId: undefined,
    provider: said[0]?.event.fact.source ?? 'twilio',
    messageSid: said[0]?.event.keys[0]?.replace(/^(twilio|telnyx):/, '') ?? null,
  }
}
type Merged = ReturnType<typeof mergeOne> & { owner: string | undefined }

const upsert = `insert into sms_events (id, customer_id, phone_number, direction, from_number, to_number, status, segments, body,
    error_code, message_sid, occurred_at, facts, updated_at)
  select id::uuid, customer_id::uuid, phone_number, direction, from_number, to_number, status, segments::integer, body,
    error_code, message_sid, occurred_at::timestamptz, facts::jsonb, updated_at::timestamptz
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::text[]) as message (id, customer_id, phone_number, direction,
    from_number, to_number, status, segments, body, error_code, message_sid, occurred_at, facts, updated_at)
  order by id
  on conflict (id) do update set customer_id = excluded.customer_id, phone_number = excluded.phone_number,
    direction = excluded.direction, from_number = excluded.from_number, to_number = excluded.to_number,
    status = excluded.status, segments = excluded.segments, body = excluded.body, error_code = excluded.error_code,
    occurred_at = excluded.occurred_at, facts = excluded.facts, updated_at = excluded.updated_at`

async function writeRows(ctx: Ctx, messages: readonly Merged[]): Promise<void> {
  const asText = (value: string | number | undefined | null) =>
    value === undefined || value === null ? null : String(value)
  const values = messages.map(({ id, owner, phoneNumber, summary, facts, messageSid }) => [
    id,
    asText(owner),
    asText(phoneNumber),
    summary.direction,
    asText(summary.from),
    asText(summary.to),
    summary.status,
    asText(summary.segments),
    asText(summary.body),
    asText(summary.errorCode),
    messageSid,
    new Date(summary.occurredAt).toISOString(),
    JSON.stringify(facts),
    ctx.now.toISOString(),
  ])
  await statement(
    ctx.db,
    upsert,
    Array.from({ length: 14 }, (_, index) => values.map((row) => row[index] ?? null)),
  )
}
