import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { understandText } from '@trunkline/core/compliance/classify'
import { maskText } from '@trunkline/core/platform/mask'
import { plainText } from '@trunkline/core/platform/plain-text'
import type { Delivery, Reading, WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import { unreadableIdentity } from '@trunkline/core/webhooks/idempotency'
import type { Verdict, WebhookProvider, WebhookState } from '@trunkline/core/webhooks/state'
import type { SaidText } from '../compliance/record-said.ts'
import type { Faults } from '../platform/fault.ts'
import { newId } from '../platform/id.ts'
import type { Logger } from '../platform/log.ts'
import { webhooksReceived } from '../platform/metrics.ts'
import { step } from '../platform/step.ts'
import { adapters } from './adapters.ts'
import type { Arrival } from './arrival.ts'
import type { Intake } from './intake.ts'
import type { OpenSecrets } from './open-secrets.ts'
import { reasonOf } from './record-failure.ts'
import { secretsFor } from './sources.ts'

/** What the doors share: where verified bytes go, with which secrets they are checked, and what is kept of the others. */
export type Inbox = {
  intake: Intake
  secrets: Pick<OpenSecrets, 'current' | 'refresh'>
  mayQuarantine: (address: string, now: number, bytes: number) => boolean
  log: Logger
  faults: Faults
}

export type Incoming = {
  provider: WebhookProvider
  door: string
  url: string
  remoteAddress: string
  rawHeaders: readonly string[]
  headers: Delivery['headers']
  receivedAt: number
}

export type Received = {
  verdict: Verdict
  duplicate: boolean
  /** Whoever kept it has waited for the database in vain. */
  wasSilent: boolean
  webhookId: string | undefined
  reading: Reading | undefined
}

/** Credentials of somebody else's are not kept, nor what only the connection needed; the signature is, because it is evidence. */
const unkept = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'accept',
  'accept-encoding',
])

/**
 * Verifies the bytes, names the event, and keeps it before anybody is answered. A delivery that fails verification is kept
 * too, within bounds, but takes no key: the genuine one that follows is still the first.
 */
export async function receiveWebhook(inbox: Inbox, incoming: Incoming, body: Buffer): Promise<Received> {
  const { provider, receivedAt } = incoming
  const delivery: Delivery = { door: incoming.door, url: incoming.url, headers: incoming.headers, body, receivedAt }
  const adapter = adapters[provider]
  const { verdict, secretId } = adapter.verify(delivery, secretsFor(inbox.secrets.current(), incoming))
  step('receive.verified')
  const bodySha256 = hash('sha256', body)
  if (verdict !== 'verified') {
    webhooksReceived.inc({ provider, outcome: verdict })
    await quarantine(inbox, incoming, { verdict, body, bodySha256 })
    return { verdict, duplicate: false, wasSilent: false, webhookId: undefined, reading: undefined }
  }
  const reading = readOf(inbox, adapter, { delivery, bodySha256 })
  const receipt = await inbox.intake.store(arrivalOf(incoming, { body, bodySha256, verdict, secretId, reading }))
  webhooksReceived.inc({ provider, outcome: receipt.duplicate ? 'duplicate' : 'stored' })
  const { duplicate, webhookId, wasSilent = false } = receipt
  return { verdict, duplicate, wasSilent, webhookId, reading }
}

/** What the adapter reads. Where it fails it is our fault, and no reason not to keep what is proven. */
function readOf(
  { faults }: Inbox,
  adapter: WebhookAdapter,
  { delivery, bodySha256 }: { delivery: Delivery; bodySha256: string },
): Reading {
  try {
    return adapter.read(delivery, bodySha256)
  } catch (error) {
    faults.track({ error, source: 'api', where: `webhooks.read ${adapter.provider}` })
    return { readable: false, reason: `Our reading failed: ${reasonOf(error).text}` }
  }
}

/** Keeps size and hash of a delivery that was too large to keep whole. */
export async function recordTooLarge(
  inbox: Inbox,
  incoming: Incoming,
  seen: { bytes: number; sha256: string },
): Promise<void> {
  webhooksReceived.inc({ provider: incoming.provider, outcome: 'too_large' })
  await quarantine(inbox, incoming, {
    verdict: 'too_large',
    body: Buffer.alloc(0),
    bodySha256: seen.sha256,
    bodyBytes: seen.bytes,
  })
}

async function quarantine(
  inbox: Inbox,
  incoming: Incoming,
  refused: { verdict: Verdict; body: Buffer; bodySha256: string; bodyBytes?: number },
): Promise<void> {
  if (!inbox.mayQuarantine(incoming.remoteAddress, incoming.receivedAt, refused.body.length)) {
    webhooksReceived.inc({ provider: incoming.provider, outcome: 'not_kept' })
    return
  }
  const arrival = arrivalOf(incoming, { ...refused, secretId: undefined, reading: undefined })
  try {
    await inbox.intake.store({ ...arrival, bodyBytes: refused.bodyBytes ?? arrival.bodyBytes })
  } catch (error) {
    // whoever is refused gets the same answer whether or not his delivery could be kept
    inbox.log.warn({ error }, 'a refused delivery was not kept')
  }
}

/** A delivery as it goes to rest. */
export function arrivalOf(
  incoming: Incoming,
  found: {
    body: Buffer
    bodySha256: string
    verdict: Verdict
    secretId: string | undefined
    reading: Reading | undefined
  },
): Arrival {
  const { body, reading } = found
  const isText = isUtf8(body) && !body.includes(0)
  const isReadable = reading?.readable === true
  const state: WebhookState = reading === undefined ? 'quarantined' : isReadable ? 'received' : 'dead'
  const identity = isReadable ? reading.identity : reading && unreadableIdentity(incoming.provider, found.bodySha256)
  return {
    id: newId(),
    key: identity === undefined ? null : hash('sha256', identity),
    provider: incoming.provider,
    door: incoming.door,
    eventType: isReadable ? clean(reading.eventType) : null,
    phoneNumber: (isReadable && reading.phoneNumber) || null,
    url: clean(incoming.url),
    remoteAddress: incoming.remoteAddress,
    headers: JSON.stringify(headerPairs(incoming.rawHeaders)),
    body: isText ? body.toString('utf8') : body.toString('base64'),
    bodyEncoding: isText ? 'utf8' : 'base64',
    bodyBytes: body.length,
    bodySha256: found.bodySha256,
    contentSha256: isReadable && reading.content !== undefined ? hash('sha256', reading.content) : null,
    verdict: found.verdict,
    secretId: found.secretId ?? null,
    state,
    receivedAt: new Date(incoming.receivedAt).toISOString(),
    // what the parser stumbled over may be a number
    lastError: reading?.readable === false ? clean(maskText(reading.reason)) : null,
    revisionOf: null,
    ...(isReadable && { said: saidIn(reading) }),
  }
}

/** What an inbound text asks of us, or undefined where there is none or it is said to the business. */
export function saidIn({ inboundText: text }: Extract<Reading, { readable: true }>): SaidText | undefined {
  const classified = text && understandText(text)
  if (classified?.kind === 'start' && text?.isElsewhere === true) return undefined
  return classified && { ...classified, from: text.from, to: text.to, saidAt: text.saidAt }
}

const clean = (text: string): string => plainText(text, 2000)

function headerPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (!unkept.has(name.toLowerCase())) pairs.push([name, raw[index + 1] ?? ''])
  }
  return pairs
}
