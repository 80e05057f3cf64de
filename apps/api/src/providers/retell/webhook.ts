import { ownNumbers } from '@trunkline/core/events/call'
import { lineOf } from '@trunkline/core/numbers/phone'
import { plainText } from '@trunkline/core/platform/plain-text'
import {
  type Delivery,
  longestId,
  type Reading,
  type VendorEvent,
  type WebhookAdapter,
} from '@trunkline/core/webhooks/adapter'
import { retellIdentity } from '@trunkline/core/webhooks/idempotency'
import { z } from 'zod'
import { readJson } from '../json-body.ts'
import { callNames, callOf, type Envelope, envelopeSchema, factOf, functionSchema, keysOf, nameFault } from './call.ts'
import { verifyRetell } from './signature.ts'

const toldSchema = z.union([envelopeSchema, functionSchema])

function envelopeOf(body: Uint8Array): Envelope | string {
  const read = readJson(body)
  if ('fault' in read) return read.fault
  const parsed = toldSchema.safeParse(read.json)
  return parsed.success ? parsed.data : 'The body has no «event»'
}

function read(delivery: Delivery, bodySha256: string): Reading {
  const envelope = envelopeOf(delivery.body)
  if (typeof envelope === 'string') return { readable: false, reason: envelope }
  const call = callOf(envelope)
  const { call_inbound: ringing, chat_inbound: written, chat } = envelope
  const asked = ringing ?? written
  const callId = call?.call_id ?? ringing?.call_id
  const chatId = chat?.chat_id ?? written?.chat_id
  const fault = nameFault({ call_id: callId, chat_id: chatId, ...(call && callNames(call)) })
  if (fault !== undefined) return { readable: false, reason: fault }
  const from = call?.from_number ?? asked?.from_number
  const to = call?.to_number ?? asked?.to_number
  const direction = call?.direction ?? (asked === undefined ? undefined : 'inbound')
  const [own] = ownNumbers({ direction, from, to })
  return {
    readable: true,
    identity: retellIdentity({
      event: envelope.event,
      callId,
      chatId,
      eventTimestamp: envelope.event_timestamp,
      bodySha256,
    }),
    eventType: plainText(envelope.event, 100),
    phoneNumber: lineOf(own),
    ...(envelope.event === 'call_inbound'
      ? {
          inboundCall: {
            phoneNumber: lineOf(own),
            from: lineOf(from),
            agentId: ringing?.agent_id,
            providerId: ringing?.call_id && plainText(ringing.call_id, longestId),
          },
        }
      : {}),
  }
}

/** Statements about one call's life. Transfers and live transcripts are kept in the inbox and say nothing that is charged. */
const stated = new Set(['call_started', 'call_ended', 'call_analyzed'])
const longestTranscript = 1_000_000

function events(delivery: Delivery, webhookId: string): VendorEvent[] {
  const envelope = envelopeOf(delivery.body)
  if (typeof envelope === 'string') throw new SyntaxError(envelope)
  if (!stated.has(envelope.event)) return []
  const call = callOf(envelope)
  if (call === undefined) throw new SyntaxError(`«${envelope.event}» names no call`)
  const fault = nameFault(callNames(call))
  if (fault !== undefined) throw new SyntaxError(fault)
  return [
    {
      kind: 'call',
      keys: keysOf(call),
      register: `retell:${envelope.event}`,
      fact: factOf(envelope, call, { receivedAt: delivery.receivedAt, webhookId }),
      ...(call.transcript === undefined || call.transcript === ''
        ? {}
        : { transcript: plainText(call.transcript, longestTranscript) }),
    },
  ]
}

export const retell: WebhookAdapter = {
  provider: 'retell',
  doors: { events: { paths: ['/webhooks/retell', '/api/retell/webhook', '/retell-webhook'], asks: 'agent' } },
  verify: verifyRetell,
  read,
  events,
  testEvent: ({ id, now }) => ({
    door: 'events',
    body: JSON.stringify({ event: 'trunkline_test', event_timestamp: now, test: id }),
  }),
}
