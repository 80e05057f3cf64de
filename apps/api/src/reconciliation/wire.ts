import { toWireId } from '@trunkline/core/platform/wire-id'
import {
  differenceUnits,
  foundClasses,
  listedKinds,
  runLevels,
  runPhases,
  runStates,
  runTriggers,
} from '@trunkline/core/reconciliation/run'
import type { reconciliationDifferences, reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { z } from 'zod'
import { customerRef, toCustomerRef } from '../customers/wire.ts'

const sum = z.object({ unit: z.enum(differenceUnits), ours: z.number(), theirs: z.number(), delta: z.number() })
const levelRow = z.object({
  level: z.literal([...runLevels]),
  checked: z.number(),
  differences: z.number(),
  flagged: z.number(),
  sums: z.array(sum),
})
const sourceRow = z.object({
  provider: z.string(),
  kind: z.enum(listedKinds),
  state: z.enum(['waiting', 'reading', 'read', 'skipped']),
  pages: z.number(),
  listed: z.number(),
  /** Why it is skipped. */
  reason: z.string().nullable(),
})

export const runRow = z.object({
  id: z.string(),
  trigger: z.enum(runTriggers),
  triggeredBy: z.string(),
  state: z.enum(runStates),
  phase: z.enum(runPhases),
  windowFrom: z.string(),
  windowTo: z.string(),
  startedAt: z.string(),
  heartbeatAt: z.string(),
  finishedAt: z.string().nullable(),
  checked: z.number(),
  differences: z.number(),
  flagged: z.number(),
  missingHere: z.number(),
  levels: z.array(levelRow),
  sources: z.array(sourceRow),
  error: z.string().nullable(),
})
export type RunRow = z.infer<typeof runRow>

export const runDetail = runRow.extend({
  classes: z.array(
    z.object({
      class: z.enum(foundClasses),
      unit: z.enum(differenceUnits),
      differences: z.number(),
      flagged: z.number(),
      delta: z.number(),
    }),
  ),
  /** Missing here and not healed yet, and how many were. */
  healable: z.number(),
  healed: z.number(),
  alertId: z.string().nullable(),
})

export function toRunRow(run: typeof reconciliationRuns.$inferSelect): RunRow {
  return {
    id: toWireId('run', run.id),
    trigger: run.trigger,
    triggeredBy: run.triggeredBy,
    state: run.state,
    phase: run.phase,
    windowFrom: run.windowFrom.toISOString(),
    windowTo: run.windowTo.toISOString(),
    startedAt: run.startedAt.toISOString(),
    heartbeatAt: run.heartbeatAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
    checked: run.checked,
    differences: run.differences,
    flagged: run.flagged,
    missingHere: run.missingHere,
    levels: run.levels.map((level) => ({
      ...level,
      sums: level.sums.map(({ unit, ours, theirs }) => ({ unit, ours, theirs, delta: ours - theirs })),
    })),
    sources: run.sources.map(({ cursor: _unread, ...source }) => source),
    error: run.error,
  }
}

/** What became of a call or message that is missing here. */
export const healings = ['open', 'queued', 'admitted', 'processed', 'failed'] as const

export const differenceRow = z.object({
  id: z.string(),
  runId: z.string(),
  level: z.literal([...runLevels]),
  class: z.enum(foundClasses),
  customer: customerRef.nullable(),
  provider: z.string().nullable(),
  kind: z.enum(listedKinds).nullable(),
  providerId: z.string().nullable(),
  unit: z.enum(differenceUnits),
  ours: z.number(),
  theirs: z.number(),
  delta: z.number(),
  flagged: z.boolean(),
  periodStart: z.string().nullable(),
  occurredAt: z.string().nullable(),
  /** The call or message here, by its kind. */
  eventId: z.string().nullable(),
  /** Null where there is nothing to heal. */
  healing: z.enum(healings).nullable(),
  healedAt: z.string().nullable(),
  webhookId: z.string().nullable(),
})
export type DifferenceRow = z.infer<typeof differenceRow>

export function toDifferenceRow(row: {
  difference: Omit<typeof reconciliationDifferences.$inferSelect, 'record'>
  isHealable: boolean
  businessName: string | null
  webhookState: string | null
}): DifferenceRow {
  const { difference, businessName, webhookState } = row
  const { kind, eventId, healWebhookId } = difference
  return {
    id: toWireId('difference', difference.id),
    runId: toWireId('run', difference.runId),
    level: difference.level as DifferenceRow['level'],
    class: difference.class,
    customer: toCustomerRef(difference.customerId, businessName),
    provider: difference.provider,
    kind,
    providerId: difference.providerId,
    unit: difference.unit,
    ours: difference.ours,
    theirs: difference.theirs,
    delta: difference.delta,
    flagged: difference.flagged,
    periodStart: difference.periodStart?.toISOString() ?? null,
    occurredAt: difference.occurredAt?.toISOString() ?? null,
    eventId: eventId === null || kind === null ? null : toWireId(kind === 'call' ? 'call' : 'message', eventId),
    healing: healingOf(difference.healState, { isHealable: row.isHealable, webhookState }),
    healedAt: difference.healedAt?.toISOString() ?? null,
    webhookId: healWebhookId === null ? null : toWireId('webhook', healWebhookId),
  }
}

export type HealState = (typeof reconciliationDifferences.$inferSelect)['healState']

export function healingOf(
  state: HealState,
  seen: { isHealable: boolean; webhookState: string | null },
): DifferenceRow['healing'] {
  if (state === null) return seen.isHealable ? 'open' : null
  if (state === 'queued') return 'queued'
  if (seen.webhookState === 'processed') return 'processed'
  return seen.webhookState === 'failed' || seen.webhookState === 'dead' ? 'failed' : 'admitted'
}

export const healPreview = z.object({
  runId: z.string(),
  /** What was looked at: healing asks for it. */
  hash: z.string(),
  count: z.number(),
  seconds: z.number(),
  segments: z.number(),
  /** Whether the run holds more than one healing takes. */
  isPartial: z.boolean(),
  items: z.array(
    z.object({
      id: z.string(),
      customer: customerRef.nullable(),
      provider: z.string(),
      providerId: z.string(),
      kind: z.enum(listedKinds),
      unit: z.enum(differenceUnits),
      quantity: z.number(),
      occurredAt: z.string(),
      /** The period that it will be booked in; null where nobody owns the line. */
      periodStart: z.string().nullable(),
      periodEnd: z.string().nullable(),
      isClosed: z.boolean(),
    }),
  ),
  /** Levels of a cap that will be passed by it. */
  crossings: z.array(
    z.object({
      customer: customerRef,
      unit: z.enum(differenceUnits),
      level: z.number(),
      before: z.number(),
      after: z.number(),
      base: z.number(),
    }),
  ),
})

export const runSeries = z.object({
  points: z.array(
    z.object({
      runId: z.string(),
      at: z.string(),
      state: z.enum(runStates),
      differences: z.number(),
      flagged: z.number(),
      missingHere: z.number(),
      /** Ours, theirs and their difference, by level and unit. */
      sums: z.array(sum.extend({ level: z.literal([...runLevels]) })),
    }),
  ),
})
