import { unknownPhoneWebhooks } from '@trunkline/db/schema/numbers'
import { eq } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { replayWebhook } from './replay.ts'

/**
 * Replays everything that waited for a number. Doing it twice changes nothing more, so a crash half-way costs nothing, and
 * one that fails keeps none of the others waiting: it is tried again with the job.
 */
export async function releaseWaiting(ctx: Ctx, input: { unknownPhoneId: string }): Promise<void> {
  const waiting = await ctx.db
    .select({ webhookId: unknownPhoneWebhooks.webhookId })
    .from(unknownPhoneWebhooks)
    .where(eq(unknownPhoneWebhooks.unknownPhoneId, input.unknownPhoneId))
    .orderBy(unknownPhoneWebhooks.webhookId)
  const failures: unknown[] = []
  for (const { webhookId } of waiting) {
    try {
      await replayWebhook({ ...ctx, now: new Date() }, { webhookId })
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} of ${waiting.length} were not replayed`)
}
