import { afterLostText, alertReference, alertText } from '@trunkline/core/alerts/delivery'
import { isBlockCode } from '@trunkline/core/compliance/block-code'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { openSenders, sendByFirst, type TextSender } from '../providers/text-senders.ts'
import { giveUpAlert } from './give-up.ts'
import { type Alert, type Attempt, keepSender, lease, sendersAfter } from './lease.ts'
import { findLostTexts, lockReceipts, receiptOf, tryAgain } from './note-receipt.ts'
import { deliverAlertSpec } from './raise.ts'

/**
 * Tells the operator on duty. The attempt is written before the provider is called; before anything is sent a second time
 * its provider is asked whether it took the first. What one provider does not take the next is asked for. Without a phone number the
 * alert goes to the log, and says so.
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
  const senders = sendersAfter(openSenders(ctx.env), lost.providers)
  if (lost.texts > 0 && afterLostText(lost).next === 'channel') {
    const reason = `The carrier lost ${lost.texts === 1 ? 'the text' : `${lost.texts} texts`}`
    await giveUpAlert(ctx, { alertId: alert.id, cause: 'lost', reason })
    return
  }
  const phone = ctx.env.ADMIN_PHONE
  if (phone === undefined || senders.length === 0) {
    ctx.log.warn({ alertId: alert.id, severity: alert.severity, title: alert.title }, 'alert')
    await settle(ctx, alert, {
      channel: 'log',
      delivery: 'logged',
      reason: phone === undefined ? 'ADMIN_PHONE is not set' : 'No provider of texts is configured',
    })
    return
  }
  const attempt = await lease(ctx, alert, senders)
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

async function sendOnce(ctx: NetCtx, alert: Alert, attempt: Attempt, phone: string): Promise<void> {
  let { provider } = attempt
  const choose = async (sender: TextSender) => {
    const isOurs = sender.provider === provider || (await keepSender(ctx, attempt, sender))
    if (isOurs) provider = sender.provider
    return isOurs
  }
  try {
    step('alerts.sending')
    const asked = attempt.attempts > 1 ? await findArrived(ctx, alert, attempt, phone) : {}
    const message = { to: phone, body: alertText(alert), choose }
    const sent = asked.arrived ?? (await send(ctx, attempt, asked, message))
    // somebody else has taken it over
    if (sent === undefined) return
    step('alerts.sent')
    await close(ctx, alert, attempt, {
      state: 'sent',
      providerMessageId: sent.id,
      reason: asked.arrived
        ? 'The first attempt had arrived after all'
        : reasonFor([asked.silent && doubtOf(attempt), ...sent.after.map(wordsOf)]),
    })
  } catch (error) {
    const reason = wordsOf(error).slice(0, 500)
    if (error instanceof CircuitOpenError) {
      // nobody was asked to send, or refused, so this was no try, and whom an earlier one may have reached is asked again
      if (attempt.senders[0]) await keepSender(ctx, attempt, attempt.senders[0])
      await close(ctx, alert, { ...attempt, attempts: attempt.attempts - 1 }, { state: 'pending', reason })
      await enqueue(ctx, deliverAlertSpec, { alertId: alert.id }, { afterSeconds: error.afterSeconds })
      return
    }
    const isOurs = await close(ctx, alert, attempt, { state: 'pending', reason })
    if (!(error instanceof ProviderError && error.outcome === 'refused')) throw error
    const refusers = attempt.senders.filter((sender) => sender.provider === provider || !isBlockCode(error.code))
    const words = `${refusers.map(({ name }) => name).join(' and ')} ${refusers.length === 1 ? 'refuses' : 'refuse'} to send it`
    if (isOurs) await giveUpAlert(ctx, { alertId: alert.id, cause: 'refused', reason: words })
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function reasonFor(said: readonly (string | undefined)[]): string | null {
  const words = said.filter((one) => one !== undefined)
  return words.length === 0 ? null : words.join('. ').slice(0, 500)
}

/** `silent`: the one who may have sent it could not be asked. */
type Asked = { arrived?: { id: string; after: readonly unknown[] }; silent?: CircuitOpenError }

const doubtOf = ({ senders }: Attempt) => `${senders[0]?.name} may have sent it too and could not be asked`

/**
 * By the first that takes it. A provider that has failed so often that it is not even asked leaves the doubt, and the word to the next:
 * told twice is better than not at all. What that one refuses is not over: the first may yet take it.
 */
async function send(ctx: NetCtx, { senders }: Attempt, { silent }: Asked, message: Parameters<typeof sendByFirst>[2]) {
  if (silent === undefined) return await sendByFirst(ctx, senders, message)
  try {
    return await sendByFirst(ctx, senders.slice(1), message)
  } catch (error) {
    throw error instanceof ProviderError && error.outcome === 'refused' ? silent : error
  }
}

/** The text of this attempt that its provider took although we never heard so; one whose loss is known is another. */
async function findArrived(ctx: NetCtx, alert: Alert, attempt: Attempt, phone: string): Promise<Asked> {
  const [chosen, ...others] = attempt.senders
  if (chosen === undefined) return {}
  const earlier = await ctx.db
    .select({ id: alertLogs.providerMessageId })
    .from(alertLogs)
    .where(and(eq(alertLogs.alertId, alert.id), isNotNull(alertLogs.providerMessageId)))
  try {
    const found = await chosen.findSent(ctx, {
      to: phone,
      reference: alertReference(alert.id),
      since: attempt.createdAt,
      except: earlier.map(({ id }) => id ?? ''),
    })
    return found ? { arrived: { ...found, after: [] } } : {}
  } catch (error) {
    if (!(error instanceof CircuitOpenError) || others.length === 0) throw error
    return { silent: error }
  }
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
