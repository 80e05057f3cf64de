import { lineKinds, lineStates } from '@trunkline/core/billing/words'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { meters } from '@trunkline/core/usage/meter'
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

const usageLine = z.object({
  id: z.string(),
  customerId: z.string(),
  kind: z.enum(lineKinds),
  meter: z.enum(meters).nullable(),
  amountCents: z.number(),
  periodStart: z.string(),
  state: z.enum(lineStates),
})

export const webhookDetail = webhookRow.extend({
  url: z.string(),
  remoteAddress: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
  bodyEncoding: z.enum(['utf8', 'base64']),
  bodySha256: z.string(),
  revisionOf: z.string().nullable(),
  revisions: z.array(z.object({ id: z.string(), receivedAt: z.string() })),
  lastDuplicateAt: z.string().nullable(),
  /** The name of the secret that signed it, where one did. */
  secret: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  attemptLog: z.array(
    z.object({
      at: z.string(),
      outcome: z.enum(attemptOutcomes),
      error: z.string().nullable(),
      by: z.string(),
      /** Which version of the provider's reading a replay used, and what became otherwise by it. */
      reading: z.number().nullable(),
      changes: z.array(z.string()),
    }),
  ),
  lineage: z.object({
    calls: z.array(callRow),
    messages: z.array(messageRow),
    usage: z.array(usageEntry),
    lines: z.array(usageLine),
    alerts: z.array(alertRow),
    unknownPhone: z.object({ id: z.string(), phoneNumber: z.string() }).nullable(),
  }),
})

/** `cursor` is where to go on after it; without a webhook it is where the tail begins. */
export const tailEvent = z.object({
  cursor: z.string(),
  webhook: webhookRow
    .extend({ bytes: webhookDetail.pick({ url: true, headers: true, body: true, bodyEncoding: true }).nullable() })
    .nullable(),
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
