import { apologies, type KnownLine } from '@trunkline/core/calls/route'
import { classifyText } from '@trunkline/core/compliance/classify'
import { keywordReply } from '@trunkline/core/compliance/keyword-reply'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { InboundCall, InboundText } from '@trunkline/core/webhooks/adapter'
import { answerAgentCall, answerCarrierCall, type CallAnswer } from '../calls/answer-call.ts'
import { findLine, type LineMemory } from '../calls/find-line.ts'
import { hasStoppedBefore } from '../compliance/has-stopped-before.ts'
import { mayContact } from '../compliance/may-contact.ts'
import type { Ctx } from '../platform/context.ts'
import { inboundAnswer, refusal } from '../providers/retell/answer.ts'
import { dialTwiml, emptyTwiml, replyTwiml, sayTwiml, streamTwiml } from '../providers/twilio/twiml.ts'

/** What a door needs to answer with more than a receipt. `isSilent`: the database has just been waited for in vain. */
export type Answering = { ctx: Ctx; lines: LineMemory; isSilent: boolean }

/** What whoever calls hears next. Whatever happens to us, he hears something. */
export async function voiceAnswer({ ctx, lines, isSilent }: Answering, call: InboundCall | undefined): Promise<string> {
  if (call === undefined) return sayTwiml(apologies.unsure)
  try {
    return twimlOf(await answerCarrierCall(ctx, lines, { ...call, isSilent }), call)
  } catch (error) {
    ctx.faults.track({ error, source: 'api', where: 'calls.answer', requestId: ctx.requestId })
    return sayTwiml(apologies.unsure)
  }
}

function twimlOf(answer: CallAnswer, call: InboundCall): string {
  if (answer.to === 'words') return sayTwiml(apologies[answer.why])
  if (answer.to === 'forward') return dialTwiml(answer)
  const { line, holdId, maxSeconds, flagged } = answer
  const known = typeof line === 'string' ? undefined : line
  return streamTwiml({
    url: answer.url,
    parameters: {
      call_sid: call.providerId,
      from: call.from,
      to: call.phoneNumber,
      customer_id: known && toWireId('customer', known.customerId),
      agent_id: known?.agentId ?? undefined,
      hold_id: holdId ?? undefined,
      max_seconds: String(maxSeconds),
      flagged: flagged ? 'true' : undefined,
    },
  })
}

/** What the vendor's agent is told of a call that rings, or that it is not taken. An error of ours costs nobody his call. */
export async function agentAnswer({ ctx, lines, isSilent }: Answering, call: InboundCall): Promise<object> {
  try {
    const answer = await answerAgentCall(ctx, lines, { ...call, isSilent })
    if (!answer.allowed) return refusal
    const { line, holdId, flagged, agentId, maxSeconds } = answer
    const known = typeof line === 'string' ? undefined : line
    const customerId = known && toWireId('customer', known.customerId)
    return inboundAnswer({
      agentId,
      maxSeconds: flagged ? undefined : maxSeconds,
      variables: {
        business_name: known?.businessName,
        timezone: known?.timezone,
        caller_number: call.from,
        customer_id: customerId,
      },
      metadata: { customer_id: customerId, hold_id: holdId ?? undefined, flagged: flagged ? 'true' : undefined },
    })
  } catch (error) {
    ctx.faults.track({ error, source: 'api', where: 'calls.answer', requestId: ctx.requestId })
    return inboundAnswer({ agentId: call.agentId, maxSeconds: undefined, variables: {}, metadata: { flagged: 'true' } })
  }
}

/**
 * STOP, START and HELP are answered at once; everything else is the business’s to answer, and what the provider answered itself is not
 * answered twice. What was guessed from a sentence is answered once a day, and only where it is known to be the first: whoever answers by
 * machine, with a hint how to unsubscribe, would be answered without end.
 */
export async function textAnswer(
  { ctx, lines, isSilent }: Answering,
  text: InboundText | undefined,
  webhookId: string | undefined,
): Promise<string> {
  const said = text === undefined || text.isAnswered ? undefined : classifyText(text.body)
  if (text === undefined || said === undefined || said.rule === 'yes') return emptyTwiml
  if (said.kind === 'start' && text.isElsewhere === true) return emptyTwiml
  if (said.needsReview && (isSilent || (await isToldAlready(ctx, { ...text, webhookId })))) return emptyTwiml
  const { line } = await findLine(ctx, lines, { phoneNumber: text.to, isSilent })
  if (said.kind === 'start' && !isSilent && !(await isBack(ctx, text, line))) return emptyTwiml
  return replyTwiml(keywordReply(said.kind, typeof line === 'string' ? undefined : line.businessName))
}

const patienceMs = 2000

type Told = Pick<InboundText, 'from' | 'to'> & { webhookId: string | undefined }

async function isToldAlready(ctx: Ctx, { from, to, webhookId }: Told): Promise<boolean> {
  if (webhookId === undefined) return true
  return await inTime(ctx, hasStoppedBefore(ctx, { phoneNumber: from, line: to, webhookId }))
}

/** Whether a START has brought somebody back: what others than he have blocked it leaves as it is. */
async function isBack(ctx: Ctx, { from, to }: InboundText, line: KnownLine): Promise<boolean> {
  const customerId = typeof line === 'string' ? null : line.customerId
  const contact = { customerId, line: to, phoneNumber: from, channel: 'sms', purpose: 'service' } as const
  return await inTime(
    ctx,
    mayContact(ctx, contact).then(({ allowed }) => allowed),
  )
}

/** True where nobody can say in time. */
async function inTime(ctx: Ctx, answer: Promise<boolean>): Promise<boolean> {
  const { promise: silence, resolve } = Promise.withResolvers<true>()
  const timer = setTimeout(() => resolve(true), patienceMs)
  try {
    return await Promise.race([answer, silence])
  } catch (error) {
    ctx.log.warn({ error }, 'what somebody had said before could not be looked up')
    return true
  } finally {
    clearTimeout(timer)
  }
}
