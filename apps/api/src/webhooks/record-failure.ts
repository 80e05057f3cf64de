import { maskText } from '@trunkline/core/platform/mask'
import { plainText } from '@trunkline/core/platform/plain-text'
import { isHopeless, isTransient, nextAttemptSeconds } from '@trunkline/core/webhooks/retry'
import type { WebhookState } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { webhookAttempts } from '@trunkline/db/schema/webhooks'
import { DrizzleQueryError } from 'drizzle-orm'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'

/** Why it failed, without the statement's parameters: those are the body. */
export function reasonOf(error: unknown): { text: string; sqlState: string | undefined } {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  const sqlState = (cause as { code?: string } | undefined)?.code
  const text = cause instanceof Error ? cause.message : String(cause)
  return {
    text: plainText(maskText(sqlState === undefined ? text : `${text} (${sqlState})`), 1000),
    sqlState,
  }
}

/**
 * Counts a failed attempt: tried again later, or dead where it is hopeless or has been tried often enough. Two that meet it
 * at once count one attempt: who names the `attempts` that he `saw` counts only where nobody has counted since, nor he himself in
 * a commit that nobody answered.
 */
export async function recordFailure(
  ctx: Ctx,
  webhookId: string,
  error: unknown,
  saw?: { attempts: number },
): Promise<WebhookState> {
  const { text, sqlState } = reasonOf(error)
  ctx.log.error({ webhookId, sqlState, reason: text }, 'webhook not processed')
  ctx.faults.track({ error, source: 'worker', where: 'webhooks.process', webhookId })
  return await inTransaction(ctx, async (ctx) => {
    const [row] = await statement<{ attempts: number; state: WebhookState }>(
      ctx.db,
      'select attempts, state from webhook_queue where id = $1::text::uuid for update',
      [webhookId],
    )
    if (row !== undefined && saw !== undefined && row.attempts !== saw.attempts) return row.state
    // what is refused stays refused, and what is done stays done, whatever goes wrong while it is replayed
    if (row?.state === 'quarantined' || row?.state === 'processed') {
      const known = { id: newId(), webhookId, outcome: 'failed' as const, error: text }
      await ctx.db.insert(webhookAttempts).values({ ...known, by: actorLabel(ctx.actor), at: ctx.now })
      return row.state
    }
    const attempts = (row?.attempts ?? 0) + 1
    const wait = isHopeless(sqlState)
      ? undefined
      : nextAttemptSeconds({ attempts, jitter: Math.random(), isTransient: isTransient(sqlState) })
    const state = wait === undefined ? 'dead' : 'failed'
    await statement(
      ctx.db,
      `update webhook_queue set state = $2, attempts = $3::text::integer, last_error = $4,
         next_attempt_at = now() + make_interval(secs => $5::text::double precision)
       where id = $1::text::uuid`,
      [webhookId, state, String(attempts), text, wait === undefined ? null : String(wait)],
    )
    await ctx.db
      .insert(webhookAttempts)
      .values({ id: newId(), webhookId, outcome: state, error: text, by: actorLabel(ctx.actor), at: ctx.now })
    await announce(ctx, ['webhooks'])
    return state
  })
}
