import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { shreddingOfCall, shreddingOfMessage } from './holdings.ts'

/** Takes who it was and what was said out of these calls and messages, as they stand on the caller's transaction. */
export async function shredEvents(
  ctx: Ctx,
  events: readonly { kind: 'call' | 'message'; eventId: string }[],
): Promise<void> {
  const idsOf = (kind: 'call' | 'message') =>
    events.filter((event) => event.kind === kind).map(({ eventId }) => eventId)
  const [calls, messages] = [idsOf('call'), idsOf('message')]
  if (calls.length > 0)
    await statement(ctx.db, `update call_events set ${shreddingOfCall} where id = any (($1::text[])::uuid[])`, [calls])
  if (messages.length > 0)
    await statement(ctx.db, `update sms_events set ${shreddingOfMessage} where id = any (($1::text[])::uuid[])`, [
      messages,
    ])
}
