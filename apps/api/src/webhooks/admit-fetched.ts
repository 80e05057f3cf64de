import { hash } from 'node:crypto'
import { rawOf } from '@trunkline/db/connect'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { type Fetched, markAdmitted, takeQueued } from '../reconciliation/heal.ts'
import type { Arrival } from './arrival.ts'
import { doorOf } from './fetched.ts'
import { storeArrivals } from './store.ts'

const atOnce = 100

/**
 * Takes the provider's records of what never arrived into the inbox, as they were fetched, each under a key of its own: taken in
 * twice it is there once. What follows is the ordinary path, which charges a call once, whoever tells of it.
 */
export async function admitFetched(ctx: Ctx, input: { runId: string }): Promise<void> {
  for (;;) {
    const taken = await inTransaction(ctx, async (ctx) => {
      const fetched = await takeQueued(ctx, { runId: input.runId, limit: atOnce })
      if (fetched.length === 0) return 0
      const receipts = await storeArrivals(
        rawOf(ctx.db),
        fetched.map((one) => arrivalOf(ctx, one, input.runId)),
      )
      await markAdmitted(
        ctx,
        fetched.map(({ id }, index) => ({ id, webhookId: receipts[index]?.webhookId ?? '' })),
      )
      step('webhooks.fetched_stored')
      await announce(ctx, ['inbox', 'webhooks'])
      return fetched.length
    })
    if (taken === 0) return
  }
}

function arrivalOf(ctx: Ctx, fetched: Fetched, runId: string): Arrival {
  const { provider, kind, providerId, record } = fetched
  return {
    id: newId(),
    key: hash('sha256', `fetched:${provider}:${kind}:${providerId}`),
    provider,
    door: doorOf(kind),
    eventType: `${kind}.fetched`,
    phoneNumber: null,
    url: `reconciliation:${runId}`,
    remoteAddress: 'reconciliation',
    headers: JSON.stringify([['x-trunkline-source', 'reconciliation']]),
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
