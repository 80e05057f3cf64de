import type { Conversation, Turn } from '../calls/conversation.ts'
import type { Random } from '../random.ts'

type Percentiles = { p50: number; p90: number; p95: number; p99: number; max: number; min: number; num: number }
type Utterance = { role: 'agent' | 'user'; content: string; words: { word: string; start: number; end: number }[] }

/** The `call` object of Retell, as far as telephone calls fill it. */
export type RetellCall = {
  call_id: string
  call_type: 'phone_call'
  agent_id: string
  agent_version: number
  agent_name: string
  call_status: 'ongoing' | 'ended' | 'not_connected' | 'error'
  direction: 'inbound' | 'outbound'
  from_number: string
  to_number: string
  telephony_identifier: { twilio_call_sid: string }
  metadata: Record<string, string>
  retell_llm_dynamic_variables: Record<string, string>
  collected_dynamic_variables: Record<string, string>
  custom_sip_headers: Record<string, string>
  data_storage_setting: 'everything'
  opt_in_signed_url: boolean
  start_timestamp: number
  end_timestamp: number
  duration_ms: number
  disconnection_reason: string
  transcript: string
  transcript_object: Utterance[]
  transcript_with_tool_calls: Utterance[]
  recording_url: string
  recording_multi_channel_url: string
  public_log_url: string
  latency: Record<string, Percentiles>
  llm_token_usage: { values: number[]; average: number; num_requests: number }
  call_cost: CallCost
  call_analysis: {
    call_summary: string
    in_voicemail: boolean
    user_sentiment: string
    call_successful: boolean
    custom_analysis_data: Record<string, string | boolean>
  }
}

type CallCost = {
  product_costs: { product: string; unit_price: number; cost: number }[]
  total_duration_seconds?: number
  total_duration_unit_price?: number
  combined_cost: number
}

/** Cents a second. */
const products = [
  { product: 'retell_voice_engine', unitPrice: 0.0916667 },
  { product: 'gpt_4_1_mini', unitPrice: 0.0266667 },
  { product: 'us_telephony', unitPrice: 0.025 },
]

/** What a call cost, in fractional cents. */
export function costOf(seconds: number): CallCost {
  if (seconds === 0) return { product_costs: [], combined_cost: 0 }
  const costs = products.map(({ product, unitPrice }) => ({
    product,
    unit_price: unitPrice,
    cost: roundTo(unitPrice * seconds, 7),
  }))
  return {
    product_costs: costs,
    total_duration_seconds: seconds,
    total_duration_unit_price: roundTo(
      products.reduce((sum, { unitPrice }) => sum + unitPrice, 0),
      7,
    ),
    combined_cost: roundTo(
      costs.reduce((sum, { cost }) => sum + cost, 0),
      7,
    ),
  }
}

export function transcribe(turns: readonly Turn[]) {
  return turns.map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}\n`).join('')
}

export function utterancesOf(turns: readonly Turn[]): Utterance[] {
  return turns.map(({ role, content, startsAt }) => ({
    role,
    content,
    words: content.split(' ').map((word, index) => ({
      word,
      start: roundTo(startsAt + index * 0.384, 3),
      end: roundTo(startsAt + index * 0.384 + 0.31, 3),
    })),
  }))
}

export function inventLatency(random: Random, rounds: number): Record<string, Percentiles> {
  const measures = { e2e: 980, asr: 120, llm: 460, tts: 240 }
  return Object.fromEntries(
    Object.entries(measures).map(([name, middle]) => {
      const p50 = random.integer(Math.round(middle * 0.85), Math.round(middle * 1.2))
      const spread = (factor: number) => Math.round(p50 * factor)
      return [
        name,
        { p50, p90: spread(1.4), p95: spread(1.6), p99: spread(2.1), max: spread(2.3), min: spread(0.7), num: rounds },
      ]
    }),
  )
}

export function inventTokenUsage(random: Random, rounds: number) {
  const values = Array.from({ length: rounds }, (_, round) => 1_180 + round * 74 + random.integer(0, 40))
  const total = values.reduce((sum, value) => sum + value, 0)
  return { values, average: rounds === 0 ? 0 : roundTo(total / rounds, 2), num_requests: rounds }
}

export function analysisOf(conversation: Conversation): RetellCall['call_analysis'] {
  return {
    call_summary: conversation.summary,
    in_voicemail: false,
    user_sentiment: conversation.sentiment,
    call_successful: conversation.isSuccessful,
    custom_analysis_data: { topic: conversation.topic, appointment_booked: conversation.isBooked },
  }
}

export function recordingsOf(callId: string) {
  const folder = `https://recordings.retell.example/${callId}`
  return {
    recording_url: `${folder}/recording.wav`,
    recording_multi_channel_url: `${folder}/recording_multichannel.wav`,
    public_log_url: `${folder}/public_log.txt`,
  }
}

function roundTo(value: number, decimals: number) {
  return Number(value.toFixed(decimals))
}
