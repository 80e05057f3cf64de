import type { Draft } from '../draft.ts'
import type { Random } from '../random.ts'
import { type CarrierCall, draftVoiceStatus, type VoiceStatus } from '../twilio/voice.ts'
import type { Caller } from './callers.ts'
import { type CallPlan, chooseMiss } from './plan.ts'

export function nameCarrierCall(random: Random, plan: CallPlan, caller: Caller): CarrierCall {
  const isInbound = plan.direction === 'inbound'
  return {
    callSid: `CA${random.hex(32)}`,
    accountSid: plan.twilioAccountSid,
    from: isInbound ? caller.phoneNumber : plan.customerNumber,
    to: isInbound ? plan.customerNumber : caller.phoneNumber,
    direction: isInbound ? 'inbound' : 'outbound-api',
  }
}

/** What the carrier tells of a call. */
export function draftCarrierCall(random: Random, plan: CallPlan, call: CarrierCall): Draft[] {
  const ringSeconds = random.integer(2, 9)
  const before: VoiceStatus[] = plan.direction === 'outbound' ? ['initiated', 'ringing'] : ['ringing']
  const drafts = before.map((status, sequence) =>
    draftVoiceStatus(call, { status, sequence, at: plan.startedAt - ringSeconds * 1000 + sequence * 800 }),
  )
  if (plan.seconds === 0) {
    const status = chooseMiss(random, plan)
    return [...drafts, draftVoiceStatus(call, { status, sequence: drafts.length, at: plan.startedAt, seconds: 0 })]
  }
  // the carrier's leg of a Retell call outlasts what Retell reports by a moment
  const seconds = plan.provider === 'retell' ? plan.seconds + random.integer(0, 2) : plan.seconds
  const sequence = drafts.length
  return [
    ...drafts,
    draftVoiceStatus(call, { status: 'in-progress', sequence, at: plan.startedAt }),
    draftVoiceStatus(call, {
      status: 'completed',
      sequence: sequence + 1,
      at: plan.startedAt + seconds * 1000,
      seconds,
    }),
  ]
}
