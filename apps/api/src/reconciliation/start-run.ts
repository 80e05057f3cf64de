import { toWireId } from '@trunkline/core/platform/wire-id'
import {
  longestWindowSeconds,
  type RunTrigger,
  settlingSeconds,
  windowSeconds,
} from '@trunkline/core/reconciliation/run'
import { reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { eq, sql } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { markStale } from './sweep.ts'
import { type RunRow, toRunRow } from './wire.ts'

export const carryOutRunSpec = jobSpec({
  name: 'reconciliation.carryOut',
  input: z.object({ runId: z.uuid() }),
  // an outage of a provider of some minutes is waited out
  attempts: 12,
})

type Asked = { trigger: RunTrigger; from?: string | undefined; to?: string | undefined }

/** Begins a run, or answers the one that is under way: however many ask at once, one runs. */
export async function startRun(ctx: Ctx, input: Asked): Promise<RunRow & { started: boolean }> {
  const window = windowOf(ctx, input)
  return await inTransaction(ctx, async (ctx) => {
    await markStale(ctx)
    const [begun] = await ctx.db
      .insert(reconciliationRuns)
      .values({
        id: newId(),
        trigger: input.trigger,
        state: 'running',
        triggeredBy: actorLabel(ctx.actor),
        windowFrom: window.from,
        windowTo: window.to,
        startedAt: sql`now()`,
        heartbeatAt: sql`now()`,
      })
      .onConflictDoNothing()
      .returning()
    if (begun === undefined) return { ...toRunRow(await presentRun(ctx)), started: false }
    await enqueue(ctx, carryOutRunSpec, { runId: begun.id })
    await audit(ctx, {
      action: 'reconciliation.trigger',
      subject: toWireId('run', begun.id),
      after: { trigger: input.trigger, from: window.from.toISOString(), to: window.to.toISOString() },
    })
    await announce(ctx, ['reconciliation'])
    return { ...toRunRow(begun), started: true }
  })
}

async function presentRun(ctx: Ctx): Promise<typeof reconciliationRuns.$inferSelect> {
  const [running] = await ctx.db.select().from(reconciliationRuns).where(eq(reconciliationRuns.state, 'running'))
  if (running === undefined)
    throw new DomainError('conflict', 'Another run has just ended: ask again', { retryAfterSeconds: 1 })
  return running
}

/** What began from `from` on and was over before `to`. What ended later may not have been told of yet. */
function windowOf(ctx: Ctx, asked: Asked): { from: Date; to: Date } {
  const latest = ctx.now.getTime() - 60_000
  const to = asked.to === undefined ? ctx.now.getTime() - settlingSeconds * 1000 : Date.parse(asked.to)
  const from = asked.from === undefined ? to - windowSeconds * 1000 : Date.parse(asked.from)
  const fields = {
    ...(to > latest ? { to: 'must lie at least a minute ago' } : {}),
    ...(from >= to ? { from: 'must lie before to' } : {}),
    ...(to - from > longestWindowSeconds * 1000 ? { from: 'at most 35 days before to' } : {}),
    ...(from < 0 ? { from: 'lies too far back' } : {}),
  }
  if (Object.keys(fields).length > 0) throw new DomainError('invalid', 'This is no window to compare', { fields })
  return { from: new Date(from), to: new Date(to) }
}
