import { inTransaction, type NetCtx } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { step } from '../platform/step.ts'
import { admitFetchedSpec, listQueued, markAdmitted, takeQueued } from '../reconciliation/heal.ts'
import { takeInFetched } from './take-in-fetched.ts'
import { withWords } from './with-words.ts'

const atOnce = 100
const againAfterSeconds = 600

/** Takes what a run found missing, and what was asked for, into the inbox. What its provider could not be asked for just now comes later. */
export async function admitFetched(ctx: NetCtx, input: { runId: string }): Promise<void> {
  let after: string | undefined
  let isWhole = true
  for (;;) {
    const queued = await listQueued(ctx, { ...input, after, limit: atOnce })
    if (queued.length === 0) break
    after = queued.at(-1)?.id
    const { whole, left } = await withWords(ctx, queued)
    isWhole &&= left.length === 0
    await inTransaction(ctx, async (ctx) => {
      const still = await takeQueued(
        ctx,
        whole.map(({ id }) => id),
      )
      const fetched = whole.filter(({ id }) => still.has(id))
      const receipts = await takeInFetched(
        ctx,
        fetched.map((one) => ({ ...one, phoneNumber: null })),
        { source: 'reconciliation', runId: input.runId },
      )
      await markAdmitted(
        ctx,
        fetched.map(({ id }, index) => ({ id, webhookId: receipts[index]?.webhookId ?? '' })),
      )
      step('webhooks.fetched_stored')
    })
  }
  if (!isWhole) await enqueue(ctx, admitFetchedSpec, input, { afterSeconds: againAfterSeconds })
}
