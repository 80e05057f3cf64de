import type { Account } from '../account.ts'
import { inventCaller } from '../calls/callers.ts'
import { type Trade, trades } from '../calls/scripts.ts'
import { type Draft, type SignedRequest, signDraft } from '../draft.ts'
import { createRandom, type Random } from '../random.ts'
import { countSegments } from '../twilio/segments.ts'
import { draftInboundText, draftMessageStatus, type TextMessage } from '../twilio/sms.ts'
import { inboundTexts, outboundTexts } from './texts.ts'

export type MessagePlan = {
  seed: string | number
  customerNumber: string
  direction: 'inbound' | 'outbound'
  sentAt: number
  twilioAccountSid: string
  businessName?: string
  trade?: Trade
  body?: string
  outcome?: 'delivered' | 'undelivered' | 'failed'
}

/** Everything Twilio tells about one text message, signed at the moment each thing happened. */
export function messageStory(plan: Omit<MessagePlan, 'twilioAccountSid'> & { account: Account }): SignedRequest[] {
  const { account, ...rest } = plan
  return draftMessage({ ...rest, twilioAccountSid: account.twilioAccountSid }).map((draft) =>
    signDraft(draft, account, draft.at),
  )
}

export function draftMessage(plan: MessagePlan): Draft[] {
  const random = createRandom(`message:${plan.seed}`)
  const caller = inventCaller(random)
  const isInbound = plan.direction === 'inbound'
  const message: TextMessage = {
    messageSid: `SM${random.hex(32)}`,
    accountSid: plan.twilioAccountSid,
    from: isInbound ? caller.phoneNumber : plan.customerNumber,
    to: isInbound ? plan.customerNumber : caller.phoneNumber,
    body: plan.body ?? chooseText(random, plan),
    sentAt: plan.sentAt,
  }
  return isInbound ? [draftInboundText(message)] : draftDelivery(random, plan, message)
}

function chooseText(random: Random, plan: MessagePlan) {
  const texts = plan.direction === 'inbound' ? inboundTexts : outboundTexts
  const trade = plan.trade ?? random.pick(trades)
  return random.pick(texts[trade]).replaceAll('{business}', plan.businessName ?? 'The office')
}

/** Segments that a message is charged as. */
export function segmentsOf(drafts: readonly Draft[]) {
  const [first] = drafts
  return first?.provider === 'twilio' && first.message ? countSegments(first.message.body) : 0
}

const undeliveredCodes = [30003, 30005, 30006]

function draftDelivery(random: Random, plan: MessagePlan, message: TextMessage): Draft[] {
  const outcome = plan.outcome ?? random.pickWeighted(outcomes, ({ weight }) => weight).outcome
  const queued = draftMessageStatus(message, { status: 'queued', at: plan.sentAt })
  if (outcome === 'failed') {
    return [queued, draftMessageStatus(message, { status: 'failed', at: plan.sentAt + 700, errorCode: 30008 })]
  }
  const sentAt = plan.sentAt + random.integer(400, 1_500)
  const doneAt = sentAt + random.integer(900, 6_000)
  return [
    queued,
    draftMessageStatus(message, { status: 'sent', at: sentAt }),
    outcome === 'delivered'
      ? draftMessageStatus(message, { status: 'delivered', at: doneAt })
      : draftMessageStatus(message, { status: 'undelivered', at: doneAt, errorCode: random.pick(undeliveredCodes) }),
  ]
}

const outcomes = [
  { outcome: 'delivered' as const, weight: 94 },
  { outcome: 'undelivered' as const, weight: 5 },
  { outcome: 'failed' as const, weight: 1 },
]
