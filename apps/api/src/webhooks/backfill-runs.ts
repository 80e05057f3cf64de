import { toWireId } from '@trunkline/core/platform/wire-id'
import { backfillStates } from '@trunkline/core/webhooks/gap'
import { webhookBackfills, webhookGaps } from '@trunkline/db/schema/webhooks-gaps'
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { ZodError, z } from 'zod'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, findLive, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { askableProviders } from '../providers/find-record.ts'

export const backfillGapsSpec = jobSpec({ name: 'webhooks.backfillGaps', input: z.object({}), attempts: 2 })

const runsShown = 5

export const backfillRun = z.object({
  id: z.string(),
  by: z.string(),
  state: z.enum(backfillStates),
  asked: z.number(),
  filled: z.number(),
  unchanged: z.number(),
  unknown: z.number(),
  unanswered: z.number(),
  listed: z.number().describe('What the lists of silent sources held'),
  admitted: z.number().describe('What of it had never come'),
  error: z.string().nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
})

/** Whether providers are asked, which of them can be, and what came of it lately. */
export async function describeBackfill(ctx: Ctx) {
  const runs = await ctx.db.select().from(webhookBackfills).orderBy(desc(webhookBackfills.id)).limit(runsShown)
  return {
    isOn: ctx.env.WEBHOOK_BACKFILL === 'on',
    providers: askableProviders(ctx),
    runs: runs.map(
      ({ id, startedAt, finishedAt, ...run }): z.infer<typeof backfillRun> => ({
        ...run,
        id: toWireId('backfill', id),
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt?.toISOString() ?? null,
      }),
    ),
  }
}

/** Leaves the job that is otherwise due every ten minutes, unless one waits or runs. */
export async function askForBackfill(ctx: Ctx): Promise<{ started: boolean }> {
  if (ctx.env.WEBHOOK_BACKFILL === 'off')
    throw new DomainError('conflict', 'Back-fill is switched off: WEBHOOK_BACKFILL is «off»')
  return await inTransaction(ctx, async (ctx) => {
    const live = await findLive(ctx, backfillGapsSpec, [{}])
    const started = live.length === 0
    if (started) await enqueue(ctx, backfillGapsSpec, {})
    await audit(ctx, { action: 'webhooks.backfill', subject: 'webhooks:gaps', after: { started } })
    return { started }
  })
}

/** Longer than any run lasts. */
const lost = sql`now() - interval '1 hour'`

/** Begins a run, and closes those whose process died. What is old is forgotten. */
export async function beginBackfill(ctx: Ctx): Promise<string> {
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .update(webhookBackfills)
      .set({ state: 'failed', error: 'The process that ran it ended', finishedAt: sql`now()` })
      .where(and(eq(webhookBackfills.state, 'running'), lt(webhookBackfills.startedAt, lost)))
    await ctx.db.delete(webhookBackfills).where(lt(webhookBackfills.startedAt, sql`now() - interval '90 days'`))
    await ctx.db.delete(webhookGaps).where(lt(webhookGaps.updatedAt, sql`now() - interval '30 days'`))
    const id = newId()
    await ctx.db
      .insert(webhookBackfills)
      .values({ id, by: actorLabel(ctx.actor), state: 'running', startedAt: sql`now()` })
    return id
  })
}

/** When the last run began that has read all that it wanted to. */
export async function lastDoneAt(ctx: Ctx): Promise<Date | undefined> {
  const [run] = await ctx.db
    .select({ startedAt: webhookBackfills.startedAt })
    .from(webhookBackfills)
    .where(eq(webhookBackfills.state, 'done'))
    .orderBy(desc(webhookBackfills.id))
    .limit(1)
  return run?.startedAt
}

type Counted = 'asked' | 'filled' | 'unchanged' | 'unknown' | 'unanswered' | 'listed' | 'admitted'

/** Adds to the figures of a run, on the transaction in which it is so. */
export async function countBackfill(ctx: Ctx, runId: string, more: Partial<Record<Counted, number>>): Promise<void> {
  const sums = Object.entries(more).map(([name, by]) => [name, sql`${webhookBackfills[name as Counted]} + ${by}`])
  if (sums.length === 0) return
  await ctx.db.update(webhookBackfills).set(Object.fromEntries(sums)).where(eq(webhookBackfills.id, runId))
}

export async function endBackfill(ctx: Ctx, runId: string, faults: readonly string[]): Promise<void> {
  await ctx.db
    .update(webhookBackfills)
    .set({
      state: faults.length > 0 ? 'failed' : 'done',
      error: faults.length > 0 ? faults.join('; ').slice(0, 1000) : null,
      finishedAt: sql`now()`,
    })
    .where(and(eq(webhookBackfills.id, runId), eq(webhookBackfills.state, 'running')))
  await announce(ctx, ['webhooks'])
}

/** Why a provider could not be asked; `endsIt` where the next question would fare no better. */
export function faultOf(error: unknown): { reason: string; endsIt: boolean } | undefined {
  if (error instanceof CircuitOpenError) return { reason: 'its circuit is open', endsIt: true }
  if (error instanceof ProviderError) return { reason: error.message.slice(0, 300), endsIt: true }
  if (error instanceof ZodError || error instanceof SyntaxError)
    return { reason: 'its answer is not as documented', endsIt: false }
  return undefined
}
