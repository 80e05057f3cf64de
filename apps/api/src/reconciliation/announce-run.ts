import { toWireId } from '@trunkline/core/platform/wire-id'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import type { reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { and, eq, isNull } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import { settleAlerts } from '../alerts/settle.ts'
import type { Ctx } from '../platform/context.ts'

const alertType = 'reconciliation.differences'

export const alertKeyOf = (runId: string): string => `reconciliation:${runId}`

/** One alert for a run with flagged differences, or that could not read a provider; one without either settles those before it. */
export async function announceRun(ctx: Ctx, run: typeof reconciliationRuns.$inferSelect): Promise<void> {
  if (run.flagged === 0 && run.state !== 'failed') return await settleEarlier(ctx, run.id)
  const internal = run.levels.find(({ level }) => level === 0)
  const isInternal = (internal?.differences ?? 0) > 0
  await raiseAlerts(ctx, [
    {
      type: alertType,
      severity: isInternal ? 'critical' : run.flagged > 5 ? 'high' : 'medium',
      customerId: null,
      dedupKey: alertKeyOf(run.id),
      series: alertKeyOf(run.id),
      rank: 1,
      title: titleOf(run, isInternal),
      message: messageOf(run),
      runbook: 'docs/runbooks/reconciliation.md#differences',
      metadata: {
        runId: toWireId('run', run.id),
        differences: run.differences,
        flagged: run.flagged,
        missingHere: run.missingHere,
      },
    },
  ])
}

function titleOf(run: { state: string; flagged: number }, isInternal: boolean): string {
  if (isInternal) return 'Ledger, counters and lines do not agree'
  return run.flagged === 0
    ? 'Reconciliation could not read a provider'
    : 'What is booked differs from what providers list'
}

function messageOf(run: typeof reconciliationRuns.$inferSelect): string {
  const skipped = run.sources.filter(({ state, reason }) => state === 'skipped' && reason !== notConfigured)
  return [
    `${run.checked} compared, ${run.differences} differ, ${run.flagged} of them beyond what is tolerated, ${run.missingHere} missing here.`,
    ...skipped.map(({ provider, kind, reason }) => `${provider} ${kind}s were not compared: ${reason}.`),
  ].join(' ')
}

/** Why a list is not read that nobody expects to be read. */
export const notConfigured = 'not configured'

async function settleEarlier(ctx: Ctx, runId: string): Promise<void> {
  const open = await ctx.db
    .select({ dedupKey: opsAlerts.dedupKey })
    .from(opsAlerts)
    .where(and(eq(opsAlerts.alertType, alertType), isNull(opsAlerts.acknowledgedAt)))
  await settleAlerts(ctx, {
    dedupKeys: open.map(({ dedupKey }) => dedupKey),
    by: `reconciliation ${toWireId('run', runId)}`,
  })
}
