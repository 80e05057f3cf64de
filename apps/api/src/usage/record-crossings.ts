import { crossedLevels } from '@trunkline/core/usage/threshold'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import type { Crossing, WrittenCrossing } from './announce-crossings.ts'
import type { Counter } from './book-entries.ts'

/** Levels that the counters passed, each once a period and limit revision whatever the batches were. */
export async function recordCrossings(ctx: Ctx, counters: readonly Counter[]): Promise<WrittenCrossing[]> {
  return await writeCrossings(
    ctx,
    counters.flatMap((row) =>
      (
        [
          ['call_seconds', Number(row.call_used_seconds), row.calls, Number(row.call_base), Number(row.grace_seconds)],
          ['sms_segments', Number(row.sms_used), row.texts, Number(row.sms_base), Number(row.sms_grace)],
        ] as const
      ).flatMap(([meter, after, delta, base, grace]) =>
        crossedLevels({ before: { used: after - delta, base, grace }, after: { used: after, base, grace } }).map(
          (level): Crossing => ({
            customerId: row.customer_id,
            meter,
            periodStart: row.period_start,
            limitRevision: row.limit_revision,
            level,
            before: after - delta,
            after,
            base,
            grace,
            cause: 'usage',
          }),
        ),
      ),
    ),
  )
}

/** Writes the crossings that stand nowhere yet, and answers those. */
export async function writeCrossings(ctx: Ctx, crossings: readonly Crossing[]): Promise<WrittenCrossing[]> {
  if (crossings.length === 0) return []
  const named = crossings.map((crossing) => ({ ...crossing, id: newId() }))
  const written = await statement<{ id: string }>(
    ctx.db,
    `insert into usage_crossings (id, customer_id, meter, period_start, limit_revision, level, before, after, base, cause, at)
     select id::uuid, customer::uuid, meter, period::timestamptz, revision::integer, level::integer, before::bigint, after::bigint, base::bigint, cause, now()
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       as crossing (id, customer, meter, period, revision, level, before, after, base, cause)
     order by customer, meter, level on conflict do nothing returning id`,
    [
      named.map(({ id }) => id),
      named.map(({ customerId }) => customerId),
      named.map(({ meter }) => meter),
      named.map(({ periodStart }) => periodStart),
      named.map(({ limitRevision }) => String(limitRevision)),
      named.map(({ level }) => String(level)),
      named.map(({ before }) => String(before)),
      named.map(({ after }) => String(after)),
      named.map(({ base }) => String(base)),
      named.map(({ cause }) => cause),
    ],
  )
  const isNew = new Set(written.map(({ id }) => id))
  return named.filter(({ id }) => isNew.has(id))
}
