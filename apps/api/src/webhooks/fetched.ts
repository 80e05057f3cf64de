import { plainText } from '@trunkline/core/platform/plain-text'
import type { Delivery, Reading, VendorEvent } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { z } from 'zod'
import { telnyxDelivered } from '../providers/telnyx/list.ts'
import { adapters } from './adapters.ts'

/** A webhook as it stands in the inbox. */
type Stored = {
  id: string
  provider: WebhookProvider
  door: string
  url: string
  body: string
  bodyEncoding: 'utf8' | 'base64'
  receivedAt: Date
}

type Readable = Extract<Reading, { readable: true }>

const doors = { call: 'fetched/call', analysis: 'fetched/analysis', message: 'fetched/message' } as const
export type FetchedKind = keyof typeof doors
export const doorOf = (kind: FetchedKind): string => doors[kind]

/** What the door would have known of it, for what could not be read when it came. */
export function readAgain(webhook: Stored): Readable | undefined {
  const { provider, door, url, receivedAt } = webhook
  const body = Buffer.from(webhook.body, webhook.bodyEncoding)
  const delivery: Delivery = { door, url, headers: {}, body, receivedAt: receivedAt.getTime() }
  const reading = adapters[provider].read(delivery, '')
  return reading.readable ? { ...reading, eventType: plainText(reading.eventType, 2000) } : undefined
}

/** What a stored webhook says. A record that we fetched says what the provider's own webhook of it would have said. */
export function eventsOf(webhook: Stored): VendorEvent[] {
  const { provider, door, url } = webhook
  const body = Buffer.from(webhook.body, webhook.bodyEncoding)
  const delivery: Delivery = { door, url, headers: {}, body, receivedAt: webhook.receivedAt.getTime() }
  const { events, reading } = adapters[provider]
  const said = events(isFetched(door) ? asDelivered(provider, delivery) : delivery, webhook.id)
  if (reading !== undefined) for (const event of said) if (event.kind !== 'billing') event.fact.reading = reading
  return said
}

const isFetched = (door: string): boolean => (Object.values(doors) as string[]).includes(door)

/** A fetched record as the webhook that would have told of it. */
export function asDelivered(provider: WebhookProvider, delivery: Delivery): Delivery {
  const record = Buffer.from(delivery.body).toString('utf8')
  if (provider === 'retell') {
    const event = delivery.door === doors.analysis ? 'call_analyzed' : 'call_ended'
    return { ...delivery, door: 'retell', body: Buffer.from(retellBody(event, record)) }
  }
  if (provider === 'twilio')
    return delivery.door === doors.call ? twilioCall(delivery, record) : twilioMessage(delivery, record)
  if (provider === 'telnyx') return telnyxMessage(delivery, record)
  throw new SyntaxError(`Records of ${provider} are not fetched`)
}

function read<Shape extends z.ZodType>(shape: Shape, record: string): z.infer<Shape> {
  const parsed = shape.safeParse(JSON.parse(record))
  if (parsed.success) return parsed.data
  throw new SyntaxError('The fetched record is not as its provider documents it')
}

const retellRecord = z.looseObject({ end_timestamp: z.number().optional().catch(undefined) })

function retellBody(event: 'call_ended' | 'call_analyzed', record: string): string {
  const call = read(retellRecord, record)
  return JSON.stringify({ event, event_timestamp: call.end_timestamp, call })
}

const text = z.string().nullish()
const twilioCallRecord = z.object({
  sid: z.string(),
  status: z.string(),
  duration: text,
  direction: text,
  from: text,
  to: text,
  end_time: text,
  parent_call_sid: text,
})

function twilioCall(delivery: Delivery, record: string): Delivery {
  const call = read(twilioCallRecord, record)
  const form = formOf({
    CallSid: call.sid,
    CallStatus: call.status,
    CallDuration: call.duration,
    Direction: call.direction,
    From: call.from,
    To: call.to,
    Timestamp: call.end_time,
    ParentCallSid: call.parent_call_sid,
  })
  return { ...delivery, door: 'status', body: form }
}

const twilioMessageRecord = z.object({
  sid: z.string(),
  status: z.string(),
  num_segments: text,
  direction: text,
  from: text,
  to: text,
  body: text,
  error_code: z.union([z.string(), z.number()]).nullish(),
  date_created: text,
})

/** A message belongs to the time at which it was sent, and not to that at which we asked. */
function twilioMessage(delivery: Delivery, record: string): Delivery {
  const message = read(twilioMessageRecord, record)
  const isInbound = message.direction?.startsWith('inbound') === true
  const form = formOf({
    MessageSid: message.sid,
    MessageStatus: isInbound ? 'received' : message.status,
    NumSegments: message.num_segments,
    From: message.from,
    To: message.to,
    Body: message.body,
    ErrorCode: message.error_code === null || message.error_code === undefined ? null : String(message.error_code),
  })
  const sentAt = Date.parse(message.date_created ?? '')
  return {
    ...delivery,
    door: isInbound ? 'sms' : 'sms-status',
    body: form,
    receivedAt: Number.isNaN(sentAt) ? delivery.receivedAt : Math.min(sentAt, delivery.receivedAt),
  }
}

const telnyxRecord = z.union([z.looseObject({ uuid: z.string() }), z.looseObject({ id: z.string() })])

function telnyxMessage(delivery: Delivery, record: string): Delivery {
  const { body, at } = telnyxDelivered(read(telnyxRecord, record))
  return {
    ...delivery,
    door: 'telnyx',
    body: Buffer.from(body),
    receivedAt: Math.min(at ?? delivery.receivedAt, delivery.receivedAt),
  }
}

function formOf(fields: Record<string, string | null | undefined>): Buffer {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields))
    if (value !== null && value !== undefined && value !== '') form.set(name, value)
  return Buffer.from(form.toString())
}
