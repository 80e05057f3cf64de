import type { TwilioDraft } from '../draft.ts'
import { toRfc2822 } from '../time.ts'
import { placeOf } from './places.ts'

export type VoiceStatus =
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled'

export type CarrierCall = {
  callSid: string
  accountSid: string
  from: string
  to: string
  direction: 'inbound' | 'outbound-api'
}

const sipCodes: Partial<Record<VoiceStatus, string>> = {
  completed: '200',
  busy: '486',
  'no-answer': '487',
  failed: '404',
}

/** One call-progress request; `seconds` belongs to the last one of a call alone. */
export function draftVoiceStatus(
  call: CarrierCall,
  progress: { status: VoiceStatus; at: number; sequence: number; seconds?: number },
): TwilioDraft {
  const { status, at, sequence, seconds } = progress
  const isOver = seconds !== undefined
  return {
    provider: 'twilio',
    channel: 'voice',
    path: '/webhooks/twilio/status',
    at,
    params: {
      Called: call.to,
      ...placeOf(call.to, 'Called'),
      ...placeOf(call.to, 'To'),
      Direction: call.direction,
      Timestamp: toRfc2822(at),
      CallbackSource: 'call-progress-events',
      ...(isOver && call.direction === 'outbound-api' ? { SipResponseCode: sipCodes[status] ?? '200' } : {}),
      SequenceNumber: String(sequence),
      CallSid: call.callSid,
      To: call.to,
      ...placeOf(call.from, 'Caller'),
      ApiVersion: '2010-04-01',
      CallStatus: status,
      // Duration is billed minutes, CallDuration is seconds
      ...(isOver ? { Duration: String(Math.ceil(seconds / 60)), CallDuration: String(seconds) } : {}),
      From: call.from,
      AccountSid: call.accountSid,
      Caller: call.from,
      ...placeOf(call.from, 'From'),
    },
  }
}
