import {
  type CallEvent,
  type CallFacts,
  type CallStatus,
  ownNumbers,
  statesDirection,
  summarizeCall,
} from '@trunkline/core/events/call'
import { changedFacts, type Facts, joinFacts, withoutMisread } from '@trunkline/core/events/facts'
import { lineOf } from '@trunkline/core/numbers/phone'
import { unknownName } from '@trunkline/core/numbers/unknown'
import { holdKey, settledKey } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { findOwners, type Owner } from '../customers/find-owner.ts'
import type { Ctx } from '../platform/context.ts'
import { nameHolds } from '../usage/name-holds.ts'
import { upsertCalls } from './call-columns.ts'
import { dropMisread } from './drop-misread.ts'
import { dropMerged, repointKeys, resolveSubjects, type Subject } from './keys.ts'
import type { Recorded, Said } from './record.ts'
import { callTraffic, type TrafficChange } from './traffic.ts'
import { newTranscript, type StoredTranscript, transcriptBytes } from './transcript.ts'

type Row = {
  id: string
  customer_id: string | null
  facts: CallFacts
  status: CallStatus
  seconds: number | null
  occurred_at: string
  retell_call_id: string | null
  twilio_call_sid: string | null
  telnyx_call_id: string | null
} & StoredTranscript

/** Merges statements about calls into their rows and says what each call now owes, and how the hourly counts change. */
export async function recordCalls(
  ctx: Ctx,
  said: readonly Said<CallEvent>[],
): Promise<{ recorded: Recorded[]; traffic: TrafficChange[] }> {
  const subjects = await resolveSubjects(
    ctx,
    'call',
    said.map(({ event }) => event),
  )
  const rows = await lockRows(ctx, subjects, said)
  const merged = subjects.map((subject) => mergeOne(subject, said, rows))
  const owners = await findOwners(ctx, merged)
  const calls = merged.map((call, index) => ({
    ...call,
    owner: (call.isTurned ? ownerOfLine(owners[index]) : undefined) ?? call.known ?? owners[index]?.customerId,
    phoneNumber: owners[index]?.phoneNumber ?? call.numbers[0],
  }))
  await repointKeys(ctx, 'call', subjects)
  await dropMerged(ctx, subjects)
  await dropMisread(ctx, calls)
  await writeRows(ctx, calls)
  await nameHolds(
    ctx,
    calls.flatMap(({ owner: customerId, summary: { holdId }, retellCallId }) =>
      customerId === undefined || holdId === undefined || retellCallId === null
        ? []
        : [{ holdId, customerId, providerId: retellCallId }],
    ),
  )
  const recorded = calls.map(
    (call): Recorded => ({
      kind: 'call',
      eventId: call.id,
      customerId: call.owner,
      numbers: call.numbers,
      waitsAs: call.waitsAs,
      line: call.phoneNumber,
      webhooks: call.said.map(({ webhookId, eventType, receivedAt }) => ({ webhookId, eventType, receivedAt })),
      charges: chargesOf(call),
    }),
  )
  return { recorded, traffic: changesOf(calls) }
}

const ownerOfLine = (owner: Owner | undefined) => (owner?.phoneNumber === undefined ? undefined : owner.customerId)

function changesOf(calls: readonly Merged[]): TrafficChange[] {
  const changes: TrafficChange[] = []
  for (const { rows, summary } of calls) {
    for (const { status, seconds, occurred_at } of rows)
      changes.push(...callTraffic(-1, { status, seconds, at: Date.parse(occurred_at) }))
    const { status, seconds = null, occurredAt: at } = summary
    changes.push(...callTraffic(1, { status, seconds, at }))
  }
  return changes
}

/** Whole transcripts only of rows that become one, and where one is as long as one of those that are said. */
async function lockRows(
  ctx: Ctx,
  subjects: readonly Subject[],
  said: readonly Said<CallEvent>[],
): Promise<Map<string, Row>> {
  const ids = subjects.flatMap(({ id, merged }) => [id, ...merged]).sort()
  const joined = subjects.flatMap(({ id, merged }) => (merged.length === 0 ? [] : [id, ...merged]))
  const rows = await statement<Row>(
    ctx.db,
    `select id, customer_id, facts, status, seconds, occurred_at, octet_length(transcript) as transcript_bytes,
       case when octet_length(transcript) = any (($2::text[])::integer[]) or id = any (($3::text[])::uuid[]) then transcript end as transcript,
       retell_call_id, twilio_call_sid, telnyx_call_id
     from call_events where id = any (($1::text[])::uuid[]) order by id for update`,
    [ids, transcriptBytes(said.map(({ event }) => event)), joined],
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
  const registerOf = new Map(said.map(({ webhookId, event }) => [webhookId, event.register]))
  for (const row of known) facts = joinFacts(facts, withoutMisread(row.facts, registerOf))
  for (const { event } of said) facts = joinFacts(facts, { [event.register]: event.fact })
  const summary = summarizeCall(facts)
  const numbers = ownNumbers(summary)
    .map(lineOf)
    .filter((line) => line !== undefined)
  const keys = said.flatMap(({ event }) => event.keys)
  const own = rows.get(subject.id)
  const transcripts = [...known.filter((row) => row !== own), ...said.map(({ event }) => event)]
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
    /** Nobody had said which way it went: of two customers its line may have been taken for the other's. */
    isTurned: summary.direction !== undefined && !known.some(({ facts }) => statesDirection(facts)),
    known: known.map((row) => row.customer_id).find((id) => id !== null) ?? undefined,
    /** Null where it stays. */
    transcript: newTranscript(
      own,
      transcripts.map(({ transcript }) => transcript ?? ''),
    ),
    changed: changedFacts(own?.facts, facts),
    misread: Object.keys(own?.facts ?? {}).filter((register) => !(register in facts)),
    retellCallId: nameOf('retell', keys) ?? known.map((row) => row.retell_call_id).find((id) => id !== null) ?? null,
    twilioCallSid: nameOf('twilio', keys) ?? known.map((row) => row.twilio_call_sid).find((id) => id !== null) ?? null,
    telnyxCallId: nameOf('telnyx', keys) ?? known.map((row) => row.telnyx_call_id).find((id) => id !== null) ?? null,
  }
}
type Merged = ReturnType<typeof mergeOne> & { owner: string | undefined; phoneNumber: string | undefined }

const nameOf = (source: string, keys: readonly string[]): string | undefined =>
  keys.find((key) => key.startsWith(`${source}:`))?.slice(source.length + 1)

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
  const { owner: customerId, id: eventId } = call
  if (customerId === undefined) return voided
  const { secondsSource: provider, direction } = call.summary
  const traits = { provider, direction, isBooked: isBooked(call) }
  const own = { meter: 'call_seconds', eventId, customerId, occurredAt, ...traits } as const
  const { seconds: quantity, holdId } = call.summary
  if (quantity === undefined) {
    // what was charged for a length that nobody has told, as it is read now, is taken back
    const charged = call.rows.find(({ id, seconds }) => id === eventId && seconds !== null)?.customer_id
    return charged == null
      ? voided
      : [...voided, { ...own, customerId: charged, idemKey: `call:${eventId}`, quantity: 0 }]
  }
  // a leg of Telnyx has two names, and the row keeps one
  const said = call.said.flatMap(({ event }) => event.keys).map((key) => key.slice(key.indexOf(':') + 1))
  const ids = [call.retellCallId, call.twilioCallSid, call.telnyxCallId].filter((id) => id !== null)
  const aliases = [...new Set([...ids, ...said])].map(settledKey)
  return [
    ...voided,
    { ...own, idemKey: `call:${eventId}`, quantity, aliases },
    // under its hold the same call owes nothing, whether that was settled already or will be
    ...(holdId === undefined ? [] : [{ ...own, idemKey: holdKey(holdId), quantity: 0 }]),
  ]
}

/** Whether the row has said the same before, under the same names: what it owes was booked when it was written so. */
function isBooked(call: Merged): boolean {
  const [row, ...others] = call.rows
  return (
    row !== undefined &&
    others.length === 0 &&
    row.id === call.id &&
    row.customer_id === call.owner &&
    row.seconds === call.summary.seconds &&
    row.retell_call_id === call.retellCallId &&
    row.twilio_call_sid === call.twilioCallSid &&
    row.telnyx_call_id === call.telnyxCallId
  )
}

async function writeRows(ctx: Ctx, calls: readonly Merged[]): Promise<void> {
  const now = ctx.now.toISOString()
  const instant = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  // what is undefined is null in the document
  const rows = calls.map(({ id, owner, phoneNumber, summary, changed, ...call }) => [
    id,
    owner,
    phoneNumber,
    summary.direction,
    summary.from,
    summary.to,
    summary.agentId,
    summary.status,
    instant(summary.startedAt),
    instant(summary.endedAt),
    instant(summary.occurredAt),
    summary.seconds,
    summary.secondsSource,
    summary.costMicros,
    summary.disconnectReason,
    summary.recordingUrl,
    summary.summary,
    summary.sentiment,
    call.transcript,
    call.retellCallId,
    call.twilioCallSid,
    call.telnyxCallId,
    changed,
    now,
  ])
  await statement(ctx.db, upsertCalls, [JSON.stringify(rows)])
}
