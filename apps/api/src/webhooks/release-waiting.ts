import { unknownPhoneWebhooks } from '@trunkline/db/schema/numbers'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { eq } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { eachApart } from '../platform/each-apart.ts'
import { replayWebhook } from './replay.ts'
import { whyNoBytes } from './replay-together.ts'

/**
 * Replays everything that waited for a number. Doing it twice changes nothing more, so a crash half-way costs nothing, and
 * one that fails keeps none of the others waiting: it is tried again with the job. Of what is gone there is nothing to try.
 */
export async function releaseWaiting(ctx: Ctx, input: { unknownPhoneId: string }): Promise<void> {
  const waiting = await ctx.db
    .select({
      webhookId: unknownPhoneWebhooks.webhookId,
      kept: { verdict: webhooks.verdict, shreddedAt: webhooks.shreddedAt },
    })
    .from(unknownPhoneWebhooks)
    .leftJoin(webhooks, eq(webhooks.id, unknownPhoneWebhooks.webhookId))
    .where(eq(unknownPhoneWebhooks.unknownPhoneId, input.unknownPhoneId))
    .orderBy(unknownPhoneWebhooks.webhookId)
  const there = waiting.filter(({ kept }) => kept !== null && whyNoBytes(kept) === undefined)
  if (there.length < waiting.length)
    ctx.log.warn({ ...input, webhooks: waiting.length - there.length }, 'nothing is left of what waited for a number')
  await eachApart(there, ({ webhookId }) => replayWebhook({ ...ctx, now: new Date() }, { webhookId }), {
    failed: 'were not replayed',
  })
}
