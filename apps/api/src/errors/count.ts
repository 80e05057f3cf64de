import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

const lengths = { hour: 3_600_000, day: 86_400_000 } as const

/** How often one bug or all of them happened, by hour or UTC day. Every bucket of the range is there, empty ones too. */
export async function countErrors(
  ctx: Ctx,
  input: { from: string; to: string; bucket: 'hour' | 'day'; errorId?: string | undefined },
) {
  const length = lengths[input.bucket]
  const start = Math.floor(Date.parse(input.from) / length) * length
  const end = Date.parse(input.to)
  if (end <= start || (end - start) / length > 800) {
    throw new DomainError('invalid', 'The range must run forward and hold at most 800 buckets', {
      fields: { to: 'is out of range' },
    })
  }
  const rows = await statement<{ at: string; occurrences: string }>(
    ctx.db,
    `select (extract(epoch from date_trunc($3, hour, 'UTC')) * 1000)::bigint::text as at, sum(occurrences)::text as occurrences
     from error_hours
     where hour >= $1::text::timestamptz and hour < $2::text::timestamptz and ($4::text is null or group_id = $4::text::uuid)
     group by 1`,
    [new Date(start).toISOString(), new Date(end).toISOString(), input.bucket, input.errorId ?? null],
  )
  const found = new Map(rows.map(({ at, occurrences }) => [Number(at), Number(occurrences)]))
  const points = Array.from({ length: Math.ceil((end - start) / length) }, (_, index) => {
    const at = start + index * length
    return { at: new Date(at).toISOString(), occurrences: found.get(at) ?? 0 }
  })
  return { bucket: input.bucket, points }
}
