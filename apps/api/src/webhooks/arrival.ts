import type { Verdict, WebhookProvider, WebhookState } from '@trunkline/core/webhooks/state'
import type { SaidText } from '../compliance/record-said.ts'

/** A delivery as it goes to rest, in the inbox or, while the database is away, in the spool. Plain JSON values only. */
export type Arrival = {
  id: string
  /** SHA-256 (hex) of the event's identity; null: never deduplicated. */
  key: string | null
  provider: WebhookProvider
  door: string
  eventType: string | null
  phoneNumber: string | null
  url: string
  remoteAddress: string
  /** JSON of `[name, value][]`, in the order received. */
  headers: string
  body: string
  bodyEncoding: 'utf8' | 'base64'
  bodyBytes: number
  bodySha256: string
  /** SHA-256 of what the event says, where two tries of one delivery differ in more; absent: the body's own. */
  contentSha256?: string | null
  verdict: Verdict
  secretId: string | null
  state: WebhookState
  receivedAt: string
  lastError: string | null
  revisionOf: string | null
  /** What an inbound text asks of us: written down in the commit that keeps it. */
  said?: SaidText | undefined
}

/** `wasSilent`: the database did not answer, and the arrival lies in the spool. `isRevision`: it was told before, in other words. */
export type Receipt = { duplicate: boolean; webhookId: string; wasSilent?: boolean; isRevision?: boolean }

const batchRows = 200
const batchBytes = 1024 * 1024

/** How many of these, from the first on, go together into one statement. */
export function batchSize(arrivals: Iterable<Arrival>): number {
  let bytes = 0
  let rows = 0
  for (const { body } of arrivals) {
    bytes += body.length
    if (rows >= batchRows || (rows > 0 && bytes > batchBytes)) break
    rows++
  }
  return rows
}
