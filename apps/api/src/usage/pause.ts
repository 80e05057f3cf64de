import { toWireId } from '@trunkline/core/platform/wire-id'
import type { PauseCause } from '@trunkline/core/usage/pause'
import { usagePauses } from '@trunkline/db/schema/usage-credits'
import { and, eq, isNull } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { openPeriods } from './open-periods.ts'
import { refreshLimits } from './refresh-limits.ts'

/** A customer stands still, for one cause: nothing is admitted until every cause is lifted. Paused already for it: `changed` is false. */
export async function pauseCustomer(
  ctx: Ctx,
  input: { customerId: string; cause: PauseCause; reason: string; expiresAt?: Date | null | undefined },
): Promise<{ changed: boolean }> {
  const { customerId, cause, reason, expiresAt = null } = input
  if (expiresAt !== null && expiresAt <= ctx.now)
    throw new DomainError('invalid', 'A pause ends after now', { fields: { expiresAt: 'must lie in the future' } })
  return await asApplication(ctx, async (ctx) => {
    const [limits] = await openPeriods(ctx, [customerId])
    if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
    const [paused] = await ctx.db
      .insert(usagePauses)
      .values({
        id: newId(),
        customerId,
        cause,
        reason,
        pausedBy: actorLabel(ctx.actor),
        createdAt: ctx.now,
        expiresAt,
      })
      .onConflictDoNothing()
      .returning({ id: usagePauses.id })
    if (paused === undefined) return { changed: false }
    await refreshLimits(ctx, limits)
    step('usage.pause_written')
    await audit(ctx, {
      action: 'usage.pause',
      subject: toWireId('customer', customerId),
      customerId,
      after: { cause, reason, expiresAt: expiresAt?.toISOString() ?? null },
    })
    return { changed: true }
  })
}

/** Lifts one cause and no other. Where it does not stand, `changed` is false; `isPaused` says whether another one does. */
export async function resumeCustomer(
  ctx: Ctx,
  input: { customerId: string; cause: PauseCause; reason: string },
): Promise<{ changed: boolean; isPaused: boolean }> {
  const { customerId, cause, reason } = input
  return await asApplication(ctx, async (ctx) => {
    const [limits] = await openPeriods(ctx, [customerId])
    if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
    const lifted = await ctx.db
      .update(usagePauses)
      .set({ endedAt: ctx.now, endedBy: actorLabel(ctx.actor), endReason: reason })
      .where(and(eq(usagePauses.customerId, customerId), eq(usagePauses.cause, cause), isNull(usagePauses.endedAt)))
      .returning({ id: usagePauses.id })
    if (lifted.length === 0) return { changed: false, isPaused: limits.forcePause }
    const { forcePause } = await refreshLimits(ctx, limits)
    await audit(ctx, {
      action: 'usage.resume',
      subject: toWireId('customer', customerId),
      customerId,
      after: { cause, reason },
    })
    return { changed: true, isPaused: forcePause }
  })
}
