import type { CallFact, CallStatus } from '@trunkline/core/events/call'
import { toE164 } from '@trunkline/core/numbers/phone'
import { z } from 'zod'

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
  duration_ms: z.number().nonnegative().optional().catch(undefined),
  disconnection_reason: text,
  recording_url: text,
  transcript: text,
  telephony_identifier: z.object({ twilio_call_sid: text }).optional().catch(undefined),
  call_cost: z.object({ combined_cost: number }).optional().catch(undefined),
  call_analysis: z.object({ call_summary: text, user_sentiment: text }).optional().catch(undefined),
})
export type RetellCall = z.infer<typeof callSchema>

export const envelopeSchema = z.object({
  event: z.string().min(1).max(100),
  event_timestamp: z.number().optional().catch(undefined),
  call: z.unknown().optional(),
  data: z.unknown().optional(),
  call_inbound: z.object({ from_number: text, to_number: text }).optional().catch(undefined),
})
export type Envelope = z.infer<typeof envelopeSchema>

/** The call of an envelope; `data` is the old name of `call`. */
export function callOf(envelope: Envelope): RetellCall | undefined {
  const parsed = callSchema.safeParse(envelope.call ?? envelope.data)
  return parsed.success ? parsed.data : undefined
}

const statusOfReason: Record<string, CallStatus> = {
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
}

function statusOf(event: string, call: RetellCall): CallStatus | undefined {
  if (event === 'call_started') return 'in-progress'
  if (event !== 'call_ended' && event !== 'call_analyzed') return undefined
  const named = statusOfReason[call.disconnection_reason ?? '']
  if (named !== undefined) return named
  // `registered` stands on ended calls in Retell's own samples: the word alone proves nothing
  return call.call_status === 'not_connected' || (call.call_status === 'error' && (call.duration_ms ?? 0) === 0)
    ? 'failed'
    : 'completed'
}

const line = (raw: string | undefined): string | undefined =>
  raw === undefined ? undefined : (toE164(raw) ?? raw.slice(0, 100))

const milliseconds = (value: number | undefined): number | undefined =>
  value === undefined || !Number.isFinite(value) || value < 0 || value > 4e12 ? undefined : Math.round(value)

/** Length in milliseconds: `duration_ms`, else end minus start (the older shape has no duration). */
function durationOf(event: string, call: RetellCall): number | undefined {
  if (event !== 'call_ended' && event !== 'call_analyzed') return undefined
  if (call.duration_ms !== undefined) return Math.min(Math.round(call.duration_ms), 7 * 86_400_000)
  if (call.start_timestamp === undefined || call.end_timestamp === undefined) return undefined
  const length = call.end_timestamp - call.start_timestamp
  return length >= 0 && length <= 7 * 86_400_000 ? Math.round(length) : undefined
}

const customerPattern = /^cus_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/

/** Retell's statement as a fact in our words. Cost: Retell's fractional cents as whole micro-dollars. */
export function factOf(
  envelope: Envelope,
  call: RetellCall,
  arrival: { receivedAt: number; webhookId: string },
): CallFact {
  const named = call.metadata?.customer_id
  const customer = typeof named === 'string' ? customerPattern.exec(named) : null
  const cost = call.call_cost?.combined_cost
  const status = statusOf(envelope.event, call)
  const fact: CallFact = {
    at: milliseconds(envelope.event_timestamp) ?? 0,
    source: 'retell',
    receivedAt: arrival.receivedAt,
    webhookId: arrival.webhookId,
    ...(status === undefined ? {} : { status }),
  }
  const stated: Partial<CallFact> = {
    direction: call.direction,
    from: line(call.from_number),
    to: line(call.to_number),
    agentId: call.agent_id?.slice(0, 200),
    customerId: customer?.slice(1).join('-'),
    startedAt: milliseconds(call.start_timestamp),
    endedAt: milliseconds(call.end_timestamp),
    durationMs: durationOf(envelope.event, call),
    costMicros: cost === undefined || cost < 0 || cost > 1e9 ? undefined : Math.round(cost * 10_000),
    disconnectReason: call.disconnection_reason?.slice(0, 200),
    recordingUrl: call.recording_url?.slice(0, 2000),
    summary: call.call_analysis?.call_summary?.slice(0, 4000),
    sentiment: call.call_analysis?.user_sentiment?.slice(0, 50),
  }
  return Object.assign(fact, Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)))
}
