import { crossedThresholds } from '@trunkline/core/usage/threshold'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import type { Crossing } from './announce-crossings.ts'
import type { Counter } from './book-entries.ts'

/** Levels that the counters passed, each once a period and limit revision whatever the batches were. */
export async function recordCrossings(ctx: Ctx, counters: readonly Counter[]): Promise<Crossing[]> {
  const crossings = counters.flatMap((row) =>
    (
      [
        ['call_seconds', Number(row.call_used_seconds), row.calls, Number(row.call_base)],
        ['sms_segments', Number(row.sms_used), row.texts, Number(row.sms_base)],
      ] as const
    ).flatMap(([meter, after, delta, base]) =>
      crossedThresholds({ before: after - delta, after, base }).map((level) => ({
        id: newId(),
        customerId: row.customer_id,
        meter,
        periodStart: row.period_start,
        limitRevision: row.limit_revision,
        level,
        before: after - delta,
        after,
        base,
      })),
    ),
  )
  if (crossings.length === 0) return []
  const written = await statement<{ id: string }>(
    ctx.db,
    `insert into usage_crossings (id, customer_id, meter, period_start, limit_revision, level, before, after, base, at)
     select id::uuid, customer::uuid, meter, period::timestamptz, revision::integer, level::integer, before::bigint, after::bigint, base::bigint, now()
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       as crossing (id, customer, meter, period, revision, level, before, after, base)
     order by customer, meter, level on conflict do nothing returning id`,
    [
      crossings.map(({ id }) => id),
      crossings.map(({ customerId }) => customerId),
      crossings.map(({ meter }) => meter),
      crossings.map(({ periodStart }) => periodStart),
      crossings.map(({ limitRevision }) => String(limitRevision)),
      crossings.map(({ level }) => String(level)),
      crossings.map(({ before }) => String(before)),
      crossings.map(({ after }) => String(after)),
      crossings.map(({ base }) => String(base)),
    ],
  )
  const isNew = new Set(written.map(({ id }) => id))
  return crossings.filter(({ id }) => isNew.has(id))
}
