import { type CallFact, type CallStatus, longestCallSeconds, statedInstant } from '@trunkline/core/events/call'
import { lineOf } from '@trunkline/core/numbers/phone'
import { plainText } from '@trunkline/core/platform/plain-text'
import { longestId } from '@trunkline/core/webhooks/adapter'
import { z } from 'zod'
import { quoted, wordMap } from '../json-body.ts'

const text = z.string().optional().catch(undefined)
const number = z.number().optional().catch(undefined)

/** The part of Retell's call object that we use. A field of another type than documented counts as absent. */
const callSchema = z.object({
  call_id: z.string().min(1),
  direction: z.enum(['inbound', 'outbound']).optional().catch(undefined),
  from_number: text,
  to_number: text,
  agent_id: text,
  metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  call_status: text,
  start_timestamp: number,
  end_timestamp: number,
  // any value: one that is no length is refused, never ignored
  duration_ms: z.unknown().optional(),
  disconnection_reason: text,
  recording_url: text,
  transcript: text,
  telephony_identifier: z.object({ twilio_call_sid: text }).optional().catch(undefined),
  call_cost: z.object({ combined_cost: number }).optional().catch(undefined),
  call_analysis: z.object({ call_summary: text, user_sentiment: text }).optional().catch(undefined),
})
export type RetellCall = z.infer<typeof callSchema>

/** What rings, or is written, and waits for an answer. Its name is there so that it can be asked about again (retell-sdk, phone-number.d.ts). */
const asked = { from_number: text, to_number: text, agent_id: text }
const name = z.string().min(1).optional().catch(undefined)

export const envelopeSchema = z.object({
  event: z.string().min(1).max(100),
  event_timestamp: z.number().optional().catch(undefined),
  call: z.unknown().optional(),
  data: z.unknown().optional(),
  chat: z.object({ chat_id: text }).optional().catch(undefined),
  call_inbound: z
    .object({ ...asked, call_id: name })
    .optional()
    .catch(undefined),
  chat_inbound: z
    .object({ ...asked, chat_id: name })
    .optional()
    .catch(undefined),
})
export type Envelope = z.infer<typeof envelopeSchema>

/** What an agent calls in the midst of a call ("Custom function", Retell docs): signed as events are, and none. */
export const functionSchema = z
  .object({ name: z.string().min(1).max(90), args: z.looseObject({}), call: z.unknown().optional() })
  .transform(({ name, call }): Envelope => ({ event: `function.${name}`, call }))

/** The call of an envelope; `data` is the old name of `call`. */
export function callOf(envelope: Envelope): RetellCall | undefined {
  const parsed = callSchema.safeParse(envelope.call ?? envelope.data)
  return parsed.success ? parsed.data : undefined
}

/** Why what is told of cannot be known by its names, or undefined where it can. */
export function nameFault(names: Record<string, string | undefined>): string | undefined {
  const tooLong = Object.entries(names).find(([, name]) => (name?.length ?? 0) > longestId)
  return tooLong && `${tooLong[0]} is longer than ${longestId} characters`
}

export const callNames = (call: RetellCall) => ({
  call_id: call.call_id,
  twilio_call_sid: call.telephony_identifier?.twilio_call_sid,
})

/** The names of a call: Retell's, and the carrier's where Retell knows it. */
export function keysOf(call: RetellCall): string[] {
  const carrierSid = call.telephony_identifier?.twilio_call_sid
  return [
    `retell:${plainText(call.call_id, longestId)}`,
    ...(carrierSid === undefined || carrierSid === ''
      ? []
      : // a number of Telnyx's has its leg under the same name
        [
          `${/^(v\d:|[0-9a-f]{8}-[0-9a-f]{4}-)/.test(carrierSid) ? 'telnyx' : 'twilio'}:${plainText(carrierSid, longestId)}`,
        ]),
  ]
}

const statusOfReason = wordMap<CallStatus>({
  dial_busy: 'busy',
  dial_no_answer: 'no-answer',
  user_declined: 'no-answer',
  dial_failed: 'failed',
  invalid_destination: 'failed',
  telephony_provider_permission_denied: 'failed',
  telephony_provider_unavailable: 'failed',
  sip_routing_error: 'failed',
  marked_as_spam: 'failed',
  concurrency_limit_reached: 'failed',
  no_valid_payment: 'failed',
  registered_call_timeout: 'failed',
  error_user_not_joined: 'failed',
})

function statusOf(event: string, call: RetellCall): CallStatus | undefined {
  if (event === 'call_started') return 'in-progress'
  if (event !== 'call_ended' && event !== 'call_analyzed') return undefined
  const named = statusOfReason.get(call.disconnection_reason ?? '')
  if (named !== undefined) return named
  // `registered` stands on ended calls in Retell's own samples: the word alone proves nothing
  return call.call_status === 'not_connected' || (call.call_status === 'error' && !call.duration_ms)
    ? 'failed'
    : 'completed'
}

/**
 * Length in milliseconds, a fraction rounded up: `duration_ms`, else end minus start (the older shape has no duration). A figure that no call
 * can have is a fault of the whole webhook: it would be charged, or left uncharged, unseen.
 */
function durationOf(event: string, call: RetellCall): number | undefined {
  if (event !== 'call_ended' && event !== 'call_analyzed') return undefined
  const { duration_ms: stated, start_timestamp: began, end_timestamp: ended } = call
  if (stated !== undefined && stated !== null) return lengthOr(stated, 'duration_ms')
  if (began === undefined || ended === undefined) return undefined
  return lengthOr(ended - began, 'end_timestamp minus start_timestamp')
}

function lengthOr(value: unknown, name: string): number {
  if (typeof value === 'number' && value >= 0 && value <= longestCallSeconds * 1000) return Math.ceil(value)
  throw new SyntaxError(`${name} is no length of a call: ${quoted(value)}`)
}

/** A wire id of ours as `metadata` carries it back, or undefined where it is none. */
function ownId(value: unknown, prefix: 'cus' | 'hld'): string | undefined {
  const pattern = /^(cus|hld)_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/
  const found = typeof value === 'string' ? pattern.exec(value) : null
  return found?.[1] === prefix ? found.slice(2).join('-') : undefined
}

/** Retell's statement as a fact in our words. Cost: Retell's fractional cents as whole micro-dollars. */
export function factOf(
  envelope: Envelope,
  call: RetellCall,
  arrival: { receivedAt: number; webhookId: string },
): CallFact {
  const cost = call.call_cost?.combined_cost
  const status = statusOf(envelope.event, call)
  const instant = (ms: number | undefined) => statedInstant(ms, arrival.receivedAt)
  const text = (value: string | undefined, atMost: number) =>
    value === undefined || value === '' ? undefined : plainText(value, atMost)
  const fact: CallFact = {
    at: instant(envelope.event_timestamp) ?? 0,
    source: 'retell',
    receivedAt: arrival.receivedAt,
    webhookId: arrival.webhookId,
    ...(status === undefined ? {} : { status }),
  }
  const stated: Partial<CallFact> = {
    direction: call.direction,
    from: lineOf(call.from_number),
    to: lineOf(call.to_number),
    agentId: text(call.agent_id, 200),
    customerId: ownId(call.metadata?.customer_id, 'cus'),
    holdId: ownId(call.metadata?.hold_id, 'hld'),
    startedAt: instant(call.start_timestamp),
    endedAt: instant(call.end_timestamp),
    durationMs: durationOf(envelope.event, call),
    costMicros: cost === undefined || cost < 0 || cost > 1e9 ? undefined : Math.round(cost * 10_000),
    disconnectReason: text(call.disconnection_reason, 200),
    recordingUrl: text(call.recording_url, 2000),
    summary: text(call.call_analysis?.call_summary, 4000),
    sentiment: text(call.call_analysis?.user_sentiment, 50),
  }
  return Object.assign(fact, Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)))
}
