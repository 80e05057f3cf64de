import type { Draft } from '../draft.ts'
import type { Random } from '../random.ts'
import {
  analysisOf,
  costOf,
  inventLatency,
  inventTokenUsage,
  type RetellCall,
  recordingsOf,
  transcribe,
  utterancesOf,
} from '../retell/call.ts'
import { draftRetellEvent } from '../retell/webhook.ts'
import type { CarrierCall } from '../twilio/voice.ts'
import type { Caller } from './callers.ts'
import { type Conversation, inventConversation } from './conversation.ts'
import { type CallPlan, chooseMiss, type Miss } from './plan.ts'
import { trades } from './scripts.ts'

/** What Retell tells of a call that its agent takes or makes. */
export function draftRetellCall(random: Random, plan: CallPlan, caller: Caller, carrierCall: CarrierCall): Draft[] {
  const base = describeCall(random, plan, caller, carrierCall)
  const analyzedAfterMs = random.integer(2_500, 9_000)
  if (plan.seconds === 0) {
    const call = { ...base, ...missedFacts(random, plan) }
    const analyzed = { ...call, call_analysis: emptyAnalysis }
    return [
      draftRetellEvent('call_ended', call, plan.startedAt),
      draftRetellEvent('call_analyzed', analyzed, plan.startedAt + analyzedAfterMs),
    ]
  }
  const conversation = inventConversation(random, {
    trade: plan.trade ?? random.pick(trades),
    business: plan.businessName ?? 'the office',
    caller,
    seconds: plan.seconds,
    direction: plan.direction,
  })
  const started = { ...base, call_status: 'ongoing' as const, start_timestamp: plan.startedAt }
  const ended = { ...started, ...endedFacts(random, plan, base.call_id, conversation) }
  const endedAt = ended.end_timestamp
  return [
    draftRetellEvent('call_started', started, plan.startedAt),
    draftRetellEvent('call_ended', ended, endedAt),
    draftRetellEvent('call_analyzed', { ...ended, call_analysis: analysisOf(conversation) }, endedAt + analyzedAfterMs),
  ]
}

function describeCall(random: Random, plan: CallPlan, caller: Caller, carrierCall: CarrierCall) {
  return {
    call_id: `call_${random.hex(27)}`,
    call_type: 'phone_call' as const,
    agent_id: plan.agentId,
    agent_version: random.integer(3, 14),
    agent_name: `${plan.businessName ?? 'Front office'} receptionist`,
    direction: plan.direction,
    from_number: carrierCall.from,
    to_number: carrierCall.to,
    telephony_identifier: { twilio_call_sid: carrierCall.callSid },
    metadata: {},
    retell_llm_dynamic_variables: { customer_name: `${caller.firstName} ${caller.lastName}` },
    custom_sip_headers: {},
    data_storage_setting: 'everything' as const,
    opt_in_signed_url: false,
  }
}

function endedFacts(random: Random, plan: CallPlan, callId: string, conversation: Conversation) {
  // charged seconds are rounded up, so the last second has begun
  const durationMs = plan.seconds * 1000 - random.integer(0, 999)
  const facts = {
    call_status: 'ended' as const,
    end_timestamp: plan.startedAt + durationMs,
    duration_ms: durationMs,
    disconnection_reason: random.pickWeighted(disconnections, ({ weight }) => weight).reason,
    call_cost: costOf(plan.seconds),
  }
  if (plan.detail === 'lean') return facts
  const rounds = conversation.turns.filter(({ role }) => role === 'agent').length
  const utterances = utterancesOf(conversation.turns)
  return {
    ...facts,
    collected_dynamic_variables: {},
    transcript: transcribe(conversation.turns),
    transcript_object: utterances,
    transcript_with_tool_calls: utterances,
    ...recordingsOf(callId),
    latency: inventLatency(random, rounds),
    llm_token_usage: inventTokenUsage(random, rounds),
  }
}

const disconnections = [
  { reason: 'user_hangup', weight: 62 },
  { reason: 'agent_hangup', weight: 30 },
  { reason: 'inactivity', weight: 5 },
  { reason: 'call_transfer', weight: 3 },
]

const missedReasons: Record<Miss, string> = {
  busy: 'dial_busy',
  'no-answer': 'dial_no_answer',
  failed: 'dial_failed',
}

function missedFacts(random: Random, plan: CallPlan): Partial<RetellCall> {
  const outcome = chooseMiss(random, plan)
  return {
    call_status: 'not_connected',
    duration_ms: 0,
    disconnection_reason: plan.direction === 'inbound' ? 'concurrency_limit_reached' : missedReasons[outcome],
    transcript: '',
    transcript_with_tool_calls: [],
    call_cost: costOf(0),
  }
}

const emptyAnalysis = {
  call_summary: '',
  in_voicemail: false,
  user_sentiment: 'Unknown',
  call_successful: false,
  custom_analysis_data: {},
}
