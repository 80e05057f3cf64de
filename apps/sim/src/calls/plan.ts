import type { Random } from '../random.ts'
import type { Trade } from './scripts.ts'

export type Miss = 'busy' | 'no-answer' | 'failed'

export type CallPlan = {
  seed: string | number
  customerNumber: string
  agentId: string
  direction: 'inbound' | 'outbound'
  /** How long they talked; 0 is a call that never connected. */
  seconds: number
  provider: 'retell' | 'twilio'
  startedAt: number
  twilioAccountSid: string
  businessName?: string
  trade?: Trade
  outcome?: Miss
  /** Whether the carrier of a Retell call reports it too. */
  isCarrierReporting?: boolean
  /** `lean` leaves out transcripts and measurements, so that a body is about 1 kB. */
  detail?: 'full' | 'lean'
}

/** Why a call never connected. */
export function chooseMiss(random: Random, plan: CallPlan): Miss {
  return plan.outcome ?? random.pick(['no-answer', 'busy', 'failed'] as const)
}
