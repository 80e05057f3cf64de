import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** Whether somebody has been heard to say STOP to this line within a day by another text than this one. */
export async function hasStoppedBefore(
  ctx: Ctx,
  said: { phoneNumber: string; line: string; webhookId: string },
): Promise<boolean> {
  const earlier = await statement(
    ctx.db,
    `select 1 from compliance_events where phone_number = $1 and line = $2 and kind = 'stop' and webhook_id <> $3::text::uuid
       and occurred_at > now() - interval '1 day' limit 1`,
    [said.phoneNumber, said.line, said.webhookId],
  )
  return earlier.length > 0
}
