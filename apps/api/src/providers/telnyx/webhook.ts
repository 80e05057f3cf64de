import { kindNamed } from '@trunkline/core/compliance/classify'
import { statedInstant } from '@trunkline/core/events/call'
import { lineOf } from '@trunkline/core/numbers/phone'
import { plainText } from '@trunkline/core/platform/plain-text'
import {
  type Delivery,
  longestId,
  type Reading,
  type VendorEvent,
  type WebhookAdapter,
} from '@trunkline/core/webhooks/adapter'
import { telnyxIdentity } from '@trunkline/core/webhooks/idempotency'
import { jsonOf, readJson } from '../json-body.ts'
import {
  callFact,
  callWords,
  envelopeSchema,
  isInbound,
  keysOf,
  messageFact,
  nameFault,
  partiesOf,
  type Said,
  wordsOf,
} from './event.ts'
import { readOther } from './other.ts'
import { verifyTelnyx } from './signature.ts'

/** What is told of a message's life. Of a click on its link, or of what a business wrote elsewhere, nothing is charged. */
const messageWords = ['message.received', 'message.sent', 'message.finalized', 'message.read']
const isAboutMessage = (said: Said) => messageWords.includes(said.event_type)
const isAboutCall = (said: Said) => callWords.includes(said.event_type)

function saidIn({ body }: Delivery, bodySha256: string): { said: Said; data: unknown } | { other: Reading } | string {
  const read = readJson(body)
  if ('fault' in read) return read.fault
  const parsed = envelopeSchema.safeParse(read.json)
  if (!parsed.success) {
    const other = readOther(read.json, bodySha256)
    return other === undefined ? 'The body is no event with «data.id» and «data.event_type»' : { other }
  }
  const said = parsed.data.data
  const fault = faultOf(said)
  return fault ?? { said, data: (read.json as { data: unknown }).data }
}

function faultOf(said: Said): string | undefined {
  const { payload } = said
  if (!isAboutMessage(said) && !isAboutCall(said)) return undefined
  if (payload === undefined) return `«${said.event_type}» has no payload`
  if (isAboutMessage(said) && (payload.id === undefined || payload.id === ''))
    return `«${said.event_type}» names no message`
  if (isAboutCall(said) && keysOf(payload).length === 0) return `«${said.event_type}» names no call`
  return nameFault(payload)
}

/** The line that is ours, where it can be told without what was said before: only the first event of a call gives its direction. */
function ownLine({ payload }: Said): string | undefined {
  if (payload === undefined) return undefined
  const { from, to } = partiesOf(payload)
  if (payload.direction === undefined) return lineOf(to)
  return lineOf(isInbound(payload) ? to : from)
}

function inboundText({ payload, event_type: type, occurred_at: occurredAt }: Said, receivedAt: number) {
  if (type !== 'message.received' || payload === undefined) return undefined
  const parties = partiesOf(payload)
  const [from, to] = [lineOf(parties.from), lineOf(parties.to)]
  if (from === undefined || to === undefined) return undefined
  const heard = payload.autoresponse_type
  const at = statedInstant(Date.parse(occurredAt ?? ''), receivedAt)
  return {
    from,
    to,
    body: wordsOf(payload) || (payload.subject ?? ''),
    isAnswered: heard !== undefined,
    keyword: kindNamed(heard),
    saidAt: at === undefined ? undefined : new Date(at).toISOString(),
    isElsewhere: payload.type === 'WHATSAPP' || payload.type === 'RCS',
  }
}

function read(delivery: Delivery, bodySha256: string): Reading {
  const found = saidIn(delivery, bodySha256)
  if (typeof found === 'string') return { readable: false, reason: found }
  if ('other' in found) return found.other
  const { said, data } = found
  // `meta` beside it counts the tries
  const content = jsonOf(data)
  return {
    readable: true,
    identity: telnyxIdentity({ eventId: plainText(said.id, longestId) }),
    eventType: plainText(said.event_type, 100).replaceAll(/\s/g, '_'),
    phoneNumber: ownLine(said),
    ...(content === undefined ? {} : { content }),
    inboundText: inboundText(said, delivery.receivedAt),
  }
}

function events(delivery: Delivery, webhookId: string): VendorEvent[] {
  const found = saidIn(delivery, '')
  if (typeof found === 'string') throw new SyntaxError(found)
  if ('other' in found) return []
  const { said } = found
  const { payload } = said
  if (payload === undefined) return []
  const arrived = { receivedAt: delivery.receivedAt, webhookId }
  if (isAboutCall(said)) {
    const fact = callFact(said, payload, arrived)
    return [{ kind: 'call', keys: keysOf(payload), register: `telnyx:${said.event_type}`, fact }]
  }
  if (!isAboutMessage(said)) return []
  const fact = messageFact(said, payload, arrived)
  if (fact === undefined) return []
  const keys = [`telnyx:${plainText(payload.id ?? '', longestId)}`]
  return [{ kind: 'message', keys, register: `telnyx:${fact.status}`, fact }]
}

export const telnyx: WebhookAdapter = {
  provider: 'telnyx',
  doors: { events: { paths: ['/webhooks/telnyx', '/api/telnyx/voice-webhook', '/api/sms/webhook'] } },
  verify: verifyTelnyx,
  read,
  events,
  reading: 3,
}
