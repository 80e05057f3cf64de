import { agents } from '@trunkline/db/schema/customers'
import { unknownPhones } from '@trunkline/db/schema/numbers'
import { and, eq, isNull } from 'drizzle-orm'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { releaseWaitingSpec } from './resolve.ts'

/** A number that was unknown has got a line by another way: it is resolved, and what waited is replayed. */
export async function releaseLine(ctx: Ctx, input: { agentId: string }): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const [line] = await ctx.db.select().from(agents).where(eq(agents.id, input.agentId))
    if (line?.phoneNumber == null) return
    const [resolved] = await ctx.db
      .update(unknownPhones)
      .set({
        resolution: 'matched',
        resolvedAt: ctx.now,
        resolvedBy: actorLabel(ctx.actor),
        customerId: line.customerId,
      })
      .where(and(eq(unknownPhones.phoneNumber, line.phoneNumber), isNull(unknownPhones.resolvedAt)))
      .returning({ id: unknownPhones.id })
    if (resolved === undefined) return
    await enqueue(ctx, releaseWaitingSpec, { unknownPhoneId: resolved.id })
    await announce(ctx, ['unknown_phones'])
  })
}
