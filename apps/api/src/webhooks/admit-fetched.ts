import { type Ctx, inTransaction } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import { markAdmitted, takeQueued } from '../reconciliation/heal.ts'
import { takeInFetched } from './take-in-fetched.ts'

const atOnce = 100

/** Takes what a run found missing, and what was asked for, into the inbox. */
export async function admitFetched(ctx: Ctx, input: { runId: string }): Promise<void> {
  for (;;) {
    const taken = await inTransaction(ctx, async (ctx) => {
      const fetched = await takeQueued(ctx, { runId: input.runId, limit: atOnce })
      if (fetched.length === 0) return 0
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
      return fetched.length
    })
    if (taken === 0) return
  }
}
