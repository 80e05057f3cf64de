import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/**
 * Takes out of calls what an earlier reading made of bytes that say something else: what is written is joined to what stands
 * there, and it would come back.
 */
export async function dropMisread(
  ctx: Ctx,
  calls: readonly { id: string; misread: readonly string[] }[],
): Promise<void> {
  const wrong = calls.filter(({ misread }) => misread.length > 0)
  if (wrong.length === 0) return
  await statement(
    ctx.db,
    `update call_events as call set facts = facts - array(select jsonb_array_elements_text(wrong.registers::jsonb))
     from unnest($1::text[], $2::text[]) as wrong (id, registers) where call.id = wrong.id::uuid`,
    [wrong.map(({ id }) => id), wrong.map(({ misread }) => JSON.stringify(misread))],
  )
}
