import { isBlockCode } from '@trunkline/core/compliance/block-code'
import { type CallFact, type CallStatus, longestCallSeconds, statedInstant } from '@trunkline/core/events/call'
import { charged, type MessageFact, type MessageStatus, messageStatuses } from '@trunkline/core/events/message'
import { lineOf } from '@trunkline/core/numbers/phone'
import { plainText } from '@trunkline/core/platform/plain-text'
import { longestId } from '@trunkline/core/webhooks/adapter'
import { z } from 'zod'
import { quoted, wordMap } from '../json-body.ts'

const text = z.string().optional().catch(undefined)
const side = z.object({ phone_number: text, status: text }).optional().catch(undefined)

/** The part of a payload that we use. A field of another type than documented counts as absent. */
export const payloadSchema = z.object({
  id: text,
  direction: text,
  // a call names a number here, a message a party
  from: z
    .union([z.string(), z.object({ phone_number: text })])
    .optional()
    .catch(undefined),
  to: z
    .union([z.string(), z.array(side)])
    .optional()
    .catch(undefined),
  text,
  subject: text,
  type: text,
  // what is written by WhatsApp or RCS
  body: z
    .object({
      text: z
        .union([z.string(), z.object({ body: text })])
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  status: text,
  // any value: one that is no count is refused, never ignored
  parts: z.unknown().optional(),
  billed_duration_secs: z.unknown().optional(),
  total_cost: z.unknown().optional(),
  errors: z
    .array(
      z
        .object({ code: z.union([z.string(), z.number()]).transform(String) })
        .optional()
        .catch(undefined),
    )
    .optional()
    .catch(undefined),
  autoresponse_type: text,
  call_control_id: text,
  call_leg_id: text,
  start_time: text,
  hangup_cause: text,
  recording_urls: z.object({ mp3: text, wav: text }).optional().catch(undefined),
})
export type Payload = z.infer<typeof payloadSchema>

export const envelopeSchema = z.object({
  data: z.object({
    id: z.string().min(1).max(longestId),
    event_type: z.string().min(1).max(100),
    occurred_at: text,
    payload: payloadSchema.optional().catch(undefined),
  }),
})
export type Said = z.infer<typeof envelopeSchema>['data']

const statusOfWord = wordMap<MessageStatus>({
  queued: 'queued',
  sending: 'sending',
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  sending_failed: 'failed',
  expired: 'failed',
  delivery_failed: 'undelivered',
  // the carrier took it and says no more
  delivery_unconfirmed: 'sent',
  webhook_delivered: 'received',
})

/** How a leg ended that nobody answered. `normal_clearing` ends the others. */
const statusOfCause = wordMap<CallStatus>({
  user_busy: 'busy',
  no_answer: 'no-answer',
  timeout: 'no-answer',
  originator_cancel: 'canceled',
  call_rejected: 'failed',
  not_found: 'failed',
  unspecified: 'failed',
})

const numberOf = (party: Payload['from'] | Payload['to']): string | undefined => {
  if (typeof party === 'string') return party
  const one = Array.isArray(party) ? party[0] : party
  return one?.phone_number
}

export const partiesOf = (payload: Payload) => ({ from: numberOf(payload.from), to: numberOf(payload.to) })

/** Its words: of a text message, or of one of another kind. */
export function wordsOf({ text, body }: Payload): string | undefined {
  if (text !== undefined && text !== '') return text
  return typeof body?.text === 'object' ? body.text.body : body?.text
}

export const isInbound = (payload: Payload): boolean =>
  payload.direction === 'inbound' || payload.direction === 'incoming'

/** How it stands with each to whom it went. */
const wordsIn = ({ to }: Payload): string[] => (Array.isArray(to) ? to.flatMap((one) => one?.status ?? []) : [])

/** Of a message to several: as far as it came with any of them, those first whose carrier took it. */
function furthest(payload: Payload): MessageStatus | undefined {
  const statuses = wordsIn(payload).flatMap((word) => statusOfWord.get(word) ?? [])
  const taken = statuses.filter((status) => charged.includes(status))
  return messageStatuses.findLast((status) => (taken.length > 0 ? taken : statuses).includes(status))
}

export function messageStatus(said: Said): MessageStatus | undefined {
  const { payload, event_type: type } = said
  if (type === 'message.received') return 'received'
  return (payload && furthest(payload)) ?? (type === 'message.sent' ? 'sent' : undefined)
}

/** A figure that is charged. One that cannot be true is a fault of the whole webhook: charged or uncharged, it would be unseen. */
function figure(value: unknown, name: string, atMost: number): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= atMost) return value
  throw new SyntaxError(`${name} is no whole number up to ${atMost}: ${quoted(value)}`)
}

/** Dollars as a decimal text, in millionths. */
function microsOf(cost: unknown): number | undefined {
  if (typeof cost !== 'string' || !/^\d{1,6}(\.\d{1,12})?$/.test(cost)) return undefined
  return Math.round(Number(cost) * 1_000_000)
}

const stated = <Fact>(facts: Fact): Fact =>
  Object.fromEntries(Object.entries(facts as object).filter(([, value]) => value !== undefined)) as Fact

const instantOf = (word: string | undefined, receivedAt: number) => statedInstant(Date.parse(word ?? ''), receivedAt)

/** Why it failed; not that somebody has blocked us, where it went to several and may have been any of them. */
function errorCode({ errors, to }: Payload): string | undefined {
  const code = errors?.find((error) => error !== undefined)?.code
  const isToSeveral = Array.isArray(to) && to.length > 1
  return code === undefined || (isToSeveral && isBlockCode(code)) ? undefined : plainText(code, 20)
}

export function messageFact(
  said: Said,
  payload: Payload,
  at: { receivedAt: number; webhookId: string },
): MessageFact | undefined {
  const status = messageStatus(said)
  if (status === undefined) return undefined
  const { from, to } = partiesOf(payload)
  const words = wordsOf(payload)
  const isUnconfirmed = status === 'sent' && wordsIn(payload).includes('delivery_unconfirmed')
  return stated({
    at: instantOf(said.occurred_at, at.receivedAt) ?? 0,
    source: 'telnyx' as const,
    ...at,
    status,
    direction: isInbound(payload) || status === 'received' ? ('inbound' as const) : ('outbound' as const),
    from: lineOf(from),
    to: lineOf(to),
    segments: figure(payload.parts, 'parts', 1000),
    body: words === undefined || words === '' ? undefined : plainText(words, 10_000),
    errorCode: errorCode(payload),
    isFinal: isUnconfirmed || undefined,
  })
}

/** What is told of a call's life. Everything else is kept in the inbox and says nothing that is charged. */
export const callWords = ['call.initiated', 'call.answered', 'call.hangup', 'call.cost', 'call.recording.saved']

export function callFact(said: Said, payload: Payload, arrived: { receivedAt: number; webhookId: string }): CallFact {
  const type = said.event_type
  const at = instantOf(said.occurred_at, arrived.receivedAt)
  const { from, to } = partiesOf(payload)
  const recording = payload.recording_urls?.mp3 ?? payload.recording_urls?.wav
  const isOver = type === 'call.hangup'
  // of one that could not be worked out the figures are nothing
  const isBilled = type === 'call.cost' && payload.status !== 'error'
  return stated({
    at: at ?? 0,
    source: 'telnyx' as const,
    ...arrived,
    status: statusOf(type, payload),
    direction:
      payload.direction === undefined ? undefined : isInbound(payload) ? ('inbound' as const) : ('outbound' as const),
    from: lineOf(from),
    to: lineOf(to),
    startedAt: type === 'call.answered' ? at : undefined,
    endedAt: isOver ? at : undefined,
    disconnectReason: isOver && payload.hangup_cause !== undefined ? plainText(payload.hangup_cause, 100) : undefined,
    durationSeconds: isBilled
      ? figure(payload.billed_duration_secs, 'billed_duration_secs', longestCallSeconds)
      : undefined,
    costMicros: isBilled ? microsOf(payload.total_cost) : undefined,
    recordingUrl: recording === undefined || recording === '' ? undefined : plainText(recording, 2000),
  })
}

function statusOf(type: string, payload: Payload): CallStatus | undefined {
  if (type === 'call.initiated') return 'ringing'
  if (type === 'call.answered') return 'in-progress'
  if (type !== 'call.hangup') return undefined
  return statusOfCause.get(payload.hangup_cause ?? '') ?? 'completed'
}

/** A leg's two names: what the events join on, and what the API is asked by. */
export function keysOf(payload: Payload): string[] {
  const names = [payload.call_control_id, payload.call_leg_id].filter((name) => name !== undefined && name !== '')
  return names.map((name) => `telnyx:${plainText(name ?? '', longestId)}`)
}

export function nameFault(payload: Payload): string | undefined {
  const names = { id: payload.id, call_control_id: payload.call_control_id, call_leg_id: payload.call_leg_id }
  const tooLong = Object.entries(names).find(([, name]) => (name?.length ?? 0) > longestId)
  return tooLong && `${tooLong[0]} is longer than ${longestId} characters`
}
