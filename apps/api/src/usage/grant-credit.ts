import { toWireId } from '@trunkline/core/platform/wire-id'
import type { CreditSource } from '@trunkline/core/usage/credit'
import type { Meter } from '@trunkline/core/usage/meter'
import { usageCredits } from '@trunkline/db/schema/usage-credits'
import { eq } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { openPeriods } from './open-periods.ts'
import { refreshLimits } from './refresh-limits.ts'

/**
 * Grants units beyond the tier: they lift a stop at once and are spent after what is included. Once for ever by `sourceKey`,
 * whatever is delivered again; `granted` says whether it was this time.
 */
export async function grantCredit(
  ctx: Ctx,
  input: {
    customerId: string
    meter: Meter
    quantity: number
    source: Exclude<CreditSource, 'rollover'> | 'rollover'
    sourceKey: string
    priority: number
    expiresAt?: Date | null | undefined
    reason?: string | undefined
  },
): Promise<{ creditId: string; granted: boolean }> {
  const { customerId, meter, quantity, source, sourceKey, priority, expiresAt = null, reason = null } = input
  if (!Number.isSafeInteger(quantity) || quantity <= 0)
    throw new DomainError('invalid', 'A credit is a whole number above zero', {
      fields: { quantity: 'must be above 0' },
    })
  if (expiresAt !== null && expiresAt <= ctx.now)
    throw new DomainError('invalid', 'A credit ends after now', { fields: { expiresAt: 'must lie in the future' } })
  return await asApplication(ctx, async (ctx) => {
    const [limits] = await openPeriods(ctx, [customerId])
    if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
    const [granted] = await ctx.db
      .insert(usageCredits)
      .values({
        id: newId(),
        customerId,
        meter,
        source,
        sourceKey,
        quantity,
        remaining: quantity,
        priority,
        expiresAt,
        reason,
        grantedBy: actorLabel(ctx.actor),
        createdAt: ctx.now,
      })
      .onConflictDoNothing({ target: usageCredits.sourceKey })
      .returning({ id: usageCredits.id })
    if (granted === undefined) return { creditId: await creditOf(ctx, input), granted: false }
    await refreshLimits(ctx, limits)
    step('usage.credit_written')
    await audit(ctx, {
      action: 'usage.grantCredit',
      subject: toWireId('credit', granted.id),
      customerId,
      after: { meter, quantity, source, priority, expiresAt: expiresAt?.toISOString() ?? null, reason },
    })
    return { creditId: granted.id, granted: true }
  })
}

async function creditOf(ctx: Ctx, asked: { customerId: string; meter: Meter; quantity: number; sourceKey: string }) {
  const [known] = await ctx.db.select().from(usageCredits).where(eq(usageCredits.sourceKey, asked.sourceKey))
  const isSame =
    known?.customerId === asked.customerId && known.meter === asked.meter && known.quantity === asked.quantity
  if (!isSame) throw new DomainError('conflict', 'Another credit was granted under this key')
  return known.id
}
