import { alertReference, alertText } from '@trunkline/core/alerts/delivery'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { smsEvents } from '@trunkline/db/schema/events'
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { ProviderError } from '../providers/call.ts'
import { canSendSms, findSentSms, sendSms } from '../providers/twilio/send.ts'
import { lockReceipts } from './note-receipt.ts'
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
  await sendOnce(ctx, alert, attempt, phone)
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

/** Takes the delivery for a minute. Whoever holds an older generation may no longer write. */
async function lease(ctx: Ctx, alert: Alert): Promise<Attempt | undefined> {
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db.select({ id: opsAlerts.id }).from(opsAlerts).where(eq(opsAlerts.id, alert.id)).for('update')
    const [known] = await ctx.db
      .select()
      .from(alertLogs)
      .where(and(eq(alertLogs.alertId, alert.id), eq(alertLogs.channel, 'sms')))
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
      .where(
        and(
          eq(alertLogs.id, known.id),
          eq(alertLogs.state, 'pending'),
          or(isNull(alertLogs.leaseUntil), lt(alertLogs.leaseUntil, sql`now()`)),
        ),
      )
      .returning({ attempts: alertLogs.attempts, generation: alertLogs.leaseGeneration })
    if (taken !== undefined) return { logId: known.id, createdAt: known.createdAt, ...taken }
    if (known.state === 'pending') throw new Error('Another process is delivering this alert')
    return undefined
  })
}

async function sendOnce(ctx: NetCtx, alert: Alert, attempt: Attempt, phone: string): Promise<void> {
  try {
    step('alerts.sending')
    const found =
      attempt.attempts > 1
        ? await findSentSms(ctx, { to: phone, reference: alertReference(alert.id), since: attempt.createdAt })
        : undefined
    const { sid } = found ?? (await sendSms(ctx, { to: phone, body: alertText(alert) }))
    step('alerts.sent')
    await close(ctx, alert, attempt, {
      state: 'sent',
      providerMessageId: sid,
      reason: found === undefined ? null : 'The first attempt had arrived after all',
    })
  } catch (error) {
    const isRefused = error instanceof ProviderError && error.outcome === 'refused'
    const isLast = attempt.attempts >= deliverAlertSpec.attempts
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500)
    const state = isRefused || isLast ? 'failed' : 'pending'
    await close(ctx, alert, attempt, { state, providerMessageId: null, reason })
    if (state === 'failed') ctx.log.error({ alertId: alert.id, reason }, 'alert not delivered')
    if (!isRefused) throw error
  }
}

async function close(
  ctx: Ctx,
  alert: Alert,
  attempt: Attempt,
  end: { state: 'sent' | 'failed' | 'pending'; providerMessageId: string | null; reason: string | null },
): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const receipt = end.providerMessageId === null ? undefined : await receiptOf(ctx, end.providerMessageId)
    const state = receipt ?? end.state
    const [closed] = await ctx.db
      .update(alertLogs)
      .set({
        ...end,
        state,
        leaseUntil: null,
        updatedAt: new Date(),
        deliveredAt: state === 'delivered' ? new Date() : null,
      })
      .where(and(eq(alertLogs.id, attempt.logId), eq(alertLogs.leaseGeneration, attempt.generation)))
      .returning({ id: alertLogs.id })
    if (closed === undefined) return
    await ctx.db.update(opsAlerts).set({ delivery: state }).where(eq(opsAlerts.id, alert.id))
    await announce(ctx, ['alerts'])
  })
}

/** What the carrier had already said of a text before we wrote down that it was sent. */
async function receiptOf(ctx: Ctx, sid: string): Promise<'delivered' | 'failed' | undefined> {
  await lockReceipts(ctx, [sid])
  const [message] = await ctx.db
    .select({ status: smsEvents.status })
    .from(smsEvents)
    .where(eq(smsEvents.messageSid, sid))
    .limit(1)
  if (message?.status === 'delivered' || message?.status === 'read') return 'delivered'
  return message?.status === 'undelivered' || message?.status === 'failed' ? 'failed' : undefined
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
