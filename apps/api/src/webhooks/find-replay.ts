import { toWireId } from '@trunkline/core/platform/wire-id'
import { isClosed } from '@trunkline/core/usage/period'
import { customers } from '@trunkline/db/schema/customers'
import { webhookReplayItems, webhookReplaySums, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, desc, eq, or, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { type replayDetail, toReplayRow } from './replay-wire.ts'

const mostShown = 200

/** A plan, what of it is known so far, and how far its run is. */
export async function findReplay(ctx: Ctx, input: { replayId: string }): Promise<z.infer<typeof replayDetail>> {
  const [replay] = await ctx.db.select().from(webhookReplays).where(eq(webhookReplays.id, input.replayId))
  if (replay === undefined) throw new DomainError('not_found', 'There is no such replay')
  const sum = webhookReplaySums
  const ofSums = and(eq(sum.replayId, replay.id), or(sql`${sum.planned} <> 0`, sql`${sum.booked} <> 0`))
  const [totals] = await ctx.db
    .select({
      seconds: sql<number>`coalesce(sum(${sum.planned}) filter (where ${sum.meter} = 'call_seconds'), 0)::float8`,
      segments: sql<number>`coalesce(sum(${sum.planned}) filter (where ${sum.meter} = 'sms_segments'), 0)::float8`,
      cents: sql<number>`coalesce(sum(${sum.cents}), 0)::float8`,
      customers: sql<number>`count(distinct ${sum.customerId})::int`,
      closedPeriods: sql<number>`count(distinct (${sum.customerId}, ${sum.periodStart}))
        filter (where ${sum.periodEnd} + interval '72 hours' <= ${ctx.now.toISOString()}::text::timestamptz)::int`,
      bookedSeconds: sql<number>`coalesce(sum(${sum.booked}) filter (where ${sum.meter} = 'call_seconds'), 0)::float8`,
      bookedSegments: sql<number>`coalesce(sum(${sum.booked}) filter (where ${sum.meter} = 'sms_segments'), 0)::float8`,
    })
    .from(sum)
    .where(ofSums)
  const none = {
    seconds: 0,
    segments: 0,
    cents: 0,
    customers: 0,
    closedPeriods: 0,
    bookedSeconds: 0,
    bookedSegments: 0,
  }
  const rows = await ctx.db
    .select({ sum, businessName: customers.businessName })
    .from(sum)
    .innerJoin(customers, eq(customers.id, sum.customerId))
    .where(ofSums)
    .orderBy(desc(sql`abs(${sum.cents})`), desc(sql`abs(${sum.planned})`), sum.customerId, sum.periodStart, sum.meter)
    .limit(mostShown)
  const { changed, refused } = replay
  return {
    ...toReplayRow(replay),
    effects: {
      changed,
      refused,
      ...(totals ?? none),
      money: rows.map(({ sum, businessName }) => ({
        customer: { id: toWireId('customer', sum.customerId), businessName },
        unit: sum.meter === 'call_seconds' ? 'seconds' : 'segments',
        periodStart: sum.periodStart.toISOString(),
        periodEnd: sum.periodEnd.toISOString(),
        isClosed: isClosed({ start: sum.periodStart, end: sum.periodEnd }, ctx.now),
        quantity: sum.planned,
        cents: sum.cents,
        booked: sum.booked,
      })),
      examples: changed === 0 ? [] : await examplesOf(ctx, replay.id),
    },
  }
}

async function examplesOf(ctx: Ctx, replayId: string): Promise<string[]> {
  const item = webhookReplayItems
  const examples = await ctx.db
    .select({ changes: item.changes })
    .from(item)
    .where(and(eq(item.replayId, replayId), sql`jsonb_array_length(${item.changes}) > 0`))
    .orderBy(item.webhookId)
    .limit(20)
  return examples.flatMap(({ changes }) => changes ?? []).slice(0, 50)
}
