import type { Severity } from '@trunkline/core/alerts/severity'
import { statement } from '@trunkline/db/connect'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueueAll, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'

export type AlertDraft = {
  type: string
  severity: Severity
  customerId: string | null
  /** What makes it the same alert: it is raised once for this text, ever. */
  dedupKey: string
  /** Alerts of one series follow each other; of those not yet sent only the highest rank is. */
  series: string
  rank: number
  title: string
  message: string
  /** Where the reader finds what to do: a file and anchor in the repository's docs. */
  runbook: string
  metadata: Record<string, string | number>
}

export const deliverAlertSpec = jobSpec({
  name: 'alerts.deliver',
  input: z.object({ alertId: z.uuid() }),
  // an outage of an hour is waited out: the pauses double to five minutes
  attempts: 20,
})

/**
 * Writes the alerts that are new and leaves a delivery job for each that is to be sent. The dedup key is taken in the
 * same statement, before anything is sent: however many raise it at once, one alert stands.
 */
export async function raiseAlerts(ctx: Ctx, drafts: readonly AlertDraft[]): Promise<string[]> {
  if (drafts.length === 0) return []
  const sorted = [...drafts].sort((a, b) => (a.dedupKey < b.dedupKey ? -1 : 1))
  const highest = new Map<string, number>()
  for (const { series, rank } of sorted) highest.set(series, Math.max(rank, highest.get(series) ?? rank))
  const raised = await statement<{ id: string; delivery: string }>(
    ctx.db,
    `insert into ops_alerts (id, alert_type, severity, customer_id, dedup_key, title, message, runbook, metadata, delivery, created_at)
     select id::uuid, type, severity, customer::uuid, key, title, message, runbook, metadata::jsonb, delivery, $11::text::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       as raised (id, type, severity, customer, key, title, message, runbook, metadata, delivery)
     on conflict (dedup_key) do nothing returning id, delivery`,
    [
      sorted.map(() => newId()),
      sorted.map(({ type }) => type),
      sorted.map(({ severity }) => severity),
      sorted.map(({ customerId }) => customerId),
      sorted.map(({ dedupKey }) => dedupKey),
      sorted.map(({ title }) => title),
      sorted.map(({ message }) => message),
      sorted.map(({ runbook }) => runbook),
      sorted.map(({ metadata, series, rank }) => JSON.stringify({ ...metadata, series, rank })),
      sorted.map(({ series, rank }) => (rank < (highest.get(series) ?? rank) ? 'superseded' : 'pending')),
      ctx.now.toISOString(),
    ],
  )
  await enqueueAll(
    ctx,
    deliverAlertSpec,
    raised.flatMap(({ id, delivery }) => (delivery === 'pending' ? [{ alertId: id }] : [])),
  )
  if (raised.length > 0) await announce(ctx, ['alerts'])
  return raised.map(({ id }) => id)
}
