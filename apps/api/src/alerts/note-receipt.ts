import type { MessageStatus } from '@trunkline/core/events/message'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'

const received: readonly MessageStatus[] = ['delivered', 'read']
const lost: readonly MessageStatus[] = ['undelivered', 'failed', 'canceled']

/** What the carrier says of our own texts: an alert counts as delivered only when its receipt says so. */
export async function noteReceipts(
  ctx: Ctx,
  receipts: readonly { messageSid: string; status: MessageStatus }[],
): Promise<void> {
  const final = receipts.filter(({ status }) => received.includes(status) || lost.includes(status))
  if (final.length === 0) return
  const sids = [...new Set(final.map(({ messageSid }) => messageSid))].sort()
  await lockReceipts(ctx, sids)
  const ours = await ctx.db
    .select({ id: alertLogs.id, alertId: alertLogs.alertId, sid: alertLogs.providerMessageId })
    .from(alertLogs)
    .where(inArray(alertLogs.providerMessageId, sids))
  for (const { id, alertId, sid } of ours) {
    const said = final.filter(({ messageSid }) => messageSid === sid)
    const state = said.some(({ status }) => received.includes(status)) ? 'delivered' : 'failed'
    const [moved] = await ctx.db
      .update(alertLogs)
      .set({ state, deliveredAt: state === 'delivered' ? ctx.now : null, updatedAt: ctx.now })
      .where(and(eq(alertLogs.id, id), inArray(alertLogs.state, ['pending', 'sent'])))
      .returning({ id: alertLogs.id })
    if (moved !== undefined) await ctx.db.update(opsAlerts).set({ delivery: state }).where(eq(opsAlerts.id, alertId))
  }
  if (ours.length > 0) await announce(ctx, ['alerts'])
}

/** The receipt may come before the sender has written down what it sent: both take this lock first, so neither misses the other. */
export async function lockReceipts(ctx: Ctx, sids: readonly string[]): Promise<void> {
  for (const sid of sids) await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${sid}, 0))`)
}
