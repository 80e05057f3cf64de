import { type CallFact, type CallStatus, callStatuses, ownNumber } from '@trunkline/core/events/call'
import { type MessageFact, type MessageStatus, messageStatuses } from '@trunkline/core/events/message'
import { toE164 } from '@trunkline/core/numbers/phone'
import type { Delivery, Reading, VendorEvent, WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import { twilioCallIdentity, twilioMessageIdentity } from '@trunkline/core/webhooks/idempotency'
import { formOf, verifyTwilio } from './signature.ts'

type Form = { get(name: string): string | undefined }

/** A parameter that is empty says nothing. */
function formReader(body: Uint8Array): Form {
  const form = formOf(body)
  return { get: (name) => form.get(name) || undefined }
}

const line = (raw: string | undefined): string | undefined =>
  raw === undefined ? undefined : (toE164(raw) ?? raw.slice(0, 100))

const isCallStatus = (word: string | undefined): word is CallStatus => callStatuses.includes(word as CallStatus)
const isMessageStatus = (word: string | undefined): word is MessageStatus =>
  messageStatuses.includes(word as MessageStatus)

function directionOf(form: Form): 'inbound' | 'outbound' | undefined {
  const word = form.get('Direction')
  if (word === undefined) return undefined
  return word.startsWith('inbound') ? 'inbound' : 'outbound'
}

const wholeNumber = (text: string | undefined, atMost: number): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) && Number(text) <= atMost ? Number(text) : undefined

/** `Timestamp` is RFC 2822 and stands on call-progress callbacks only. */
function statedAt(form: Form): number | undefined {
  const parsed = Date.parse(form.get('Timestamp') ?? '')
  return Number.isNaN(parsed) ? undefined : parsed
}

const messageSidOf = (form: Form) => form.get('MessageSid') ?? form.get('SmsSid') ?? form.get('SmsMessageSid')
const messageStatusOf = (form: Form) => (form.get('MessageStatus') ?? form.get('SmsStatus'))?.toLowerCase()

function readCall(form: Form): Reading {
  const callSid = form.get('CallSid')
  const status = form.get('CallStatus')
  if (callSid === undefined || status === undefined)
    return { readable: false, reason: 'The form names no CallSid and CallStatus' }
  const own = ownNumber({ direction: directionOf(form), from: form.get('From'), to: form.get('To') })
  return {
    readable: true,
    identity: twilioCallIdentity({ callSid, status, sequenceNumber: form.get('SequenceNumber') }),
    eventType: `call.${status.slice(0, 40)}`,
    phoneNumber: own === undefined ? undefined : toE164(own),
  }
}

function readMessage(door: string, form: Form): Reading {
  const messageSid = messageSidOf(form)
  const status = door === 'sms' ? 'received' : messageStatusOf(form)
  if (messageSid === undefined || status === undefined)
    return { readable: false, reason: 'The form names no MessageSid and status' }
  const own = form.get(status === 'received' ? 'To' : 'From')
  return {
    readable: true,
    identity: twilioMessageIdentity({ messageSid, status, errorCode: form.get('ErrorCode') }),
    eventType: `message.${status.slice(0, 40)}`,
    phoneNumber: own === undefined ? undefined : toE164(own),
  }
}

const isAboutMessage = (door: string) => door === 'sms' || door === 'sms-status'

function read(delivery: Delivery): Reading {
  const form = formReader(delivery.body)
  return isAboutMessage(delivery.door) ? readMessage(delivery.door, form) : readCall(form)
}

function callEvents(delivery: Delivery, form: Form, webhookId: string): VendorEvent[] {
  const callSid = form.get('CallSid')
  const status = form.get('CallStatus')
  if (callSid === undefined || status === undefined) throw new SyntaxError('The form names no CallSid and CallStatus')
  if (!isCallStatus(status)) return []
  const at = statedAt(form)
  const isOver = callStatuses.indexOf(status) >= callStatuses.indexOf('canceled')
  const seconds = isOver ? wholeNumber(form.get('CallDuration'), 7 * 86_400) : undefined
  const stated: Partial<CallFact> = {
    direction: directionOf(form),
    from: line(form.get('From')),
    to: line(form.get('To')),
    durationSeconds: seconds,
    startedAt: status === 'in-progress' ? at : undefined,
    endedAt: isOver ? at : undefined,
    recordingUrl: form.get('RecordingUrl')?.slice(0, 2000),
  }
  const said = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined))
  const fact: CallFact = { at: at ?? 0, source: 'twilio', receivedAt: delivery.receivedAt, webhookId, status, ...said }
  return [{ kind: 'call', keys: [`twilio:${callSid}`], register: `twilio:${status}`, fact }]
}

function messageEvents(delivery: Delivery, form: Form, webhookId: string): VendorEvent[] {
  const messageSid = messageSidOf(form)
  const status = delivery.door === 'sms' ? 'received' : messageStatusOf(form)
  if (messageSid === undefined || status === undefined) throw new SyntaxError('The form names no MessageSid and status')
  if (!isMessageStatus(status)) return []
  const stated: Partial<MessageFact> = {
    from: line(form.get('From')),
    to: line(form.get('To')),
    segments: wholeNumber(form.get('NumSegments'), 1000),
    body: form.get('Body')?.slice(0, 10_000),
    errorCode: form.get('ErrorCode')?.slice(0, 20),
  }
  const said = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined))
  const direction = status === 'received' || status === 'receiving' ? 'inbound' : 'outbound'
  const fact: MessageFact = {
    at: 0,
    source: 'twilio',
    receivedAt: delivery.receivedAt,
    webhookId,
    status,
    direction,
    ...said,
  }
  return [{ kind: 'message', keys: [`twilio:${messageSid}`], register: `twilio:${status}`, fact }]
}

function events(delivery: Delivery, webhookId: string): VendorEvent[] {
  const form = formReader(delivery.body)
  return isAboutMessage(delivery.door)
    ? messageEvents(delivery, form, webhookId)
    : callEvents(delivery, form, webhookId)
}

export const twilio: WebhookAdapter = { provider: 'twilio', verify: verifyTwilio, read, events }
