import { type CallStatus, callOutcome } from '@trunkline/core/events/call'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** One row counted anew: `count` is 1 where it came to an outcome, −1 where it left one. */
export type TrafficChange = { at: number; outcome: string; count: number; seconds: number }

const slots = 8

/** Adds the changes to the hourly counts, in any slot: workers seldom meet in one. */
export async function countTraffic(ctx: Ctx, changes: readonly TrafficChange[]): Promise<void> {
  const sums = new Map<string, { hour: string; outcome: string; count: number; seconds: number }>()
  for (const { at, outcome, count, seconds } of changes) {
    const hour = new Date(Math.floor(at / 3_600_000) * 3_600_000).toISOString()
    const sum = sums.get(`${hour} ${outcome}`) ?? { hour, outcome, count: 0, seconds: 0 }
    sum.count += count
    sum.seconds += seconds
    sums.set(`${hour} ${outcome}`, sum)
  }
  const rows = [...sums.values()].filter(({ count, seconds }) => count !== 0 || seconds !== 0)
  if (rows.length === 0) return
  const slot = String(Math.floor(Math.random() * slots))
  await statement(
    ctx.db,
    `insert into traffic_hours (hour, outcome, slot, count, seconds)
     select hour::timestamptz, outcome, slot::integer, count::bigint, seconds::bigint
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as traffic (hour, outcome, slot, count, seconds)
     order by hour, outcome
     on conflict (hour, outcome, slot) do update set count = traffic_hours.count + excluded.count, seconds = traffic_hours.seconds + excluded.seconds`,
    [
      rows.map(({ hour }) => hour),
      rows.map(({ outcome }) => outcome),
      rows.map(() => slot),
      rows.map(({ count }) => String(count)),
      rows.map(({ seconds }) => String(seconds)),
    ],
  )
}

/** How a call that is over changes the counts. */
export function callTraffic(
  count: 1 | -1,
  call: { status: CallStatus; seconds: number | null; at: number },
): TrafficChange[] {
  const outcome = callOutcome(call.status)
  return outcome === undefined
    ? []
    : [{ at: call.at, outcome: `call.${outcome}`, count, seconds: count * (call.seconds ?? 0) }]
}
