import type { Delivery } from '../delivery/dispatch.ts'
import type { Draft } from '../draft.ts'
import { countSegments } from '../twilio/segments.ts'

/** What really happened, however often and in whatever order it was told. */
export type Truth = {
  calls: number
  seconds: number
  messages: number
  segments: number
  forged: number
  unreadable: number
}

export function truthOf(deliveries: readonly Delivery[]): Truth {
  const seconds = new Map<string, number>()
  const segments = new Map<string, number>()
  const genuine = deliveries.filter(({ tampering }) => !tampering).map(({ draft }) => draft)
  for (const draft of genuine) noteMessage(draft, segments)
  for (const draft of genuine) if (draft.provider === 'retell') noteRetellCall(draft, seconds)
  // what Retell reported of a call outranks its carrier
  const reported = new Set(seconds.keys())
  for (const draft of genuine) if (draft.provider === 'twilio') noteCarrierCall(draft, seconds, reported)
  for (const draft of genuine) if (draft.provider === 'telnyx') noteTelnyxCall(draft, seconds)
  return {
    calls: seconds.size,
    seconds: sumOf(seconds),
    messages: segments.size,
    segments: sumOf(segments),
    forged: deliveries.filter(({ tampering }) => tampering && tampering !== 'unreadable').length,
    unreadable: deliveries.filter(({ tampering }) => tampering === 'unreadable').length,
  }
}

function noteRetellCall(draft: Draft & { provider: 'retell' }, seconds: Map<string, number>) {
  const { telephony_identifier: carrier, duration_ms: duration = 0 } = draft.payload.call
  const id = carrier?.twilio_call_sid ?? ''
  seconds.set(id, Math.max(seconds.get(id) ?? 0, Math.ceil(duration / 1000)))
}

function noteCarrierCall(
  { params }: Draft & { provider: 'twilio' },
  seconds: Map<string, number>,
  reported: Set<string>,
) {
  const { CallSid: id, CallDuration } = params
  if (!id || reported.has(id)) return
  seconds.set(id, Math.max(seconds.get(id) ?? 0, Number(CallDuration ?? 0)))
}

function noteTelnyxCall({ payload }: Draft & { provider: 'telnyx' }, seconds: Map<string, number>) {
  const { call_leg_id: leg, billed_duration_secs: billed = 0 } = payload.data.payload
  const id = String(leg)
  seconds.set(id, Math.max(seconds.get(id) ?? 0, Number(billed)))
}

function noteMessage(draft: Draft, segments: Map<string, number>) {
  if (draft.provider === 'twilio' && draft.message) {
    segments.set(draft.params.MessageSid ?? '', countSegments(draft.message.body))
  }
}

function sumOf(counts: Map<string, number>) {
  return [...counts.values()].reduce((sum, count) => sum + count, 0)
}
