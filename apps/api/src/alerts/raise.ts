import type { Severity } from '@trunkline/core/alerts/severity'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
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
  const raised = await ctx.db
    .insert(opsAlerts)
    .values(
      sorted.map(({ type, series, rank, ...draft }) => ({
        ...draft,
        id: newId(),
        alertType: type,
        metadata: { ...draft.metadata, series, rank },
        delivery: rank < (highest.get(series) ?? rank) ? ('superseded' as const) : ('pending' as const),
        createdAt: ctx.now,
      })),
    )
    .onConflictDoNothing({ target: opsAlerts.dedupKey })
    .returning({ id: opsAlerts.id, delivery: opsAlerts.delivery })
  for (const { id, delivery } of raised) {
    if (delivery === 'pending') await enqueue(ctx, deliverAlertSpec, { alertId: id })
  }
  if (raised.length > 0) await announce(ctx, ['alerts'])
  return raised.map(({ id }) => id)
}
