import { timingSafeEqual } from 'node:crypto'
import { ownNumbers } from '@trunkline/core/events/call'
import { lineOf } from '@trunkline/core/numbers/phone'
import { plainText } from '@trunkline/core/platform/plain-text'
import type {
  Delivery,
  Reading,
  SigningSecret,
  VendorEvent,
  Verification,
  WebhookAdapter,
} from '@trunkline/core/webhooks/adapter'
import { retellIdentity } from '@trunkline/core/webhooks/idempotency'
import { hmacSha256 } from '../hmac.ts'
import { readJson } from '../json-body.ts'
import { callOf, type Envelope, envelopeSchema, factOf, keysOf, nameFault } from './call.ts'

/** `X-Retell-Signature: v=<unix ms>,d=<64 hex>`: HMAC-SHA256(API key, body ++ ms), five minutes either way (retell-sdk, lib/webhook_auth). */
const headerPattern = /^v=(\d{1,16}),d=([0-9a-f]{64})$/i
const toleranceMs = 300_000

function verify(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const header = delivery.headers['x-retell-signature']
  if (header === undefined || header === '') return { verdict: 'signature_missing' }
  const [, stamp, digest] = headerPattern.exec(header) ?? []
  if (stamp === undefined || digest === undefined) return { verdict: 'malformed_header' }
  const given = Buffer.from(digest, 'hex')
  for (const secret of secrets) {
    if (!timingSafeEqual(hmacSha256(secret, delivery.body, stamp), given)) continue
    const isFresh = Math.abs(delivery.receivedAt - Number(stamp)) <= toleranceMs
    return { verdict: isFresh ? 'verified' : 'timestamp_stale', secretId: secret.id }
  }
  return { verdict: 'signature_invalid' }
}

function envelopeOf(body: Uint8Array): Envelope | string {
  const read = readJson(body)
  if ('fault' in read) return read.fault
  const parsed = envelopeSchema.safeParse(read.json)
  return parsed.success ? parsed.data : 'The body has no «event»'
}

function read(delivery: Delivery, bodySha256: string): Reading {
  const envelope = envelopeOf(delivery.body)
  if (typeof envelope === 'string') return { readable: false, reason: envelope }
  const call = callOf(envelope)
  const fault = call && nameFault(call)
  if (fault !== undefined) return { readable: false, reason: fault }
  const from = call?.from_number ?? envelope.call_inbound?.from_number
  const to = call?.to_number ?? envelope.call_inbound?.to_number
  const direction = call?.direction ?? (envelope.call_inbound === undefined ? undefined : 'inbound')
  const [own] = ownNumbers({ direction, from, to })
  return {
    readable: true,
    identity: retellIdentity({
      event: envelope.event,
      callId: call?.call_id,
      eventTimestamp: envelope.event_timestamp,
      bodySha256,
    }),
    eventType: plainText(envelope.event, 100),
    phoneNumber: lineOf(own),
    ...(envelope.event === 'call_inbound'
      ? { inboundCall: { phoneNumber: lineOf(own), from: lineOf(from), agentId: envelope.call_inbound?.agent_id } }
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
  const fault = nameFault(call)
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

export const retell: WebhookAdapter = { provider: 'retell', verify, read, events }
