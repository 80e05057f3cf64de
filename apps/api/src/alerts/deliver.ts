import { afterLostText, alertReference, alertText } from '@trunkline/core/alerts/delivery'
import { isBlockCode } from '@trunkline/core/compliance/block-code'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { openSenders, sendByFirst, type TextSender } from '../providers/text-senders.ts'
import { closeAttempt, closeFailed, wordsOf } from './close-attempt.ts'
import { giveUpAlert } from './give-up.ts'
import { type Alert, type Attempt, keepSender, lease, sendersAfter } from './lease.ts'
import { findLostTexts } from './note-receipt.ts'
import { deliverAlertSpec } from './raise.ts'
import { openWays, type Way } from './ways.ts'

/**
 * Tells the operator on duty. The attempt is written before the provider is called; before anything is sent a second time
 * its provider is asked whether it took the first. What one provider does not take the next is asked for, and what goes by no text
 * goes by mail, then by Slack. Where none of them is configured the alert goes to the log, and says so.
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
  const phone = ctx.env.ADMIN_PHONE
  const left = await findLeft(ctx, alert.id)
  const ways = openWays(ctx).filter(({ channel }) => !left.has(channel))
  if (lost.texts > 0 && afterLostText(lost).next === 'channel') {
    left.add('sms')
    if (ways.length === 0) {
      const reason = `The carrier lost ${lost.texts === 1 ? 'the text' : `${lost.texts} texts`}`
      await giveUpAlert(ctx, { alertId: alert.id, cause: 'lost', reason })
      return
    }
  }
  const mayText = phone !== undefined && senders.length > 0 && !left.has('sms')
  const [way, ...others] = ways
  if (!mayText && way === undefined && left.size > 0) {
    await giveUpAlert(ctx, { alertId: alert.id, cause: 'refused', reason: 'No way is left to tell it by' })
    return
  }
  if (!mayText && way === undefined) {
    ctx.log.warn({ alertId: alert.id, severity: alert.severity, title: alert.title }, 'alert')
    await settle(ctx, alert, {
      channel: 'log',
      delivery: 'logged',
      reason: phone === undefined ? 'ADMIN_PHONE is not set' : 'No provider of texts is configured',
    })
    return
  }
  const byText = { channel: 'sms' as const, senders }
  const attempt = await lease(ctx, alert, mayText || way === undefined ? byText : { ...way, senders: [] })
  if (attempt === undefined) return
  if ('heldSeconds' in attempt) await enqueue(ctx, deliverAlertSpec, input, { afterSeconds: attempt.heldSeconds + 1 })
  else if (mayText) await sendOnce(ctx, alert, attempt, { phone, hasNext: ways.length > 0 })
  else if (way !== undefined) await tellOnce(ctx, alert, attempt, { way, hasNext: others.length > 0 })
}

/** The channels by which this alert is not tried any more. A text that the carrier lost is another matter. */
async function findLeft(ctx: Ctx, alertId: string): Promise<Set<string>> {
  const ended = await ctx.db
    .select({ channel: alertLogs.channel })
    .from(alertLogs)
    .where(
      and(
        eq(alertLogs.alertId, alertId),
        eq(alertLogs.state, 'failed'),
        inArray(alertLogs.channel, ['sms', 'email', 'slack']),
        isNull(alertLogs.providerMessageId),
      ),
    )
  return new Set(ended.map(({ channel }) => channel))
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

async function sendOnce(
  ctx: NetCtx,
  alert: Alert,
  attempt: Attempt,
  { phone, hasNext }: { phone: string; hasNext: boolean },
): Promise<void> {
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
    await closeAttempt(ctx, alert, attempt, {
      state: 'sent',
      providerMessageId: sent.id,
      reason: asked.arrived
        ? 'The first attempt had arrived after all'
        : reasonFor([asked.silent && doubtOf(attempt), ...sent.after.map(wordsOf)]),
    })
  } catch (error) {
    // nobody was asked to send, or refused, so this was no try, and whom an earlier one may have reached is asked again
    if (error instanceof CircuitOpenError && attempt.senders[0]) await keepSender(ctx, attempt, attempt.senders[0])
    const isBlocked = error instanceof ProviderError && isBlockCode(error.code)
    const refusers = attempt.senders.filter((sender) => sender.provider === provider || !isBlocked)
    await closeFailed(ctx, alert, attempt, { error, hasNext, refusers: refusers.map(({ name }) => name) })
  }
}

/** By a way that answers no id. One mail has one Message-ID however often it is tried. */
async function tellOnce(
  ctx: NetCtx,
  alert: Alert,
  attempt: Attempt,
  { way, hasNext }: { way: Way; hasNext: boolean },
): Promise<void> {
  try {
    step('alerts.sending')
    await way.tell(ctx, alert)
    step('alerts.sent')
    const reason = attempt.wasLeft ? 'An earlier try ended in the midst of it: it may have arrived twice' : null
    await closeAttempt(ctx, alert, attempt, { state: 'sent', reason })
  } catch (error) {
    await closeFailed(ctx, alert, attempt, { error, hasNext, refusers: [way.name] })
  }
}

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
