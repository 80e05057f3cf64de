import type { RequestKind, RequestState } from '@trunkline/core/billing/words'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { type TierKey, tierKeys } from '@trunkline/core/usage/tier'
import { billingAccounts, billingRequests } from '@trunkline/db/schema/billing'
import { customers } from '@trunkline/db/schema/customers'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { and, count, eq, gt, sql } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { canAskStripe } from '../providers/stripe/api.ts'
import { presentSnapshot } from '../usage/change-tier.ts'

export const carryOutSpec = jobSpec({
  name: 'billing.carryOut',
  input: z.object({ requestId: z.uuid() }),
  attempts: 10,
})

export type Wish = { topup: string } | { tier: TierKey } | { portal: true }

const mostInAnHour = 20

/** Leaves a request to Stripe. It is carried out by a job, and what comes of it stands in its row. */
export async function createRequest(
  ctx: Ctx,
  input: { customerId: string; wish: Wish },
): Promise<{ id: string; state: RequestState }> {
  const { customerId, wish } = input
  if (!canAskStripe(ctx))
    throw new DomainError('unavailable', 'Payments are not set up on this server', { retryAfterSeconds: 3600 })
  return await asApplication(ctx, async (ctx) => {
    const [customer] = await ctx.db.select().from(customers).where(eq(customers.id, customerId)).for('share')
    if (customer === undefined || customer.status === 'closed')
      throw new DomainError('not_found', 'There is no such customer')
    const kind = await kindOf(ctx, { customerId, wish })
    await refuseTooMany(ctx, customerId)
    const request = {
      id: newId(),
      customerId,
      kind,
      topupKey: 'topup' in wish ? wish.topup : null,
      tier: 'tier' in wish ? wish.tier : null,
      requestedBy: actorLabel(ctx.actor),
      createdAt: ctx.now,
    }
    await ctx.db.insert(billingRequests).values(request)
    await enqueue(ctx, carryOutSpec, { requestId: request.id })
    await audit(ctx, {
      action: `billing.${kind === 'portal' ? 'portal' : 'checkout'}`,
      subject: toWireId('request', request.id),
      customerId,
      after: { kind, topup: request.topupKey, tier: request.tier },
    })
    await announce(ctx, ['billing'])
    return { id: toWireId('request', request.id), state: 'pending' as const }
  })
}

async function kindOf(ctx: Ctx, { customerId, wish }: { customerId: string; wish: Wish }): Promise<RequestKind> {
  const [account] = await ctx.db.select().from(billingAccounts).where(eq(billingAccounts.customerId, customerId))
  if ('portal' in wish) {
    if (account?.stripeCustomerId == null)
      throw new DomainError('conflict', 'There is nothing to manage before the first payment')
    return 'portal'
  }
  if ('topup' in wish) {
    const [topup] = await ctx.db
      .select()
      .from(usageTopups)
      .where(and(eq(usageTopups.key, wish.topup), eq(usageTopups.isOnSale, true)))
    if (topup === undefined)
      throw new DomainError('invalid', 'This top-up is not on sale', { fields: { topup: 'is not on sale' } })
    return 'topup'
  }
  if (!tierKeys.includes(wish.tier)) throw new DomainError('invalid', 'There is no such tier')
  await presentSnapshot(ctx, wish.tier, ctx.now)
  const runs = account?.stripeSubscriptionId != null && account.state !== 'canceled'
  if (!runs) return 'subscribe'
  if (account.tier === wish.tier)
    throw new DomainError('conflict', 'The customer pays for this tier already', {
      fields: { tier: 'is the present one' },
    })
  return 'change'
}

async function refuseTooMany(ctx: Ctx, customerId: string): Promise<void> {
  const [recent] = await ctx.db
    .select({ requests: count() })
    .from(billingRequests)
    .where(
      and(eq(billingRequests.customerId, customerId), gt(billingRequests.createdAt, sql`now() - interval '1 hour'`)),
    )
  if ((recent?.requests ?? 0) >= mostInAnHour)
    throw new DomainError('limit_exceeded', 'That is enough for now: try again in an hour', { retryAfterSeconds: 3600 })
}
