import { hash } from 'node:crypto'
import { rawOf } from '@trunkline/db/connect'
import { type Heard, recordSaid } from '../compliance/record-said.ts'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import type { RecordProvider } from '../providers/find-record.ts'
import { adapters } from './adapters.ts'
import type { Arrival, Receipt } from './arrival.ts'
import { asDelivered, doorOf, type FetchedKind } from './fetched.ts'
import { saidIn } from './receive.ts'
import { storeArrivals } from './store.ts'

/** A provider's record of what never came, and why it was fetched. */
export type Fetched = {
  provider: RecordProvider
  kind: FetchedKind
  providerId: string
  record: string
  /** The line that it is known to be of. */
  phoneNumber: string | null
}
type Reason = { source: 'reconciliation' | 'back-fill'; runId: string }

/**
 * Takes records into the inbox on the caller's transaction, as they were fetched, each under a key of its own: whoever fetches the
 * same again finds it there. What follows is the ordinary path, which charges a call once, whoever tells of it.
 */
export async function takeInFetched(ctx: Ctx, fetched: readonly Fetched[], reason: Reason): Promise<Receipt[]> {
  const arrivals = fetched.map((one) => arrivalOf(ctx, one, reason))
  const receipts = await storeArrivals(rawOf(ctx.db), arrivals)
  const heard = arrivals.flatMap((arrival, index) => (receipts[index]?.duplicate === false ? heardIn(arrival) : []))
  await recordSaid(rawOf(ctx.db), heard)
  await announce(ctx, ['inbox', 'webhooks'])
  return receipts
}

/** What somebody asked of us in a text that never came, at the time at which he asked. */
function heardIn({ id, provider, door, url, body, receivedAt }: Arrival): Heard[] {
  const stored = { door, url, headers: {}, body: Buffer.from(body), receivedAt: Date.parse(receivedAt) }
  try {
    const delivery = asDelivered(provider, stored)
    const reading = adapters[provider].read(delivery, '')
    const said = reading.readable ? saidIn(reading) : undefined
    return said === undefined ? [] : [{ ...said, webhookId: id, at: new Date(delivery.receivedAt).toISOString() }]
  } catch (error) {
    // what cannot be read is told when it is processed
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function arrivalOf(ctx: Ctx, { provider, kind, providerId, record, phoneNumber }: Fetched, reason: Reason): Arrival {
  return {
    id: newId(),
    key: fetchedKey({ provider, kind, providerId }),
    provider,
    door: doorOf(kind),
    eventType: `${kind}.fetched`,
    phoneNumber,
    url: `${reason.source}:${reason.runId}`,
    remoteAddress: reason.source,
    headers: JSON.stringify([['x-trunkline-source', reason.source]]),
    body: record,
    bodyEncoding: 'utf8',
    bodyBytes: Buffer.byteLength(record),
    bodySha256: hash('sha256', record),
    // it was read from the provider itself, under our account
    verdict: 'verified',
    secretId: null,
    state: 'received',
    receivedAt: ctx.now.toISOString(),
    lastError: null,
    revisionOf: null,
  }
}

export const fetchedKey = (of: Pick<Fetched, 'provider' | 'kind' | 'providerId'>): string =>
  hash('sha256', `fetched:${of.provider}:${of.kind}:${of.providerId}`)
