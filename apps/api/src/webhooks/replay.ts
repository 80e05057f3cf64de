import { toWireId } from '@trunkline/core/platform/wire-id'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { reasonOf, recordFailure } from './record-failure.ts'
import { type Outcome, type Replayed, replayAlone } from './replay-together.ts'

/**
 * Runs the stored bytes through the same processor as the first time and says what changed. Attempts and bytes of before
 * stay as they were; a webhook in quarantine is verified again first, with the secrets that count now. Where it fails, what
 * was processed stays so and what was refused stays refused: the attempt is kept, and whoever asked is told.
 */
export async function replayWebhook(ctx: Ctx, input: { webhookId: string }): Promise<Replayed> {
  let done: Replayed & { fault?: string }
  try {
    done = await replayOnce(ctx, input.webhookId)
  } catch (error) {
    if (error instanceof DomainError) throw error
    const { text } = reasonOf(error)
    const state = await recordFailure(ctx, input.webhookId, error)
    await audit(ctx, { action: 'webhooks.replay', subject: toWireId('webhook', input.webhookId), after: { state } })
    if (state === 'processed' || state === 'quarantined')
      throw new DomainError('unavailable', `The replay failed, and the webhook is ${state} as before: ${text}`)
    return { state, effects: { changed: false, text: [`It failed again: ${text}`] } }
  }
  const { fault, state, effects } = done
  if (fault === undefined) return { state, effects }
  if (state === 'processed')
    throw new DomainError('conflict', `It cannot be read any more, and is processed as before: ${fault}`)
  return { state, effects: { changed: effects.changed, text: [...effects.text, `It failed again: ${fault}`] } }
}

/** A deadlock says nothing of the webhook that met it, unless it always does. */
const mostTries = 3

async function replayOnce(ctx: Ctx, webhookId: string): Promise<Outcome> {
  for (let nth = 1; ; nth++) {
    try {
      return await inTransaction(ctx, (ctx) => replayAlone(ctx, webhookId))
    } catch (error) {
      const isLostRace = reasonOf(error).sqlState?.startsWith('40') === true
      if (!isLostRace || nth === mostTries) throw error
    }
  }
}
