import { afterLostText, alertReference, alertText } from '@trunkline/core/alerts/delivery'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { canSendSms, findSentSms, sendSms } from '../providers/twilio/send.ts'
import { giveUpAlert } from './give-up.ts'
import { findLostTexts, lockReceipts, receiptOf, tryAgain } from './note-receipt.ts'
import { deliverAlertSpec } from './raise.ts'

type Alert = typeof opsAlerts.$inferSelect
type Attempt = { logId: string; attempts: number; createdAt: Date; generation: number }

/**
 * Tells the operator on duty. The attempt is written before the provider is called; before anything is sent a second time
 * Twilio is asked whether it took the first. Without a phone number the alert goes to the log, and says so.
 */
export async function deliverAlert(ctx: NetCtx, input: { alertId: string }): Promise<void> {
  const [alert] = await ctx.db.select().from(opsAlerts).where(eq(opsAlerts.id, input.alertId))
  if (alert === undefined || alert.delivery !== 'pending') return
  if (await isSuperseded(ctx, alert)) {
    await settle(ctx, alert, {
      channel: 'log',
      delivery: 'superseded',
      reason: 'A higher level of the same series stands',
    })
    return
  }
  const lost = await findLostTexts(ctx, alert.id)
  if (lost.texts > 0 && afterLostText(lost).next === 'channel') {
    const reason = `The carrier lost ${lost.texts === 1 ? 'the text' : `${lost.texts} texts`}`
    await giveUpAlert(ctx, { alertId: alert.id, cause: 'lost', reason })
    return
  }
  const phone = ctx.env.ADMIN_PHONE
  if (phone === undefined || !canSendSms(ctx)) {
    ctx.log.warn({ alertId: alert.id, severity: alert.severity, title: alert.title }, 'alert')
    await settle(ctx, alert, {
      channel: 'log',
      delivery: 'logged',
      reason: phone === undefined ? 'ADMIN_PHONE is not set' : 'Twilio is not configured',
    })
    return
  }
  const attempt = await lease(ctx, alert)
  if (attempt === undefined) return
  if ('heldSeconds' in attempt) await enqueue(ctx, deliverAlertSpec, input, { afterSeconds: attempt.heldSeconds + 1 })
  else await sendOnce(ctx, alert, attempt, phone)
}

/** Several levels of one series were passed: only the highest is worth waking somebody. */
async function isSuperseded(ctx: Ctx, alert: Alert): Promise<boolean> {
  const { series, rank } = alert.metadata
  if (series === undefined || rank === undefined) return false
  const [higher] = await ctx.db
    .select({ id: opsAlerts.id })
    .from(opsAlerts)
    .where(
      and(sql`${opsAlerts.metadata} ->> 'series' = ${series}`, sql`(${opsAlerts.metadata} ->> 'rank')::int > ${rank}`),
    )
    .limit(1)
  return higher !== undefined
}

/** Takes the delivery for a minute, or says for how long another process has it. Whoever holds an older generation may no longer write. */
async function lease(ctx: Ctx, alert: Alert): Promise<Attempt | { heldSeconds: number } | undefined> {
  return await inTransaction(ctx, async (ctx) => {
    const [current] = await ctx.db
      .select({ delivery: opsAlerts.delivery })
      .from(opsAlerts)
      .where(eq(opsAlerts.id, alert.id))
      .for('update')
    if (current?.delivery !== 'pending') return undefined
    const ofText = and(eq(alertLogs.alertId, alert.id), eq(alertLogs.channel, 'sms'), eq(alertLogs.state, 'pending'))
    const [known] = await ctx.db
      .select({
        id: alertLogs.id,
        createdAt: alertLogs.createdAt,
        heldSeconds: sql<number>`ceil(extract(epoch from ${alertLogs.leaseUntil} - now()))::int`,
      })
      .from(alertLogs)
      .where(ofText)
    if (known === undefined) {
      const created = {
        id: newId(),
        alertId: alert.id,
        channel: 'sms' as const,
        state: 'pending' as const,
        attempts: 1,
        leaseGeneration: 1,
      }
      await ctx.db
        .insert(alertLogs)
        .values({ ...created, leaseUntil: sql`now() + interval '1 minute'`, updatedAt: ctx.now, createdAt: ctx.now })
      return { logId: created.id, attempts: 1, createdAt: ctx.now, generation: 1 }
    }
    const [taken] = await ctx.db
      .update(alertLogs)
      .set({
        attempts: sql`${alertLogs.attempts} + 1`,
        leaseGeneration: sql`${alertLogs.leaseGeneration} + 1`,
        leaseUntil: sql`now() + interval '1 minute'`,
        updatedAt: ctx.now,
      })
      .where(and(eq(alertLogs.id, known.id), or(isNull(alertLogs.leaseUntil), lt(alertLogs.leaseUntil, sql`now()`))))
      .returning({ attempts: alertLogs.attempts, generation: alertLogs.leaseGeneration })
    if (taken === undefined) return { heldSeconds: Math.max(1, known.heldSeconds) }
    return { logId: known.id, createdAt: known.createdAt, ...taken }
  })
}

async function sendOnce(ctx: NetCtx, alert: Alert, attempt: Attempt, phone: string): Promise<void> {
  try {
    step('alerts.sending')
    const found = attempt.attempts > 1 ? await findArrived(ctx, alert, attempt, phone) : undefined
    const { sid } = found ?? (await sendSms(ctx, { to: phone, body: alertText(alert) }))
    step('alerts.sent')
    await close(ctx, alert, attempt, {
      state: 'sent',
      providerMessageId: sid,
      reason: found === undefined ? null : 'The first attempt had arrived after all',
    })
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500)
    if (error instanceof CircuitOpenError) {
      // Twilio was asked nothing, so this was no try
      await close(ctx, alert, { ...attempt, attempts: attempt.attempts - 1 }, { state: 'pending', reason })
      await enqueue(ctx, deliverAlertSpec, { alertId: alert.id }, { afterSeconds: error.afterSeconds })
      return
    }
    const isOurs = await close(ctx, alert, attempt, { state: 'pending', reason })
    if (!(error instanceof ProviderError && error.outcome === 'refused')) throw error
    if (isOurs) await giveUpAlert(ctx, { alertId: alert.id, cause: 'refused', reason: 'Twilio refuses to send it' })
  }
}

/** The text of this attempt that Twilio took although we never heard so; one whose loss is known is another. */
async function findArrived(ctx: NetCtx, alert: Alert, attempt: Attempt, phone: string) {
  const earlier = await ctx.db
    .select({ sid: alertLogs.providerMessageId })
    .from(alertLogs)
    .where(and(eq(alertLogs.alertId, alert.id), isNotNull(alertLogs.providerMessageId)))
  return await findSentSms(ctx, {
    to: phone,
    reference: alertReference(alert.id),
    since: attempt.createdAt,
    except: earlier.map(({ sid }) => sid ?? ''),
  })
}

type End =
  | { state: 'sent'; providerMessageId: string; reason: string | null }
  | { state: 'pending'; providerMessageId?: undefined; reason: string }

/** Writes down how an attempt ended, unless its lease was lost meanwhile. */
async function close(ctx: Ctx, alert: Alert, attempt: Attempt, end: End): Promise<boolean> {
  return await inTransaction(ctx, async (ctx) => {
    if (end.state === 'sent') await lockReceipts(ctx, [end.providerMessageId])
    // the alert before its texts, as everywhere
    await ctx.db.select({ id: opsAlerts.id }).from(opsAlerts).where(eq(opsAlerts.id, alert.id)).for('update')
    // the carrier may have spoken before we wrote down that it was sent
    const receipt = end.state === 'sent' ? await receiptOf(ctx, end.providerMessageId) : undefined
    const [closed] = await ctx.db
      .update(alertLogs)
      .set({
        state: end.state,
        reason: end.reason,
        ...receipt,
        providerMessageId: end.providerMessageId ?? null,
        attempts: attempt.attempts,
        leaseUntil: null,
        updatedAt: new Date(),
        deliveredAt: receipt?.state === 'delivered' ? new Date() : null,
      })
      .where(and(eq(alertLogs.id, attempt.logId), eq(alertLogs.leaseGeneration, attempt.generation)))
      .returning({ id: alertLogs.id })
    if (closed === undefined) return false
    if (receipt?.state === 'failed') await tryAgain(ctx, alert.id)
    else
      await ctx.db
        .update(opsAlerts)
        .set({ delivery: receipt?.state ?? end.state })
        .where(eq(opsAlerts.id, alert.id))
    await announce(ctx, ['alerts'])
    return true
  })
}

async function settle(
  ctx: Ctx,
  alert: Alert,
  end: { channel: 'log'; delivery: 'superseded' | 'logged'; reason: string },
): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const [settled] = await ctx.db
      .update(opsAlerts)
      .set({ delivery: end.delivery })
      .where(and(eq(opsAlerts.id, alert.id), eq(opsAlerts.delivery, 'pending')))
      .returning({ id: opsAlerts.id })
    if (settled === undefined) return
    await ctx.db
      .update(alertLogs)
      .set({ state: end.delivery, updatedAt: ctx.now })
      .where(
        and(
          eq(alertLogs.alertId, alert.id),
          eq(alertLogs.state, 'pending'),
          or(isNull(alertLogs.leaseUntil), lt(alertLogs.leaseUntil, sql`now()`)),
        ),
      )
    await ctx.db.insert(alertLogs).values({
      id: newId(),
      alertId: alert.id,
      channel: end.channel,
      state: end.delivery,
      attempts: 1,
      reason: end.reason,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    await announce(ctx, ['alerts'])
  })
}
