import { patienceSeconds } from '@trunkline/core/alerts/delivery'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, lt, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { giveUpAlert } from './give-up.ts'
import type { Alert, Attempt } from './lease.ts'
import { lockReceipts, receiptOf, tryAgain } from './note-receipt.ts'
import { deliverAlertSpec } from './raise.ts'

export const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

type End =
  | { state: 'sent'; providerMessageId?: string; reason: string | null }
  /** `failed`: by this channel it is not tried again, and the next one is asked. */
  | { state: 'pending' | 'failed'; providerMessageId?: undefined; reason: string }

/** Writes down how an attempt ended, unless its lease was lost meanwhile. */
export async function closeAttempt(ctx: Ctx, alert: Alert, attempt: Attempt, end: End): Promise<boolean> {
  return await inTransaction(ctx, async (ctx) => {
    const { providerMessageId } = end
    if (providerMessageId !== undefined) await lockReceipts(ctx, [providerMessageId])
    // the alert before its texts, as everywhere
    await ctx.db.select({ id: opsAlerts.id }).from(opsAlerts).where(eq(opsAlerts.id, alert.id)).for('update')
    // the carrier may have spoken before we wrote down that it was sent
    const receipt = providerMessageId === undefined ? undefined : await receiptOf(ctx, providerMessageId)
    const [closed] = await ctx.db
      .update(alertLogs)
      .set({
        state: end.state,
        reason: end.reason,
        ...receipt,
        providerMessageId: providerMessageId ?? null,
        attempts: attempt.attempts,
        leaseUntil: null,
        updatedAt: new Date(),
        deliveredAt: receipt?.state === 'delivered' ? new Date() : null,
      })
      .where(and(eq(alertLogs.id, attempt.logId), eq(alertLogs.leaseGeneration, attempt.generation)))
      .returning({ id: alertLogs.id })
    if (closed === undefined) return false
    if (end.state === 'failed') await enqueue(ctx, deliverAlertSpec, { alertId: alert.id })
    else if (receipt?.state === 'failed') await tryAgain(ctx, alert.id)
    else
      await ctx.db
        .update(opsAlerts)
        .set({ delivery: receipt?.state ?? end.state })
        .where(eq(opsAlerts.id, alert.id))
    await announce(ctx, ['alerts'])
    return true
  })
}

type Failed = { error: unknown; hasNext: boolean; refusers: readonly string[] }

/** Who refuses, or has been tried for long enough, leaves it to the next channel. What may yet pass is tried again; what was refused by the last is given up. */
export async function closeFailed(
  ctx: Ctx,
  alert: Alert,
  attempt: Attempt,
  { error, hasNext, refusers }: Failed,
): Promise<void> {
  const isRefused = error instanceof ProviderError && error.outcome === 'refused'
  const isOpen = error instanceof CircuitOpenError
  const refusal = `${refusers.join(' and ')} ${refusers.length === 1 ? 'refuses' : 'refuse'} to send it`
  const tried = isOpen ? { ...attempt, attempts: attempt.attempts - 1 } : attempt
  const reason = wordsOf(error).slice(0, 500)
  if (hasNext && (isRefused || (await isOverdue(ctx, alert)))) {
    const said = isRefused ? `${refusal}. ${reason}` : `Told by another way after ${patienceSeconds} seconds. ${reason}`
    await closeAttempt(ctx, alert, tried, { state: 'failed', reason: said })
    return
  }
  const isOurs = await closeAttempt(ctx, alert, tried, { state: 'pending', reason })
  if (isOpen) await enqueue(ctx, deliverAlertSpec, { alertId: alert.id }, { afterSeconds: error.afterSeconds })
  else if (!isRefused) throw error
  else if (isOurs) await giveUpAlert(ctx, { alertId: alert.id, cause: 'refused', reason: refusal })
}

async function isOverdue(ctx: Ctx, alert: Alert): Promise<boolean> {
  const [overdue] = await ctx.db
    .select({ id: opsAlerts.id })
    .from(opsAlerts)
    .where(
      and(eq(opsAlerts.id, alert.id), lt(opsAlerts.createdAt, sql`now() - make_interval(secs => ${patienceSeconds})`)),
    )
  return overdue !== undefined
}
