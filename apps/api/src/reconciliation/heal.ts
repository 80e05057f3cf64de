import { toWireId } from '@trunkline/core/platform/wire-id'
import { reconciliationDifferences } from '@trunkline/db/schema/reconciliation'
import { and, asc, eq, gt, inArray, isNotNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { type RecordProvider, recordProviders } from '../providers/find-record.ts'
import { type HealInput, loadMissing, previewHeal } from './preview-heal.ts'

/** Carried out where webhooks are taken in. */
export const admitFetchedSpec = jobSpec({
  name: 'webhooks.admitFetched',
  input: z.object({ runId: z.uuid() }),
  attempts: 10,
})

/** Takes in what is missing here, exactly as it was previewed: as a webhook each, by the ordinary path. */
export async function healMissing(ctx: Ctx, input: HealInput & { hash: string }): Promise<{ healing: number }> {
  return await inTransaction(ctx, async (ctx) => {
    const { missing } = await loadMissing(ctx, input, { lock: true })
    const plan = await previewHeal(ctx, input)
    if (plan.hash !== input.hash)
      throw new DomainError('conflict', 'What is missing has changed since you looked: look again', {
        fields: { hash: 'is not that of the present preview' },
      })
    if (missing.length === 0) throw new DomainError('conflict', 'Nothing of this is missing here')
    await ctx.db
      .update(reconciliationDifferences)
      .set({ healState: 'queued' })
      .where(
        inArray(
          reconciliationDifferences.id,
          missing.map(({ id }) => id),
        ),
      )
    await enqueue(ctx, admitFetchedSpec, { runId: input.runId })
    await audit(ctx, {
      action: 'reconciliation.heal',
      subject: toWireId('run', input.runId),
      after: { count: plan.count, seconds: plan.seconds, segments: plan.segments, hash: plan.hash },
    })
    await announce(ctx, ['reconciliation'])
    return { healing: plan.count }
  })
}

type Fetched = {
  id: string
  provider: RecordProvider
  kind: 'call' | 'message'
  providerId: string
  record: string
}

/** The next ones that are to be taken in, after one of them. */
export async function listQueued(
  ctx: Ctx,
  input: { runId: string; after: string | undefined; limit: number },
): Promise<Fetched[]> {
  const { id, runId, healState } = reconciliationDifferences
  const after = input.after === undefined ? undefined : gt(id, input.after)
  return toFetched(
    await ctx.db
      .select()
      .from(reconciliationDifferences)
      .where(and(eq(runId, input.runId), eq(healState, 'queued'), after))
      .orderBy(asc(id))
      .limit(input.limit),
  )
}

/** Which of these are still to be taken in and were not erased, locked. Whoever holds them is waited for: he may be one who looks and leaves them. */
export async function takeQueued(ctx: Ctx, ids: readonly string[]): Promise<Set<string>> {
  const { id, healState, record } = reconciliationDifferences
  const rows = await ctx.db
    .select({ id })
    .from(reconciliationDifferences)
    .where(and(inArray(id, [...ids]), eq(healState, 'queued'), isNotNull(record)))
    .orderBy(asc(id))
    .for('update')
  return new Set(rows.map(({ id }) => id))
}

function toFetched(rows: readonly (typeof reconciliationDifferences.$inferSelect)[]): Fetched[] {
  return rows.flatMap((row) => {
    const provider = recordProviders.find((one) => one === row.provider)
    const isWhole = row.kind !== null && row.providerId !== null && row.record !== null
    if (!isWhole || provider === undefined) return []
    return [
      {
        id: row.id,
        provider,
        kind: row.kind ?? 'call',
        providerId: row.providerId ?? '',
        record: row.record ?? '',
      },
    ]
  })
}

/** Says of each which webhook it became. The provider's record stands there from now on. */
export async function markAdmitted(ctx: Ctx, admitted: readonly { id: string; webhookId: string }[]): Promise<void> {
  for (const { id, webhookId } of admitted) {
    await ctx.db
      .update(reconciliationDifferences)
      .set({ healState: 'admitted', healWebhookId: webhookId, healedAt: sql`now()`, record: null })
      .where(eq(reconciliationDifferences.id, id))
  }
  await announce(ctx, ['reconciliation'])
}
