import { toWireId } from '@trunkline/core/platform/wire-id'
import type { WebhookState } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { webhookAttempts, webhooks } from '@trunkline/db/schema/webhooks'
import { inArray, sql } from 'drizzle-orm'
import { auditAll } from '../platform/audit.ts'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { adapters } from './adapters.ts'
import { type Stored, storedColumns } from './claim.ts'
import { describeChange, isFirst, type Picture, withoutWords } from './describe-change.ts'
import { picturesOf } from './picture.ts'
import { digest } from './process.ts'
import { releaseRefused } from './release-refused.ts'
import { type Move, movesOfEach } from './replay-sums.ts'

type Webhook = typeof webhooks.$inferSelect
export type Replayed = { state: WebhookState; effects: { changed: boolean; text: string[] } }
/** `fault` is why nothing can be made of the bytes: then it is dead, or processed as before. */
export type Outcome = Replayed & { fault?: string; moves: Move[]; isFirst: boolean }

/** Why of a webhook there is nothing to replay; undefined where there is. */
export function whyNoBytes({ shreddedAt, verdict }: Pick<Webhook, 'shreddedAt' | 'verdict'>): string | undefined {
  if (shreddedAt !== null) return 'Its bytes were erased, so there is nothing to replay'
  return verdict === 'too_large' ? 'Its body was too large to keep, so there is nothing to replay' : undefined
}

/** One by itself, as `replayTogether` does it. */
export async function replayAlone(ctx: Ctx, webhookId: string): Promise<Outcome> {
  const [outcome] = await replayTogether(ctx, [webhookId])
  if (outcome === undefined) throw new Error('Of each webhook there is an outcome')
  return outcome
}

/**
 * The replay itself, on the caller's transaction: committed it is done, rolled back it says what would be. Of several that are
 * replayed together no two speak of one call or message, or what came of each could not be told. Where there is nothing to
 * replay in one of them it throws: that one has to be replayed alone.
 */
export async function replayTogether(ctx: Ctx, webhookIds: readonly string[]): Promise<Outcome[]> {
  if (webhookIds.length === 0) return []
  const found = await ctx.db
    .select()
    .from(webhooks)
    .where(inArray(webhooks.id, [...webhookIds]))
    .orderBy(webhooks.id)
    .for('update')
  if (found.length < webhookIds.length) throw new DomainError('not_found', 'There is no such webhook')
  for (const webhook of found) {
    const missing = whyNoBytes(webhook)
    if (missing !== undefined) throw new DomainError('conflict', missing)
  }
  for (const webhook of found) if (webhook.state === 'quarantined') await releaseRefused(ctx, webhook)
  const ids = found.map(({ id }) => id)
  const before = await picturesOf(ctx, found)
  const since = newId()
  const stored = await statement<Stored>(
    ctx.db,
    `select ${storedColumns} from webhook_queue where id = any (($1::text[])::uuid[]) order by id`,
    [ids],
  )
  const { faults } = await digest(ctx, stored, { isReplay: true })
  const after = await picturesOf(ctx, found, before)
  const moves = await movesOfEach(ctx, ids, since)
  const became = await ctx.db
    .select({ id: webhooks.id, state: webhooks.state, customerId: webhooks.customerId })
    .from(webhooks)
    .where(inArray(webhooks.id, ids))
  const rowOf = new Map(became.map((row) => [row.id, row]))
  const replayed = found.map((webhook, place) => {
    const [was, is] = [before[place] ?? nothing, after[place] ?? nothing]
    const text = describeChange(was, is)
    const fault = faults.get(webhook.id)
    const outcome: Outcome = {
      state: rowOf.get(webhook.id)?.state ?? webhook.state,
      effects: { changed: text.length > 0, text },
      moves: moves.get(webhook.id) ?? [],
      isFirst: isFirst(was, is),
      ...(fault !== undefined && { fault }),
    }
    return { webhook, customerId: rowOf.get(webhook.id)?.customerId ?? null, outcome }
  })
  await keepEvidence(ctx, replayed)
  const outcomeOf = new Map(replayed.map(({ webhook, outcome }) => [webhook.id, outcome]))
  return webhookIds.flatMap((id) => outcomeOf.get(id) ?? [])
}

/** As long as several wait together for what somebody else has locked: alone only one of them would. */
export async function impatiently<Answer>(ctx: Ctx, work: () => Promise<Answer>): Promise<Answer> {
  await ctx.db.execute(sql`set local lock_timeout = '1s'`)
  const answer = await work()
  await ctx.db.execute(sql`set local lock_timeout to default`)
  return answer
}

const nothing: Picture = { rows: [], seconds: 0, segments: 0 }

/** An attempt of each, and who did it. */
async function keepEvidence(
  ctx: Ctx,
  replayed: readonly { webhook: Webhook; customerId: string | null; outcome: Outcome }[],
): Promise<void> {
  const by = actorLabel(ctx.actor)
  await ctx.db.insert(webhookAttempts).values(
    replayed.map(({ webhook, outcome: { fault, state, effects } }) => ({
      id: newId(),
      webhookId: webhook.id,
      outcome:
        fault === undefined ? ('replayed' as const) : state === 'processed' ? ('failed' as const) : ('dead' as const),
      error: fault ?? null,
      by,
      at: ctx.now,
      reading: adapters[webhook.provider].reading ?? 1,
      changes: withoutWords(effects.text),
    })),
  )
  await auditAll(
    ctx,
    replayed.map(({ webhook, customerId, outcome: { fault, state, effects } }) => ({
      action: 'webhooks.replay',
      subject: toWireId('webhook', webhook.id),
      customerId,
      before: { state: webhook.state, error: webhook.lastError },
      after: { state, error: fault ?? null, changes: effects.text.length },
    })),
  )
}
