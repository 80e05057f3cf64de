import { hash } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { WebhookState } from '@trunkline/core/webhooks/state'
import { rawOf, statement } from '@trunkline/db/connect'
import { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { usageEntries } from '@trunkline/db/schema/usage'
import { idempotencyKeys, webhookAttempts, webhooks } from '@trunkline/db/schema/webhooks'
import { eq, inArray, sql } from 'drizzle-orm'
import { recordSaid } from '../compliance/record-said.ts'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { adapters } from './adapters.ts'
import { type Stored, storedColumns } from './claim.ts'
import { describeChange, isFirst, type Picture, withoutWords } from './describe-change.ts'
import { addressFrom } from './door-paths.ts'
import { eventKeysOf } from './event-keys.ts'
import { digest } from './process.ts'
import { saidIn } from './receive.ts'
import { reasonOf, recordFailure } from './record-failure.ts'
import { type Move, movesOf } from './replay-sums.ts'
import { loadSecrets, secretsFor } from './sources.ts'

type Webhook = typeof webhooks.$inferSelect
export type Replayed = { state: WebhookState; effects: { changed: boolean; text: string[] } }

/**
 * Runs the stored bytes through the same processor as the first time and says what changed. Attempts and bytes of before
 * stay as they were; a webhook in quarantine is verified again first, with the secrets that count now. Where it fails, what
 * was processed stays so and what was refused stays refused: the attempt is kept, and whoever asked is told.
 */
export async function replayWebhook(ctx: Ctx, input: { webhookId: string }): Promise<Replayed> {
  let done: Replayed & { fault?: string }
  try {
    done = await inTransaction(ctx, (ctx) => replayInTransaction(ctx, input.webhookId))
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

/** Why of a webhook there is nothing to replay; undefined where there is. */
export function whyNoBytes({ shreddedAt, verdict }: Pick<Webhook, 'shreddedAt' | 'verdict'>): string | undefined {
  if (shreddedAt !== null) return 'Its bytes were erased, so there is nothing to replay'
  return verdict === 'too_large' ? 'Its body was too large to keep, so there is nothing to replay' : undefined
}

/**
 * The replay itself, on the caller's transaction: committed it is done, rolled back it says what would be. `fault` is why
 * nothing can be made of the bytes: then it is dead, or processed as before.
 */
export async function replayInTransaction(
  ctx: Ctx,
  webhookId: string,
): Promise<Replayed & { fault?: string; moves: Move[]; isFirst: boolean }> {
  const [webhook] = await ctx.db.select().from(webhooks).where(eq(webhooks.id, webhookId)).for('update')
  if (webhook === undefined) throw new DomainError('not_found', 'There is no such webhook')
  const missing = whyNoBytes(webhook)
  if (missing !== undefined) throw new DomainError('conflict', missing)
  if (webhook.state === 'quarantined') await release(ctx, webhook)
  const before = await pictureOf(ctx, webhook)
  const since = newId()
  const [stored] = await statement<Stored>(
    ctx.db,
    `select ${storedColumns} from webhook_queue where id = $1::text::uuid`,
    [webhookId],
  )
  const fault =
    stored === undefined ? undefined : (await digest(ctx, [stored], { isReplay: true })).faults.get(webhookId)
  const [after] = await ctx.db.select().from(webhooks).where(eq(webhooks.id, webhookId))
  const now = await pictureOf(ctx, webhook)
  const text = describeChange(before, now)
  await ctx.db.insert(webhookAttempts).values({
    id: newId(),
    webhookId,
    outcome: fault === undefined ? 'replayed' : after?.state === 'processed' ? 'failed' : 'dead',
    error: fault ?? null,
    by: actorLabel(ctx.actor),
    at: ctx.now,
    reading: adapters[webhook.provider].reading ?? 1,
    changes: withoutWords(text),
  })
  const state = after?.state ?? webhook.state
  await audit(ctx, {
    action: 'webhooks.replay',
    subject: toWireId('webhook', webhookId),
    customerId: after?.customerId ?? null,
    before: { state: webhook.state, error: webhook.lastError },
    after: { state, error: fault ?? null, changes: text.length },
  })
  const effects = { changed: text.length > 0, text }
  const moves = await movesOf(ctx, [webhookId], since)
  return { state, effects, moves, isFirst: isFirst(before, now), ...(fault !== undefined && { fault }) }
}

/**
 * Verifies a refused delivery again, as of when it came, at the address that it had then and at the one that it would have
 * now: PUBLIC_URL may have been wrong. What was proven genuine takes its key, if nobody has it.
 */
async function release(ctx: Ctx, webhook: Webhook): Promise<void> {
  const adapter = adapters[webhook.provider]
  const body = Buffer.from(webhook.body, webhook.bodyEncoding)
  const headers = Object.fromEntries(webhook.headers.map(([name, value]) => [name.toLowerCase(), value]))
  const delivery = { door: webhook.door, url: webhook.url, headers, body, receivedAt: webhook.receivedAt.getTime() }
  const secrets = secretsFor(await loadSecrets(ctx), webhook)
  const now = addressFrom(ctx.env.PUBLIC_URL, { door: `${webhook.provider}/${webhook.door}`, url: webhook.url })
  const asReceived = adapter.verify(delivery, secrets)
  const { verdict, secretId } =
    asReceived.verdict === 'verified' || now === undefined || now === webhook.url
      ? asReceived
      : adapter.verify({ ...delivery, url: now }, secrets)
  if (verdict !== 'verified')
    throw new DomainError('conflict', `It still cannot be verified (${verdict.replaceAll('_', ' ')})`)
  const reading = adapter.read(delivery, webhook.bodySha256.toString('hex'))
  if (reading.readable && reading.identity !== undefined) {
    const taken = await ctx.db
      .insert(idempotencyKeys)
      .values({
        key: hash('sha256', reading.identity, 'buffer'),
        webhookId: webhook.id,
        bodySha256: webhook.bodySha256,
      })
      .onConflictDoNothing()
      .returning({ key: idempotencyKeys.key })
    if (taken.length === 0) throw new DomainError('conflict', 'The same event has been received and accepted since')
  }
  await ctx.db
    .update(webhooks)
    .set({
      verdict,
      secretId: secretId ?? null,
      state: 'received',
      eventType: reading.readable ? reading.eventType : null,
      phoneNumber: reading.readable ? (reading.phoneNumber ?? null) : null,
    })
    .where(eq(webhooks.id, webhook.id))
  const said = reading.readable ? saidIn(reading) : undefined
  if (said !== undefined)
    await recordSaid(rawOf(ctx.db), [{ ...said, webhookId: webhook.id, at: webhook.receivedAt.toISOString() }])
}

/** What the webhook's calls, messages and ledger look like now. */
async function pictureOf(ctx: Ctx, webhook: Webhook): Promise<Picture> {
  const { callIds, messageIds } = await eventKeysOf(ctx, webhook)
  const calls = await ctx.db.select().from(callEvents).where(inArray(callEvents.id, callIds))
  const messages = await ctx.db.select().from(smsEvents).where(inArray(smsEvents.id, messageIds))
  const [booked] = await ctx.db
    .select({
      seconds: sql<number>`coalesce(sum(${usageEntries.quantity}) filter (where ${usageEntries.meter} = 'call_seconds'), 0)::int`,
      segments: sql<number>`coalesce(sum(${usageEntries.quantity}) filter (where ${usageEntries.meter} = 'sms_segments'), 0)::int`,
    })
    .from(usageEntries)
    .where(inArray(usageEntries.eventId, [...callIds, ...messageIds]))
  return {
    rows: [
      ...calls.map(({ id, status, customerId, seconds, disconnectReason, sentiment, summary }) => ({
        name: `Call ${toWireId('call', id)}`,
        facts: { status, customer: customerId, seconds, 'ended by': disconnectReason, sentiment, summary },
      })),
      ...messages.map(({ id, status, customerId, segments }) => ({
        name: `Message ${toWireId('message', id)}`,
        facts: { status, customer: customerId, segments },
      })),
    ],
    seconds: booked?.seconds ?? 0,
    segments: booked?.segments ?? 0,
  }
}
