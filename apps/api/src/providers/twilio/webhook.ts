import { kindNamed } from '@trunkline/core/compliance/classify'
import {
  type CallFact,
  type CallStatus,
  callStatuses,
  isTerminal,
  longestCallSeconds,
  ownNumbers,
  statedInstant,
} from '@trunkline/core/events/call'
import { type MessageFact, type MessageStatus, messageStatuses } from '@trunkline/core/events/message'
import { lineOf } from '@trunkline/core/numbers/phone'
import { plainText } from '@trunkline/core/platform/plain-text'
import type { Delivery, Reading, VendorEvent, WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import { twilioCallIdentity, twilioMessageIdentity, twilioVoiceIdentity } from '@trunkline/core/webhooks/idempotency'
import { besideEvents, besideOf, readBeside } from './beside.ts'
import { directionNamed, type Form, formReader, type Named, nameOf, otherChannel, text } from './form.ts'
import { readDocument, readOther } from './other.ts'
import { verifyTwilio } from './signature.ts'

const isCallStatus = (word: string | undefined): word is CallStatus => callStatuses.includes(word as CallStatus)
const isMessageStatus = (word: string | undefined): word is MessageStatus =>
  messageStatuses.includes(word as MessageStatus)

function directionOf(form: Form): 'inbound' | 'outbound' | undefined {
  const word = form.get('Direction')
  return word === undefined ? undefined : directionNamed(word)
}

/** A figure that is charged. One that cannot be true is a fault of the whole webhook: charged or uncharged, it would be unseen. */
function figure(form: Form, name: string, atMost: number): number | undefined {
  const text = form.get(name)
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text) && Number(text) <= atMost) return Number(text)
  throw new SyntaxError(`${name} is no whole number up to ${atMost}: ${plainText(JSON.stringify(text), 40)}`)
}

/** `Timestamp` is RFC 2822 and stands on call-progress callbacks only. */
function statedAt(form: Form, receivedAt: number): number | undefined {
  return statedInstant(Date.parse(form.get('Timestamp') ?? ''), receivedAt)
}

const messageSidOf = (form: Form) => form.get('MessageSid') ?? form.get('SmsSid') ?? form.get('SmsMessageSid')
/** A receipt says `MessageStatus`; without it whatever comes in where texts do is one. */
const messageStatusOf = (door: string, form: Form) =>
  (form.get('MessageStatus') ?? (door === 'sms' ? 'received' : form.get('SmsStatus')))?.toLowerCase()

/** Of a text that comes in it tells why another address of ours did not take it. */
const errorOf = (status: string, form: Form) => (status === 'received' ? undefined : text(form, 'ErrorCode', 20))

const callOf = (form: Form) => nameOf(form.get('CallSid'), form.get('CallStatus'), ['CallSid', 'CallStatus'])
const messageOf = (door: string, form: Form) =>
  nameOf(messageSidOf(form), messageStatusOf(door, form), ['MessageSid', 'status'])

/** The call that dialled this leg, and that it is part of: how long that lasted is told of that call. */
function dialledBy(form: Form): Named | undefined {
  const sid = form.get('ParentCallSid')
  return sid === undefined ? undefined : nameOf(sid, '', ['ParentCallSid', 'CallStatus'])
}

/** What a verb of TwiML did, which is told or asked on with the status that the call has had before: dialled, recorded, queued, heard. */
function stepOf(form: Form): string | undefined {
  if (form.get('SequenceNumber') !== undefined || form.get('CallDuration') !== undefined) return undefined
  const steps = ['DialCallSid', 'QueueSid', 'RecordingSid', 'Digits', 'SpeechResult']
  const done = steps.find((name) => form.get(name) !== undefined)
  return done && `${done}:${form.get(done)}`
}

const isOver = (status: string) => isCallStatus(status) && isTerminal(status)
/** Whoever asks at these does what we answer. */
const isAnswered = (door: string) => door === 'voice' || door === 'sms'

function readCall(door: string, form: Form): Reading {
  const beside = besideOf(form)
  if (beside !== undefined) return readBeside(beside, form)
  const [call, parent] = [callOf(form), dialledBy(form)]
  if ('fault' in call) return { readable: false, reason: call.fault }
  if (parent !== undefined && 'fault' in parent) return { readable: false, reason: parent.fault }
  const step = stepOf(form)
  const [from, forwardedFrom] = [lineOf(form.get('From')), lineOf(form.get('ForwardedFrom'))]
  const [own] = ownNumbers({ direction: directionOf(form), from: form.get('From'), to: form.get('To') })
  return {
    readable: true,
    identity:
      door === 'voice'
        ? twilioVoiceIdentity({ callSid: call.sid, status: call.status, step })
        : twilioCallIdentity({
            callSid: call.sid,
            status: call.status,
            sequenceNumber: form.get('SequenceNumber'),
            step,
          }),
    eventType: `${parent === undefined ? 'call' : 'leg'}.${call.status}`,
    phoneNumber: lineOf(own),
    ...(isAnswered(door) && !isOver(call.status)
      ? { inboundCall: { phoneNumber: lineOf(own), from, forwardedFrom, providerId: call.sid } }
      : {}),
  }
}

const numberOf = (address: string | undefined) => lineOf(address?.replace(otherChannel, ''))

function inboundText(form: Form) {
  const [from, to] = [numberOf(form.get('From')), numberOf(form.get('To'))]
  if (from === undefined || to === undefined) return undefined
  const isElsewhere = otherChannel.test(form.get('From') ?? '')
  const heard = form.get('OptOutType')
  return {
    from,
    to,
    body: form.get('Body') ?? '',
    isAnswered: heard !== undefined,
    keyword: kindNamed(heard),
    isElsewhere,
  }
}

function readMessage(door: string, form: Form): Reading {
  const message = messageOf(door, form)
  if ('fault' in message) return { readable: false, reason: message.fault }
  const { sid: messageSid, status } = message
  const own = form.get(status === 'received' ? 'To' : 'From')
  return {
    readable: true,
    identity: twilioMessageIdentity({ messageSid, status, errorCode: errorOf(status, form) }),
    eventType: `message.${status}`,
    phoneNumber: numberOf(own),
    // whichever door it was sent to: told again at the right one it is known already
    ...(status === 'received' ? { inboundText: inboundText(form) } : {}),
  }
}

const isAboutMessages = (door: string) => door === 'sms' || door === 'sms-status'

/** A form says itself what it tells of; where it names a call and a message, the door does. Undefined: of something else. */
function subjectOf(door: string, form: Form): 'call' | 'message' | undefined {
  if (form.get('ConversationSid') !== undefined) return undefined
  const isCall =
    besideOf(form) !== undefined || (form.get('CallSid') !== undefined && form.get('CallStatus') !== undefined)
  const isMessage = messageSidOf(form) !== undefined && messageStatusOf(door, form) !== undefined
  if (isMessage && (isAboutMessages(door) || !isCall)) return 'message'
  return isCall ? 'call' : undefined
}

const namesNothing = (door: string) =>
  `The form names no ${isAboutMessages(door) ? 'MessageSid and status' : 'CallSid and CallStatus'}`

function read(delivery: Delivery, bodySha256: string): Reading {
  const { body, door } = delivery
  const document = readDocument(body, bodySha256)
  if (document !== undefined) return document
  const form = formReader(body)
  const subject = subjectOf(door, form)
  if (subject === 'message') return readMessage(door, form)
  if (subject === 'call') return readCall(door, form)
  return readOther(body, bodySha256) ?? { readable: false, reason: namesNothing(door) }
}

function callEvents(delivery: Delivery, form: Form, webhookId: string): VendorEvent[] {
  const beside = besideEvents(delivery, form, webhookId)
  if (beside !== undefined) return beside
  const call = callOf(form)
  if ('fault' in call) throw new SyntaxError(call.fault)
  const { sid: callSid, status } = call
  if (!isCallStatus(status)) return []
  const at = statedAt(form, delivery.receivedAt)
  const arrived = { at: at ?? 0, source: 'twilio', receivedAt: delivery.receivedAt, webhookId } as const
  const parent = dialledBy(form)
  if (parent !== undefined && 'fault' in parent) throw new SyntaxError(parent.fault)
  if (parent !== undefined)
    return [
      { kind: 'call', keys: [`twilio:${parent.sid}`, `twilio:${callSid}`], register: 'twilio:leg', fact: arrived },
    ]
  const seconds = isTerminal(status) ? figure(form, 'CallDuration', longestCallSeconds) : undefined
  const stated: Partial<CallFact> = {
    direction: directionOf(form),
    from: lineOf(form.get('From')),
    to: lineOf(form.get('To')),
    durationSeconds: seconds,
    startedAt: status === 'in-progress' ? at : undefined,
    endedAt: isTerminal(status) ? at : undefined,
    recordingUrl: text(form, 'RecordingUrl', 2000),
  }
  const said = Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined))
  // what is asked or told once a call is over repeats that it is, and takes nothing from what was measured
  const register = status === 'completed' && seconds === undefined ? 'twilio:completed:unmeasured' : `twilio:${status}`
  return [{ kind: 'call', keys: [`twilio:${callSid}`], register, fact: { ...arrived, status, ...said } }]
}

function messageEvents(delivery: Delivery, form: Form, webhookId: string): VendorEvent[] {
  const message = messageOf(delivery.door, form)
  if ('fault' in message) throw new SyntaxError(message.fault)
  const { sid: messageSid, status } = message
  if (!isMessageStatus(status)) return []
  const stated: Partial<MessageFact> = {
    from: numberOf(form.get('From')),
    to: numberOf(form.get('To')),
    segments: figure(form, 'NumSegments', 1000),
    body: text(form, 'Body', 10_000),
    errorCode: errorOf(status, form),
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
  const { body, door } = delivery
  if (readDocument(body, '') !== undefined) return []
  const form = formReader(body)
  const subject = subjectOf(door, form)
  if (subject === 'message') return messageEvents(delivery, form, webhookId)
  if (subject === 'call') return callEvents(delivery, form, webhookId)
  if (readOther(body, '') === undefined) throw new SyntaxError(namesNothing(door))
  return []
}

export const twilio: WebhookAdapter = {
  provider: 'twilio',
  doors: {
    voice: { paths: ['/webhooks/twilio/voice', '/api/twilio/voice'], asks: 'call' },
    status: { paths: ['/webhooks/twilio/status', '/api/twilio/status'] },
    sms: { paths: ['/webhooks/twilio/sms', '/api/twilio/sms'], asks: 'text' },
    'sms-status': { paths: ['/webhooks/twilio/sms-status'] },
  },
  verify: verifyTwilio,
  read,
  events,
  reading: 2,
  testEvent: ({ id }) => ({
    door: 'status',
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ CallSid: `test-${id}`, CallStatus: 'trunkline-test' }).toString(),
  }),
}
