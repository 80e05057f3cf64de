import { toWireId } from '@trunkline/core/platform/wire-id'
import { usageEntry } from '@trunkline/core/usage/wire'
import { attemptOutcomes, verdicts, webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import type { webhooks } from '@trunkline/db/schema/webhooks'
import { z } from 'zod'
import { alertRow } from '../alerts/wire.ts'
import { customerRef, toCustomerRef } from '../customers/wire.ts'
import { callRow, messageRow } from '../events/wire.ts'

export const webhookRow = z.object({
  id: z.string(),
  provider: z.enum(webhookProviders),
  door: z.string(),
  eventType: z.string().nullable(),
  phoneNumber: z.string().nullable(),
  state: webhookStateSchema,
  verdict: z.enum(verdicts),
  receivedAt: z.string(),
  processedAt: z.string().nullable(),
  attempts: z.number(),
  lastError: z.string().nullable(),
  bodyBytes: z.number(),
  duplicates: z.number(),
  customer: customerRef.nullable(),
})

export const webhookDetail = webhookRow.extend({
  url: z.string(),
  remoteAddress: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  bodyEncoding: z.enum(['utf8', 'base64']),
  bodySha256: z.string(),
  revisionOf: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  attemptLog: z.array(
    z.object({ at: z.string(), outcome: z.enum(attemptOutcomes), error: z.string().nullable(), by: z.string() }),
  ),
  lineage: z.object({
    calls: z.array(callRow),
    messages: z.array(messageRow),
    usage: z.array(usageEntry),
    alerts: z.array(alertRow),
    unknownPhone: z.object({ id: z.string(), phoneNumber: z.string() }).nullable(),
  }),
})

type Row = Omit<typeof webhooks.$inferSelect, 'headers' | 'body' | 'url' | 'bodySha256'>

export function toWebhookRow(row: {
  webhook: Row
  duplicates: number | null
  businessName: string | null
}): z.infer<typeof webhookRow> {
  const { webhook } = row
  return {
    id: toWireId('webhook', webhook.id),
    provider: webhook.provider,
    door: webhook.door,
    eventType: webhook.eventType,
    phoneNumber: webhook.phoneNumber,
    state: webhook.state,
    verdict: webhook.verdict,
    receivedAt: webhook.receivedAt.toISOString(),
    processedAt: webhook.processedAt?.toISOString() ?? null,
    attempts: webhook.attempts,
    lastError: webhook.lastError,
    bodyBytes: webhook.bodyBytes,
    duplicates: row.duplicates ?? 0,
    customer: toCustomerRef(webhook.customerId, row.businessName),
  }
}
