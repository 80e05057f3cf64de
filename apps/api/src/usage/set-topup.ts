import type { Meter } from '@trunkline/core/usage/meter'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { eq } from 'drizzle-orm'
import type { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import type { topupRow } from './tiers.ts'

type Topup = z.infer<typeof topupRow>

/**
 * Puts a top-up on sale, at a price, or takes it off. What a key buys never changes, because somebody may be paying for it just now:
 * other units, or another time, are another key.
 */
export async function setTopup(
  ctx: Ctx,
  input: {
    key: string
    meter: Meter
    quantity: number
    priceCents: number
    lastsDays: number | null
    isOnSale: boolean
    reason: string
  },
): Promise<Topup> {
  const { reason, ...topup } = input
  return await inTransaction(ctx, async (ctx) => {
    const [made] = await ctx.db.insert(usageTopups).values(topup).onConflictDoNothing().returning()
    const [before] = made
      ? []
      : await ctx.db.select().from(usageTopups).where(eq(usageTopups.key, topup.key)).for('update')
    if (before !== undefined) {
      const changed = (['meter', 'quantity', 'lastsDays'] as const).filter((name) => before[name] !== topup[name])
      if (changed.length > 0)
        throw new DomainError('conflict', 'What a top-up buys never changes: give other units another key', {
          fields: Object.fromEntries(
            changed.map((name) => [name, `is ${before[name] ?? 'without end'} under this key`]),
          ),
        })
      const { priceCents, isOnSale } = topup
      await ctx.db.update(usageTopups).set({ priceCents, isOnSale }).where(eq(usageTopups.key, topup.key))
    }
    await audit(ctx, {
      action: 'usage.setTopup',
      subject: `topup:${topup.key}`,
      ...(before === undefined ? {} : { before: { priceCents: before.priceCents, isOnSale: before.isOnSale } }),
      after: { ...topup, reason },
    })
    await announce(ctx, ['usage', 'billing'])
    return topup
  })
}
