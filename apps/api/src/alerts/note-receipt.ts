import { afterLostText, type TextProvider } from '@trunkline/core/alerts/delivery'
import type { MessageStatus } from '@trunkline/core/events/message'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { smsEvents } from '@trunkline/db/schema/events'
import { and, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { openSenders } from '../providers/text-senders.ts'
import { deliverAlertSpec } from './raise.ts'

const received: readonly string[] = ['delivered', 'read']
const lost: readonly string[] = ['undelivered', 'failed', 'canceled']

/** What the carrier says of our own texts: an alert counts as delivered only when its receipt says so. */
export async function noteReceipts(
  ctx: Ctx,
  receipts: readonly { messageSid: string; status: MessageStatus }[],
): Promise<void> {
  const final = receipts.filter(({ status }) => received.includes(status) || lost.includes(status))
  if (final.length === 0) return
  const sids = [...new Set(final.map(({ messageSid }) => messageSid))].sort()
  await lockReceipts(ctx, sids)
  const texts = await ctx.db
    .select({ id: alertLogs.id, alertId: alertLogs.alertId })
    .from(alertLogs)
    .where(inArray(alertLogs.providerMessageId, sids))
  if (texts.length === 0) return
  const alertIds = [...new Set(texts.map(({ alertId }) => alertId))]
  // the alert before its texts, as everywhere
  await ctx.db
    .select({ id: opsAlerts.id })
    .from(opsAlerts)
    .where(inArray(opsAlerts.id, alertIds))
    .orderBy(opsAlerts.id)
    .for('update')
  for (const { id, alertId } of texts) await noteReceipt(ctx, { logId: id, alertId })
  await announce(ctx, ['alerts'])
}

async function noteReceipt(ctx: Ctx, text: { logId: string; alertId: string }): Promise<void> {
  const [log] = await ctx.db.select().from(alertLogs).where(eq(alertLogs.id, text.logId))
  const receipt = log?.providerMessageId ? await receiptOf(ctx, log.providerMessageId) : undefined
  if (log === undefined || receipt === undefined || log.state === receipt.state || log.state === 'delivered') return
  await ctx.db
    .update(alertLogs)
    .set({
      state: receipt.state,
      // what was said of how it went out stays
      reason: receipt.state === 'failed' ? receipt.reason : log.state === 'failed' ? null : log.reason,
      deliveredAt: receipt.state === 'delivered' ? ctx.now : null,
      updatedAt: ctx.now,
    })
    .where(eq(alertLogs.id, log.id))
  if (receipt.state === 'delivered')
    await ctx.db.update(opsAlerts).set({ delivery: 'delivered' }).where(eq(opsAlerts.id, text.alertId))
  else await tryAgain(ctx, text.alertId)
}

/** A text was lost: the alert waits again, and the delivery decides what comes next when its pause is over. */
export async function tryAgain(ctx: Ctx, alertId: string): Promise<void> {
  const [waits] = await ctx.db
    .update(opsAlerts)
    .set({ delivery: 'pending' })
    .where(and(eq(opsAlerts.id, alertId), inArray(opsAlerts.delivery, ['pending', 'sent'])))
    .returning({ id: opsAlerts.id })
  if (waits === undefined) return
  const after = afterLostText(await findLostTexts(ctx, alertId))
  await enqueue(ctx, deliverAlertSpec, { alertId }, after.next === 'text' ? { afterSeconds: after.afterSeconds } : {})
}

type LostTexts = { texts: number; code: string | undefined; providers: TextProvider[]; hasAnother: boolean }

/** How many texts of an alert the carrier lost, by whom they went, why the last, and whether another could try. */
export async function findLostTexts(ctx: Ctx, alertId: string): Promise<LostTexts> {
  const texts = await ctx.db
    .select({ code: smsEvents.errorCode, provider: alertLogs.provider })
    .from(alertLogs)
    .leftJoin(smsEvents, eq(smsEvents.messageSid, alertLogs.providerMessageId))
    .where(and(eq(alertLogs.alertId, alertId), eq(alertLogs.state, 'failed'), isNotNull(alertLogs.providerMessageId)))
    .orderBy(desc(alertLogs.id))
  const providers = texts.map(({ provider }) => provider ?? 'twilio')
  const hasAnother = openSenders(ctx.env).some(({ provider }) => !providers.includes(provider))
  return { texts: texts.length, code: texts[0]?.code ?? undefined, providers, hasAnother }
}

/** What the carrier has said of a text, where that is final. Whoever asks holds the lock of its receipts. */
export async function receiptOf(
  ctx: Ctx,
  sid: string,
): Promise<{ state: 'delivered' } | { state: 'failed'; reason: string } | undefined> {
  const [message] = await ctx.db
    .select({ status: smsEvents.status, code: smsEvents.errorCode })
    .from(smsEvents)
    .where(eq(smsEvents.messageSid, sid))
    .limit(1)
  if (message === undefined) return undefined
  const { status, code } = message
  if (received.includes(status)) return { state: 'delivered' }
  return lost.includes(status)
    ? { state: 'failed', reason: `The carrier says: ${status}${code === null ? '' : ` (${code})`}` }
    : undefined
}

/** The receipt may come before the sender has written down what it sent: both take this lock first, so neither misses the other. */
export async function lockReceipts(ctx: Ctx, sids: readonly string[]): Promise<void> {
  for (const sid of sids) await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${sid}, 0))`)
}
