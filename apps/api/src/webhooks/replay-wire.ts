import { toWireId } from '@trunkline/core/platform/wire-id'
import { replayOutcomes, replayStates } from '@trunkline/core/webhooks/bulk-replay'
import { webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import type { webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { z } from 'zod'
import { customerRef } from '../customers/wire.ts'

/** What a plan was made of, as far as it may be kept: of numbers and texts only that they were named. */
const keptFilter = z.object({
  ids: z.number().nullable(),
  state: z.string().nullable(),
  provider: z.string().nullable(),
  customerId: z.string().nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  hidden: z.array(z.string()),
})

export const replayRow = z.object({
  id: z.string(),
  hash: z.string(),
  state: z.enum(replayStates),
  filter: keptFilter,
  count: z.number(),
  counts: z.object({
    providers: z.partialRecord(z.enum(webhookProviders), z.number()),
    states: z.partialRecord(webhookStateSchema, z.number()),
    customers: z.number(),
    oldest: z.string().nullable(),
    newest: z.string().nullable(),
  }),
  planned: z.number(),
  changed: z.number(),
  refused: z.number(),
  progress: z.object({ done: z.number(), skipped: z.number(), failed: z.number() }),
  stopAbovePercent: z.number(),
  by: z.string(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

/** Of one customer's meter in one period: what the plan moves, what that costs or saves, and what the run has booked. */
const moneyRow = z.object({
  customer: customerRef,
  unit: z.enum(['seconds', 'segments']),
  periodStart: z.string(),
  periodEnd: z.string(),
  /** It is corrected by a line of its own. */
  isClosed: z.boolean(),
  quantity: z.number(),
  cents: z.number(),
  booked: z.number(),
})

export const replayDetail = replayRow.extend({
  effects: z.object({
    changed: z.number(),
    refused: z.number(),
    seconds: z.number(),
    segments: z.number(),
    cents: z.number(),
    /** Whose usage moves. */
    customers: z.number(),
    closedPeriods: z.number(),
    bookedSeconds: z.number(),
    bookedSegments: z.number(),
    /** The largest first, at most two hundred. */
    money: z.array(moneyRow),
    examples: z.array(z.string()),
  }),
})

export const replayItem = z.object({
  id: z.string(),
  webhookId: z.string(),
  outcome: z.enum(replayOutcomes).nullable(),
  changes: z.array(z.string()),
  problem: z.string().nullable(),
})

export function toReplayRow(replay: typeof webhookReplays.$inferSelect): z.infer<typeof replayRow> {
  const { id, hash, state, count, counts, planned, changed, refused, done, skipped, failed, by, filter } = replay
  const text = (key: string) => (typeof filter[key] === 'string' ? filter[key] : null)
  const customerId = text('customerId')
  return {
    id: toWireId('replay', id),
    hash,
    state,
    filter: {
      ids: Array.isArray(filter.ids) ? filter.ids.length : null,
      state: text('state'),
      provider: text('provider'),
      customerId: customerId === null ? null : toWireId('customer', customerId),
      from: text('from'),
      to: text('to'),
      hidden: Array.isArray(filter.hidden) ? filter.hidden.map(String) : [],
    },
    count,
    counts: counts ?? { providers: {}, states: {}, customers: 0, oldest: null, newest: null },
    planned,
    changed,
    refused,
    progress: { done, skipped, failed },
    stopAbovePercent: replay.stopAbovePercent,
    by,
    createdAt: replay.createdAt.toISOString(),
    startedAt: replay.startedAt?.toISOString() ?? null,
    finishedAt: replay.finishedAt?.toISOString() ?? null,
  }
}
