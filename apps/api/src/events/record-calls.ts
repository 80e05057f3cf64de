import {
  type CallEvent,
  type CallFacts,
  type CallStatus,
  callOutcome,
  ownNumbers,
  summarizeCall,
} from '@trunkline/core/events/call'
import { type Facts, joinFacts } from '@trunkline/core/events/facts'
import { lineOf } from '@trunkline/core/numbers/phone'
import { unknownName } from '@trunkline/core/numbers/unknown'
import { settledKey } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { findOwners } from '../customers/find-owner.ts'
import type { Ctx } from '../platform/context.ts'
import { repointKeys, resolveSubjects, type Subject } from './keys.ts'
import type { Recorded, Said } from './record.ts'
import type { TrafficChange } from './traffic.ts'

type Row = {
  id: string
  customer_id: string | null
  facts: CallFacts
  status: CallStatus
  seconds: number | null
  occurred_at: string
  transcript: string | null
  retell_call_id: string | null
  twilio_call_sid: string | null
}

/** Merges statements about calls into their rows and says what each call now owes. */
export async function recordCalls(
  ctx: Ctx,
  said: readonly Said<CallEvent>[],
  changes: TrafficChange[],
): Promise<Recorded[]> {
  const subjects = await resolveSubjects(
    ctx,
    'call',
    said.map(({ event }) => event),
  )
  const rows = await lockRows(ctx, subjects)
  const merged = subjects.map((subject) => mergeOne(subject, said, rows))
  const owners = await findOwners(ctx, merged)
  const calls = merged.map((call, index) => ({
    ...call,
    owner: call.known ?? owners[index]?.customerId,
    phoneNumber: owners[index]?.phoneNumber ?? call.numbers[0],
  }))
  await repointKeys(ctx, 'call', subjects)
  await dropMerged(ctx, subjects)
  await writeRows(ctx, calls)
  for (const call of calls) {
    for (const row of call.rows)
      pushTraffic(changes, -1, { status: row.status, seconds: row.seconds, at: Date.parse(row.occurred_at) })
    pushTraffic(changes, 1, {
      status: call.summary.status,
      seconds: call.summary.seconds ?? null,
      at: call.summary.occurredAt,
    })
  }
  return calls.map((call) => ({
    kind: 'call',
    eventId: call.id,
    customerId: call.owner,
    numbers: call.numbers,
    waitsAs: call.waitsAs,
    webhooks: call.said.map(({ webhookId, eventType, receivedAt }) => ({ webhookId, eventType, receivedAt })),
    charges: chargesOf(call),
  }))
}

function pushTraffic(
  changes: TrafficChange[],
  count: 1 | -1,
  call: { status: CallStatus; seconds: number | null; at: number },
): void {
  const outcome = callOutcome(call.status)
  if (outcome !== undefined)
    changes.push({ at: call.at, outcome: `call.${outcome}`, count, seconds: count * (call.seconds ?? 0) })
}

async function lockRows(ctx: Ctx, subjects: readonly Subject[]): Promise<Map<string, Row>> {
  const ids = subjects.flatMap(({ id, merged }) => [id, ...merged]).sort()
  const rows = await statement<Row>(
    ctx.db,
    `select id, customer_id, facts, status, seconds, occurred_at, transcript, retell_call_id, twilio_call_sid
     from call_events where id = any (($1::text[])::uuid[]) order by id for update`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, { ...row, facts: asFacts(row.facts) }]))
}

// Drizzle leaves jsonb as text on the pool it was given
const asFacts = (facts: CallFacts | string): CallFacts =>
  typeof facts === 'string' ? (JSON.parse(facts) as CallFacts) : facts

function mergeOne(subject: Subject, everything: readonly Said<CallEvent>[], rows: ReadonlyMap<string, Row>) {
  const said = subject.members.map((member) => everything[member]).filter((one) => one !== undefined)
  const known = [subject.id, ...subject.merged].map((id) => rows.get(id)).filter((row) => row !== undefined)
  let facts: Facts<CallEvent['fact']> = {}
  for (const row of known) facts = joinFacts(facts, row.facts)
  for (const { event } of said) facts = joinFacts(facts, { [event.register]: event.fact })
  const summary = summarizeCall(facts)
  const numbers = ownNumbers(summary)
    .map(lineOf)
    .filter((line) => line !== undefined)
  const keys = said.flatMap(({ event }) => event.keys)
  const transcripts = [...known.map((row) => row.transcript ?? ''), ...said.map(({ event }) => event.transcript ?? '')]
  return {
    id: subject.id,
    rows: known,
    said,
    facts,
    summary,
    numbers,
    waitsAs: unknownName({
      numbers,
      agentId: summary.agentId,
      names: keys,
      isCharged: (summary.seconds ?? 0) > 0 || (summary.costMicros ?? 0) > 0,
    }),
    customerId: summary.customerId,
    agentId: summary.agentId,
    known: known.map((row) => row.customer_id).find((id) => id !== null) ?? undefined,
    transcript: longest(transcripts),
    retellCallId: nameOf('retell', keys) ?? known.map((row) => row.retell_call_id).find((id) => id !== null) ?? null,
    twilioCallSid: nameOf('twilio', keys) ?? known.map((row) => row.twilio_call_sid).find((id) => id !== null) ?? null,
  }
}
type Merged = ReturnType<typeof mergeOne> & { owner: string | undefined; phoneNumber: string | undefined }

const nameOf = (source: string, keys: readonly string[]): string | undefined =>
  keys.find((key) => key.startsWith(`${source}:`))?.slice(source.length + 1)

/** The longest transcript, of equal ones the last in the alphabet: the same whichever came first. */
function longest(transcripts: readonly string[]): string | null {
  return [...transcripts].sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1) || null
}

/** One charge a call, keyed by its row. A row that was merged away owes nothing any more. */
function chargesOf(call: Merged): Recorded['charges'] {
  const occurredAt = new Date(call.summary.occurredAt).toISOString()
  const voided = call.rows
    .filter((row) => row.id !== call.id && row.customer_id !== null)
    .map((row) => ({
      meter: 'call_seconds' as const,
      idemKey: `call:${row.id}`,
      eventId: call.id,
      customerId: row.customer_id ?? '',
      quantity: 0,
      occurredAt,
    }))
  if (call.owner === undefined || call.summary.seconds === undefined) return voided
  const { owner: customerId, id: eventId } = call
  return [
    ...voided,
    {
      meter: 'call_seconds',
      idemKey: `call:${eventId}`,
      eventId,
      customerId,
      quantity: call.summary.seconds,
      occurredAt,
      aliases: [call.retellCallId, call.twilioCallSid].flatMap((id) => (id === null ? [] : [settledKey(id)])),
    },
  ]
}

async function dropMerged(ctx: Ctx, subjects: readonly Subject[]): Promise<void> {
  const merged = subjects.flatMap((subject) => subject.merged)
  if (merged.length === 0) return
  await statement(ctx.db, 'delete from call_events where id = any (($1::text[])::uuid[])', [merged])
}

const columns = [
  ['id', 'uuid'],
  ['customer_id', 'uuid'],
  ['phone_number', 'text'],
  ['direction', 'text'],
  ['from_number', 'text'],
  ['to_number', 'text'],
  ['agent_id', 'text'],
  ['status', 'text'],
  ['started_at', 'timestamptz'],
  ['ended_at', 'timestamptz'],
  ['occurred_at', 'timestamptz'],
  ['seconds', 'integer'],
  ['seconds_source', 'text'],
  ['cost_micros', 'bigint'],
  ['disconnect_reason', 'text'],
  ['recording_url', 'text'],
  ['summary', 'text'],
  ['sentiment', 'text'],
  ['transcript', 'text'],
  ['retell_call_id', 'text'],
  ['twilio_call_sid', 'text'],
  ['facts', 'jsonb'],
  ['updated_at', 'timestamptz'],
] as const

// a transcript is long: none is sent where it stays as it is
const newest = (column: string) =>
  column === 'transcript' ? 'coalesce(excluded.transcript, call_events.transcript)' : `excluded.${column}`

const upsert = `insert into call_events (${columns.map(([name]) => name).join(', ')})
  select ${columns.map(([name, type]) => (type === 'text' ? name : `${name}::${type}`)).join(', ')}
  from unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(', ')}) as call (${columns.map(([name]) => name).join(', ')})
  order by id
  on conflict (id) do update set ${columns
    .slice(1)
    .map(([name]) => `${name} = ${newest(name)}`)
    .join(', ')}`

async function writeRows(ctx: Ctx, calls: readonly Merged[]): Promise<void> {
  const now = ctx.now.toISOString()
  const instant = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  const asText = (value: string | number | undefined | null) =>
    value === undefined || value === null ? null : String(value)
  const values = calls.map(({ id, owner, phoneNumber, summary, facts, ...call }) => [
    id,
    asText(owner),
    asText(phoneNumber),
    asText(summary.direction),
    asText(summary.from),
    asText(summary.to),
    asText(summary.agentId),
    summary.status,
    instant(summary.startedAt),
    instant(summary.endedAt),
    instant(summary.occurredAt),
    asText(summary.seconds),
    asText(summary.secondsSource),
    asText(summary.costMicros),
    asText(summary.disconnectReason),
    asText(summary.recordingUrl),
    asText(summary.summary),
    asText(summary.sentiment),
    call.rows.some((row) => row.id === id && row.transcript === call.transcript) ? null : call.transcript,
    call.retellCallId,
    call.twilioCallSid,
    JSON.stringify(facts),
    now,
  ])
  await statement(
    ctx.db,
    upsert,
    columns.map((_, index) => values.map((row) => row[index] ?? null)),
  )
}
