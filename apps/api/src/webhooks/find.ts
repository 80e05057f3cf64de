import { toWireId } from '@trunkline/core/platform/wire-id'
import { toUsageEntry } from '@trunkline/core/usage/wire'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { billingLineEntries, billingLineItems } from '@trunkline/db/schema/billing-lines'
import { customers } from '@trunkline/db/schema/customers'
import { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { unknownPhones, unknownPhoneWebhooks } from '@trunkline/db/schema/numbers'
import { usageCrossings, usageEntries } from '@trunkline/db/schema/usage'
import { idempotencyKeys, webhookAttempts, webhookSources, webhooks } from '@trunkline/db/schema/webhooks'
import { and, desc, eq, gt, inArray, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { toAlertRow } from '../alerts/wire.ts'
import { toCallRow, toMessageRow } from '../events/wire.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { eventIdsOf } from './event-keys.ts'
import { toWebhookRow, type webhookDetail } from './wire.ts'

/** One webhook: bytes, verdict, every attempt, and what became of it, up to the alert. */
export async function findWebhook(ctx: Ctx, input: { webhookId: string }): Promise<z.infer<typeof webhookDetail>> {
  const { webhookId } = input
  const [found] = await ctx.db
    .select({ webhook: webhooks, businessName: customers.businessName, secret: webhookSources.name })
    .from(webhooks)
    .leftJoin(customers, eq(customers.id, webhooks.customerId))
    .leftJoin(webhookSources, eq(webhookSources.id, webhooks.secretId))
    .where(eq(webhooks.id, webhookId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such webhook')
  const { webhook } = found
  const [repeated] = await ctx.db
    .select({ duplicates: idempotencyKeys.duplicates, lastAt: idempotencyKeys.lastDuplicateAt })
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.webhookId, webhookId), sql`${idempotencyKeys.duplicates} > 0`))
  const revisions = await ctx.db
    .select({ id: webhooks.id, receivedAt: webhooks.receivedAt })
    .from(webhooks)
    .where(and(eq(webhooks.revisionOf, webhookId), gt(webhooks.id, webhookId)))
    .orderBy(webhooks.id)
    .limit(20)
  const attempts = await ctx.db
    .select()
    .from(webhookAttempts)
    .where(eq(webhookAttempts.webhookId, webhookId))
    .orderBy(webhookAttempts.id)
  const log = attempts.map(({ at, outcome, error, by, reading, changes }) => ({
    at: at.toISOString(),
    outcome,
    error,
    by,
    reading,
    changes: changes ?? [],
  }))
  // the ordinary case, done at the first try, is told by the row itself
  if (webhook.processedAt !== null && !log.some(({ outcome }) => outcome === 'processed')) {
    log.push({
      at: webhook.processedAt.toISOString(),
      outcome: 'processed',
      error: null,
      by: 'system:worker',
      reading: null,
      changes: [],
    })
  }
  return {
    ...toWebhookRow({ ...found, duplicates: repeated?.duplicates ?? 0 }),
    url: webhook.url,
    remoteAddress: webhook.remoteAddress,
    headers: webhook.headers,
    body: webhook.body,
    bodyEncoding: webhook.bodyEncoding,
    bodySha256: webhook.bodySha256.toString('hex'),
    revisionOf: webhook.revisionOf === null ? null : toWireId('webhook', webhook.revisionOf),
    revisions: revisions.map(({ id, receivedAt }) => ({
      id: toWireId('webhook', id),
      receivedAt: receivedAt.toISOString(),
    })),
    lastDuplicateAt: repeated?.lastAt?.toISOString() ?? null,
    secret: found.secret,
    nextAttemptAt: webhook.state === 'failed' ? (webhook.nextAttemptAt?.toISOString() ?? null) : null,
    attemptLog: log.sort((a, b) => (a.at < b.at ? -1 : 1)),
    lineage: await lineageOf(ctx, webhook),
  }
}

async function lineageOf(
  ctx: Ctx,
  webhook: typeof webhooks.$inferSelect,
): Promise<z.infer<typeof webhookDetail>['lineage']> {
  const [{ callIds, messageIds } = { callIds: [], messageIds: [] }] = await eventIdsOf(ctx, [webhook])
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
    lines: await linesOf(
      ctx,
      usage.map(({ id }) => id),
    ),
    alerts: await alertsOf(
      ctx,
      usage.map(({ id }) => id),
    ),
    unknownPhone: stranger === undefined ? null : { ...stranger, id: toWireId('unknownPhone', stranger.id) },
  }
}

/** The lines of bills on which these entries stand. */
async function linesOf(ctx: Ctx, entryIds: string[]) {
  if (entryIds.length === 0) return []
  const rows = await ctx.db
    .selectDistinct({ line: billingLineItems })
    .from(billingLineEntries)
    .innerJoin(billingLineItems, eq(billingLineItems.id, billingLineEntries.lineId))
    .where(inArray(billingLineEntries.entryId, entryIds))
    .orderBy(billingLineItems.id)
  return rows.map(({ line }) => ({
    id: toWireId('line', line.id),
    customerId: toWireId('customer', line.customerId),
    kind: line.kind,
    meter: line.meter,
    amountCents: line.amountCents,
    periodStart: line.periodStart.toISOString(),
    state: line.state,
  }))
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
