import { statement } from '@trunkline/db/connect'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import type { traffic } from './wire.ts'

export type TrafficRow = { at: string; outcome: string; count: string; seconds: string }

const dayMs = 86_400_000

/** Calls and messages by hour or UTC day, from the hourly counts. Every bucket of the range is there, empty ones too. */
export async function loadTraffic(
  ctx: Ctx,
  input: { from: string; to: string; bucket: 'hour' | 'day' },
): Promise<z.infer<typeof traffic>> {
  const length = input.bucket === 'hour' ? 3_600_000 : dayMs
  const start = Math.floor(Date.parse(input.from) / length) * length
  const end = Date.parse(input.to)
  if (end <= start || (end - start) / length > 800) {
    throw new DomainError('invalid', 'The range must run forward and hold at most 800 buckets', {
      fields: { to: 'is out of range' },
    })
  }
  const rows = await hoursBetween(ctx, { from: new Date(start), to: new Date(end), bucket: input.bucket })
  const byBucket = new Map<number, Map<string, TrafficRow>>()
  for (const row of rows) {
    const at = Date.parse(row.at)
    byBucket.set(at, (byBucket.get(at) ?? new Map()).set(row.outcome, row))
  }
  const points = Array.from({ length: Math.ceil((end - start) / length) }, (_, index) => {
    const at = start + index * length
    const found = byBucket.get(at)
    const of = (outcome: string) => Math.max(0, Number(found?.get(outcome)?.count ?? 0))
    return {
      at: new Date(at).toISOString(),
      calls: { completed: of('call.completed'), missed: of('call.missed'), failed: of('call.failed') },
      messages: { inbound: of('message.inbound'), outbound: of('message.outbound'), failed: of('message.failed') },
      seconds: Math.max(0, Number(found?.get('call.completed')?.seconds ?? 0)),
    }
  })
  return { bucket: input.bucket, points }
}

export async function hoursBetween(
  ctx: Ctx,
  range: { from: Date; to: Date; bucket: 'hour' | 'day' },
): Promise<TrafficRow[]> {
  return await statement<TrafficRow>(
    ctx.db,
    `select to_char(date_trunc($3, hour, 'UTC') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, outcome, sum(count)::text as count, sum(seconds)::text as seconds
     from traffic_hours where hour >= $1::text::timestamptz and hour < $2::text::timestamptz group by 1, 2`,
    [range.from.toISOString(), range.to.toISOString(), range.bucket],
  )
}
