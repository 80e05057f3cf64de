import type { Direction } from './call.ts'
import { type Facts, firstOf, inOrder } from './facts.ts'

/** The words of a message's life, which are Twilio's, in the order of a message's life; `read` follows `delivered`. */
export const messageStatuses = [
  'accepted',
  'scheduled',
  'queued',
  'sending',
  'receiving',
  'sent',
  'partially_delivered',
  'canceled',
  'failed',
  'undelivered',
  'delivered',
  'received',
  'read',
] as const
export type MessageStatus = (typeof messageStatuses)[number]

export type MessageFact = {
  at: number
  source: 'twilio' | 'telnyx'
  receivedAt: number
  webhookId: string
  /** Which version of our reading made it of the bytes; 1 where it says none. */
  reading?: number
  status: MessageStatus
  direction: Direction
  from?: string
  to?: string
  /** Segments as the provider counts them (`NumSegments`, `parts`). */
  segments?: number
  body?: string
  errorCode?: string
  /** Its provider says no more of it, though it was not told what became of it. */
  isFinal?: true
}
export type MessageFacts = Facts<MessageFact>

export type MessageEvent = { kind: 'message'; keys: readonly string[]; register: string; fact: MessageFact }

export type MessageSummary = {
  status: MessageStatus
  direction: Direction
  from: string | undefined
  to: string | undefined
  /** What is charged: undefined while nothing is owed (not sent, failed before the carrier took it). */
  segments: number | undefined
  body: string | undefined
  errorCode: string | undefined
  occurredAt: number
}

/** What the carrier took is charged, whatever became of it. */
export const charged: readonly MessageStatus[] = [
  'received',
  'sent',
  'delivered',
  'undelivered',
  'partially_delivered',
  'read',
]

/**
 * Everything shown and charged of a message. A status callback carries no segments, so an outbound message that the
 * carrier took counts one until a figure arrives; a later figure is a revision.
 */
export function summarizeMessage(facts: MessageFacts): MessageSummary {
  const known = inOrder(
    facts,
    [...messageStatuses].reverse().flatMap((status) => [`twilio:${status}`, `telnyx:${status}`]),
  )
  const rank = Math.max(0, ...known.map((fact) => messageStatuses.indexOf(fact.status)))
  const isCharged = known.some((fact) => charged.includes(fact.status))
  return {
    status: messageStatuses[rank] ?? 'accepted',
    direction: firstOf(known, (fact) => fact.direction) ?? 'outbound',
    from: firstOf(known, (fact) => fact.from),
    to: firstOf(known, (fact) => fact.to),
    // none are counted while a message waits for its sender (Twilio's "num_segments")
    segments: isCharged ? (firstOf(known, (fact) => fact.segments || undefined) ?? 1) : undefined,
    body: firstOf(known, (fact) => fact.body),
    errorCode: firstOf(known, (fact) => fact.errorCode),
    occurredAt: Math.min(...known.map((fact) => fact.receivedAt)),
  }
}

export const messageOutcomes = ['inbound', 'outbound', 'failed'] as const
export type MessageOutcome = (typeof messageOutcomes)[number]

export function messageOutcome(message: { status: MessageStatus; direction: Direction }): MessageOutcome | undefined {
  if (message.status === 'failed' || message.status === 'undelivered' || message.status === 'canceled') return 'failed'
  if (message.direction === 'inbound') return 'inbound'
  return ['sent', 'partially_delivered', 'delivered', 'read'].includes(message.status) ? 'outbound' : undefined
}
