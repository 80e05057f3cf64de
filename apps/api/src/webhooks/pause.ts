import { toWireId, wireId } from '@trunkline/core/platform/wire-id'
import { type WebhookProvider, webhookProviders } from '@trunkline/core/webhooks/state'
import { customers } from '@trunkline/db/schema/customers'
import { webhookPauses } from '@trunkline/db/schema/webhooks-pauses'
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import { toCustomerRef } from '../customers/wire.ts'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { lockPauses } from './claim.ts'
import { releasePausedSpec } from './release-paused.ts'

const reason = z.string().trim().min(3).max(500)

/** Whose webhooks: a provider’s, those of one of its doors, or a customer’s. */
const target = z.strictObject({
  provider: z.enum(webhookProviders).optional(),
  door: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/)
    .optional(),
  customerId: wireId('customer').optional(),
  reason,
})
const namesOne = ({ provider, door, customerId }: { provider?: unknown; door?: unknown; customerId?: unknown }) =>
  (provider === undefined) !== (customerId === undefined) && (door === undefined || provider !== undefined)
const oneOfBoth = { error: 'must name a provider (and perhaps its door) or a customer', path: ['provider'] }

export const pauseInput = target
  .extend({ expiresAt: z.iso.datetime({ offset: true }).optional() })
  .refine(namesOne, oneOfBoth)
export const resumeInput = target.refine(namesOne, oneOfBoth)

type Target = {
  provider?: WebhookProvider | undefined
  door?: string | undefined
  customerId?: string | undefined
  reason: string
}

const isOpenFor = ({ provider, door, customerId }: Target) =>
  and(
    isNull(webhookPauses.endedAt),
    provider === undefined ? isNull(webhookPauses.provider) : eq(webhookPauses.provider, provider),
    door === undefined ? isNull(webhookPauses.door) : eq(webhookPauses.door, door),
    customerId === undefined ? isNull(webhookPauses.customerId) : eq(webhookPauses.customerId, customerId),
  )

/**
 * From the next batch on, what is of this source or customer is kept and not processed; what asks to be left alone is in
 * force all the same. Paused already: `changed` is false.
 */
export async function pauseProcessing(
  ctx: Ctx,
  input: Target & { expiresAt?: string | undefined },
): Promise<{ changed: boolean }> {
  const { provider, door, customerId, reason } = input
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt)
  if (expiresAt !== null && expiresAt <= ctx.now)
    throw new DomainError('invalid', 'A pause ends after now', { fields: { expiresAt: 'must lie in the future' } })
  return await inTransaction(ctx, async (ctx) => {
    if (customerId !== undefined) {
      const [known] = await ctx.db.select({ id: customers.id }).from(customers).where(eq(customers.id, customerId))
      if (known === undefined) throw new DomainError('not_found', 'There is no such customer')
    }
    await ctx.db
      .update(webhookPauses)
      .set(overBy('its time'))
      .where(and(isOpenFor(input), isOver()))
    const [paused] = await ctx.db
      .insert(webhookPauses)
      .values({ id: newId(), provider, door, customerId, reason, expiresAt, pausedBy: actorLabel(ctx.actor) })
      .onConflictDoNothing()
      .returning({ id: webhookPauses.id })
    if (paused === undefined) return { changed: false }
    await note(ctx, 'pause', input, { reason, expiresAt: expiresAt?.toISOString() ?? null })
    return { changed: true }
  })
}

/** Lifts a pause: what was kept is given back to the worker, oldest first. None stands: `changed` is false. */
export async function resumeProcessing(ctx: Ctx, input: Target): Promise<{ changed: boolean }> {
  return await inTransaction(ctx, async (ctx) => {
    await lockPauses(ctx)
    const [lifted] = await ctx.db
      .update(webhookPauses)
      .set({ endedAt: sql`now()`, endedBy: actorLabel(ctx.actor), endReason: input.reason })
      .where(isOpenFor(input))
      .returning({ id: webhookPauses.id })
    if (lifted === undefined) return { changed: false }
    await enqueue(ctx, releasePausedSpec, {})
    await note(ctx, 'resume', input, { reason: input.reason })
    return { changed: true }
  })
}

/** Ends the pauses whose time is over and gives back what they kept. */
export async function endOverduePauses(ctx: Ctx): Promise<number> {
  const isOverdue = and(isNull(webhookPauses.endedAt), isOver())
  const [overdue] = await ctx.db.select({ id: webhookPauses.id }).from(webhookPauses).where(isOverdue).limit(1)
  if (overdue === undefined) return 0
  return await inTransaction(ctx, async (ctx) => {
    await lockPauses(ctx)
    const ended = await ctx.db
      .update(webhookPauses)
      .set(overBy('its time'))
      .where(isOverdue)
      .returning({ id: webhookPauses.id })
    if (ended.length === 0) return 0
    step('webhooks.pauses_ended')
    await enqueue(ctx, releasePausedSpec, {})
    await announce(ctx, ['webhooks'])
    return ended.length
  })
}

const isOver = () => lte(webhookPauses.expiresAt, sql`now()`)
const overBy = (reason: string) => ({ endedAt: sql`now()`, endedBy: 'system:clock', endReason: `Ended by ${reason}` })

async function note(
  ctx: Ctx,
  act: 'pause' | 'resume',
  { provider, door, customerId }: Target,
  after: Record<string, string | null>,
): Promise<void> {
  const subject =
    customerId === undefined ? `source:${[provider, door].filter(Boolean).join('/')}` : toWireId('customer', customerId)
  await audit(ctx, { action: `webhooks.${act}`, subject, customerId: customerId ?? null, after })
  await announce(ctx, ['webhooks'])
}

/** The pauses that stand now. */
export async function listPauses(ctx: Ctx) {
  const rows = await ctx.db
    .select({ pause: webhookPauses, businessName: customers.businessName })
    .from(webhookPauses)
    .leftJoin(customers, eq(customers.id, webhookPauses.customerId))
    .where(
      and(isNull(webhookPauses.endedAt), or(isNull(webhookPauses.expiresAt), gt(webhookPauses.expiresAt, sql`now()`))),
    )
    .orderBy(webhookPauses.id)
  return rows.map(({ pause, businessName }) => ({
    provider: pause.provider,
    door: pause.door,
    customer: toCustomerRef(pause.customerId, businessName),
    reason: pause.reason,
    by: pause.pausedBy,
    since: pause.createdAt.toISOString(),
    expiresAt: pause.expiresAt?.toISOString() ?? null,
  }))
}
