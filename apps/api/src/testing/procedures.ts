import { idPrefixes } from '@trunkline/core/platform/wire-id'
import type { z } from 'zod'
import type { ApiMeta } from '../platform/trpc.ts'
import { appRouter } from '../router.ts'

type Declared = { _def: { type: 'query' | 'mutation' | 'subscription'; meta?: ApiMeta; inputs: z.ZodType[] } }

/** Every procedure there is, as the router declares it: a new one is tried by whoever walks this list. */
export const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Declared>).map(
  ([path, { _def }]) => ({
    path,
    type: _def.type,
    inputs: _def.inputs,
    permission: _def.meta?.permission ?? 'staff',
    openapi: _def.meta?.openapi,
  }),
)
export type Procedure = (typeof procedures)[number]

/** The table in which an id of a kind is looked for. */
export const tableOf: Record<string, string> = {
  [idPrefixes.customer]: 'customers',
  [idPrefixes.webhook]: 'webhook_queue',
  [idPrefixes.agent]: 'agents',
  [idPrefixes.call]: 'call_events',
  [idPrefixes.message]: 'sms_events',
  [idPrefixes.alert]: 'ops_alerts',
  [idPrefixes.unknownPhone]: 'unknown_phone',
  [idPrefixes.user]: 'users',
  [idPrefixes.session]: 'active_sessions',
  [idPrefixes.usageEntry]: 'usage_entries',
  [idPrefixes.hold]: 'usage_holds',
  [idPrefixes.credit]: 'usage_credits',
  [idPrefixes.tierChange]: 'usage_tier_changes',
  [idPrefixes.notice]: 'owner_notices',
  [idPrefixes.error]: 'error_groups',
  [idPrefixes.errorSample]: 'error_logs',
  [idPrefixes.apiKey]: 'api_keys',
  [idPrefixes.line]: 'billing_line_items',
  [idPrefixes.invoice]: 'billing_invoices',
  [idPrefixes.payment]: 'billing_payments',
  [idPrefixes.request]: 'billing_requests',
  [idPrefixes.passkey]: 'passkeys',
  [idPrefixes.run]: 'reconciliation_runs',
  [idPrefixes.difference]: 'reconciliation_differences',
  [idPrefixes.replay]: 'webhook_replays',
  [idPrefixes.webhookSecret]: 'webhook_sources',
  [idPrefixes.savedFilters]: 'saved_filters',
  [idPrefixes.backfill]: 'webhook_backfills',
}
