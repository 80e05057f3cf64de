import { toWireId } from '@trunkline/core/platform/wire-id'
import { toUsageEntry } from '@trunkline/core/usage/wire'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { customers } from '@trunkline/db/schema/customers'
import { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { unknownPhones, unknownPhoneWebhooks } from '@trunkline/db/schema/numbers'
import { usageCrossings, usageEntries } from '@trunkline/db/schema/usage'
import { webhookAttempts, webhooks } from '@trunkline/db/schema/webhooks'
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { toAlertRow } from '../alerts/wire.ts'
import { toCallRow, toMessageRow } from '../events/wire.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { eventKeysOf } from './event-keys.ts'
import { duplicatesOf } from './list.ts'
import { toWebhookRow, type webhookDetail } from './wire.ts'

/** One webhook: bytes, verdict, every attempt, and what became of it, up to the alert. */
export async function findWebhook(ctx: Ctx, input: { webhookId: string }): Promise<z.infer<typeof webhookDetail>> {
  const { webhookId } = input
  const [found] = await ctx.db
    .select({ webhook: webhooks, businessName: customers.businessName })
    .from(webhooks)
    .leftJoin(customers, eq(customers.id, webhooks.customerId))
    .where(eq(webhooks.id, webhookId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such webhook')
  const { webhook } = found
  const duplicates = await duplicatesOf(ctx, [webhookId])
  const attempts = await ctx.db
    .select()
    .from(webhookAttempts)
    .where(eq(webhookAttempts.webhookId, webhookId))
    .orderBy(webhookAttempts.id)
  const log = attempts.map(({ at, outcome, error, by }) => ({ at: at.toISOString(), outcome, error, by }))
  // the ordinary case, done at the first try, is told by the row itself
  if (webhook.processedAt !== null && !log.some(({ outcome }) => outcome === 'processed')) {
    log.push({ at: webhook.processedAt.toISOString(), outcome: 'processed', error: null, by: 'system:worker' })
  }
  return {
    ...toWebhookRow({ ...found, duplicates: duplicates.get(webhookId) ?? 0 }),
    url: webhook.url,
    remoteAddress: webhook.remoteAddress,
    headers: webhook.headers,
    body: webhook.body,
    bodyEncoding: webhook.bodyEncoding,
    bodySha256: webhook.bodySha256.toString('hex'),
    revisionOf: webhook.revisionOf === null ? null : toWireId('webhook', webhook.revisionOf),
    nextAttemptAt: webhook.state === 'failed' ? (webhook.nextAttemptAt?.toISOString() ?? null) : null,
    attemptLog: log.sort((a, b) => (a.at < b.at ? -1 : 1)),
    lineage: await lineageOf(ctx, webhook),
  }
}

async function lineageOf(
  ctx: Ctx,
  webhook: typeof webhooks.$inferSelect,
): Promise<z.infer<typeof webhookDetail>['lineage']> {
  const { callIds, messageIds } = await eventKeysOf(ctx, webhook)
  const calls = await ctx.db
    .select({ call: callEvents, businessName: customers.businessName })
    .from(callEvents)
    .leftJoin(customers, eq(customers.id, callEvents.customerId))
    .where(inArray(callEvents.id, callIds))
  const messages = await ctx.db
    .select({ message: smsEvents, businessName: customers.businessName })
    .from(smsEvents)
    .leftJoin(customers, eq(customers.id, smsEvents.customerId))
    .where(inArray(smsEvents.id, messageIds))
  const usage = await ctx.db
    .select()
    .from(usageEntries)
    .where(inArray(usageEntries.eventId, [...callIds, ...messageIds]))
    .orderBy(usageEntries.id)
  const [stranger] = await ctx.db
    .select({ id: unknownPhones.id, phoneNumber: unknownPhones.phoneNumber })
    .from(unknownPhoneWebhooks)
    .innerJoin(unknownPhones, eq(unknownPhones.id, unknownPhoneWebhooks.unknownPhoneId))
    .where(eq(unknownPhoneWebhooks.webhookId, webhook.id))
    .orderBy(desc(unknownPhones.id))
    .limit(1)
  return {
    calls: calls.map(({ call, businessName }) => toCallRow(call, businessName)),
    messages: messages.map(({ message, businessName }) => toMessageRow(message, businessName)),
    usage: usage.map(toUsageEntry),
    alerts: await alertsOf(
      ctx,
      usage.map(({ id }) => id),
    ),
    unknownPhone: stranger === undefined ? null : { ...stranger, id: toWireId('unknownPhone', stranger.id) },
  }
}

/** Alerts about a level that was crossed in the transaction that booked one of these entries. */
async function alertsOf(ctx: Ctx, entryIds: string[]) {
  if (entryIds.length === 0) return []
  const rows = await ctx.db
    .selectDistinct({ alert: opsAlerts, businessName: customers.businessName })
    .from(usageEntries)
    .innerJoin(
      usageCrossings,
      // the transaction's time is one: entry and crossing of one commit carry the same
      and(
        eq(usageCrossings.customerId, usageEntries.customerId),
        eq(usageCrossings.at, usageEntries.createdAt),
        eq(usageCrossings.meter, usageEntries.meter),
      ),
    )
    .innerJoin(
      opsAlerts,
      sql`${opsAlerts.metadata} ->> 'crossingId' = ${usageCrossings.id}::text and ${opsAlerts.customerId} = ${usageCrossings.customerId}`,
    )
    .leftJoin(customers, eq(customers.id, opsAlerts.customerId))
    .where(inArray(usageEntries.id, entryIds))
  return rows.map(({ alert, businessName }) => toAlertRow(alert, businessName))
}
