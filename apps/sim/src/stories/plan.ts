import { draftCall } from '../calls/story.ts'
import { customerNearCap, type Demo, type DemoCustomer, tierCaps, tradeOf } from '../demo-file.ts'
import type { Draft } from '../draft.ts'
import { draftMessage, segmentsOf } from '../messages/story.ts'
import { draftTelnyxCall } from '../telnyx/call.ts'

/** What each customer has used this month, by phone number. */
export type Spending = Record<string, { seconds: number; segments: number }>

/** What a story is about to do: what is told, and what it costs the customers. */
export type Plan = { drafts: Draft[]; spent: Spending }

/** Calm customers stay below this share of their caps, so that a demo does not wear itself out. */
const calmShare = 0.7

export function addSpending(spending: Spending, phoneNumber: string, more: { seconds?: number; segments?: number }) {
  const { seconds = 0, segments = 0 } = spending[phoneNumber] ?? {}
  spending[phoneNumber] = { seconds: seconds + (more.seconds ?? 0), segments: segments + (more.segments ?? 0) }
}

export function mergeSpending(one: Spending, other: Spending): Spending {
  const merged = { ...one }
  for (const [phoneNumber, more] of Object.entries(other)) addSpending(merged, phoneNumber, more)
  return merged
}

export function hasRoomForCalls(demo: Demo, spending: Spending, customer: DemoCustomer) {
  const share = customer === customerNearCap(demo) ? 0 : calmShare
  return (spending[customer.phoneNumber]?.seconds ?? 0) < tierCaps[customer.tier].seconds * share
}

export function hasRoomForTexts(spending: Spending, customer: DemoCustomer) {
  return (spending[customer.phoneNumber]?.segments ?? 0) < tierCaps[customer.tier].segments * calmShare
}

type CallOf = {
  seed: string
  startedAt: number
  seconds: number
  direction: 'inbound' | 'outbound'
  isCarrierReporting?: boolean
}

export function draftCustomerCall(demo: Demo, customer: DemoCustomer, call: CallOf): Draft[] {
  return draftCall({
    ...call,
    customerNumber: customer.phoneNumber,
    agentId: customer.agentId ?? 'agent_unassigned',
    provider: customer.provider,
    twilioAccountSid: demo.twilioAccountSid,
    businessName: customer.businessName,
    trade: tradeOf(customer.businessName),
  })
}

/** A call that comes to a customer's line over Telnyx. */
export function draftTelnyxCustomerCall(customer: DemoCustomer, call: Omit<CallOf, 'direction'>): Draft[] {
  return draftTelnyxCall({ ...call, customerNumber: customer.phoneNumber })
}

export function draftStrangerCall(demo: Demo, call: CallOf): Draft[] {
  return draftCall({
    ...call,
    customerNumber: demo.strangerNumber,
    agentId: 'agent_forgotten',
    provider: 'retell',
    twilioAccountSid: demo.twilioAccountSid,
  })
}

export function draftCustomerText(
  demo: Demo,
  customer: DemoCustomer,
  text: { seed: string; sentAt: number; direction: 'inbound' | 'outbound'; body?: string },
) {
  const drafts = draftMessage({
    ...text,
    customerNumber: customer.phoneNumber,
    twilioAccountSid: demo.twilioAccountSid,
    businessName: customer.businessName,
    trade: tradeOf(customer.businessName),
  })
  return { drafts, segments: segmentsOf(drafts) }
}
