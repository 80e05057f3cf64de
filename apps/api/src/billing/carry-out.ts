import { maskText } from '@trunkline/core/platform/mask'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { type TierKey, tierKeys } from '@trunkline/core/usage/tier'
import { billingAccounts, billingRequests } from '@trunkline/db/schema/billing'
import { customers } from '@trunkline/db/schema/customers'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { secretsOf } from '../platform/env.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { ProviderError } from '../providers/call.ts'
import {
  changeSubscription,
  findTierPrice,
  openPortal,
  openTierCheckout,
  openTopupCheckout,
} from '../providers/stripe/api.ts'
import { presentSnapshot } from '../usage/change-tier.ts'
import { carryOutSpec } from './create-request.ts'

type Request = typeof billingRequests.$inferSelect
type Account = typeof billingAccounts.$inferSelect

/**
 * Asks Stripe for what a request says, outside any transaction and under the request's own key: a repetition after a crash, or
 * after an answer that was lost, gets what the first one made. What Stripe refuses ends the request; else it is tried again.
 */
export async function carryOutRequest(ctx: NetCtx, input: { requestId: string }): Promise<void> {
  const leased = await lease(ctx, input.requestId)
  if (leased === undefined) return
  if ('heldSeconds' in leased) {
    await enqueue(ctx, carryOutSpec, input, { afterSeconds: leased.heldSeconds + 1 })
    return
  }
  try {
    const url = await ask(ctx, leased)
    step('billing.carried_out')
    await finish(ctx, leased, { state: 'ready', url, error: null })
  } catch (error) {
    const isFinal =
      (error instanceof ProviderError && error.outcome === 'refused') ||
      (error instanceof DomainError && error.refusal !== 'unavailable')
    const reason = maskText(error instanceof Error ? error.message : String(error), secretsOf(ctx.env)).slice(0, 500)
    await finish(
      ctx,
      leased,
      isFinal ? { state: 'failed', url: null, error: reason } : { state: 'pending', error: reason },
    )
    if (!isFinal) throw error
  }
}

async function lease(ctx: Ctx, requestId: string): Promise<Request | { heldSeconds: number } | undefined> {
  const isMine = and(eq(billingRequests.id, requestId), eq(billingRequests.state, 'pending'))
  const [taken] = await ctx.db
    .update(billingRequests)
    .set({
      attempts: sql`${billingRequests.attempts} + 1`,
      leaseGeneration: sql`${billingRequests.leaseGeneration} + 1`,
      leaseUntil: sql`now() + interval '1 minute'`,
    })
    .where(and(isMine, or(isNull(billingRequests.leaseUntil), lt(billingRequests.leaseUntil, sql`now()`))))
    .returning()
  if (taken !== undefined) return taken
  const [held] = await ctx.db
    .select({ seconds: sql<number>`greatest(1, ceil(extract(epoch from ${billingRequests.leaseUntil} - now())))::int` })
    .from(billingRequests)
    .where(isMine)
  return held && { heldSeconds: held.seconds }
}

type End = { state: 'ready' | 'failed'; url: string | null; error: string | null } | { state: 'pending'; error: string }

async function finish(ctx: Ctx, request: Request, end: End): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .update(billingRequests)
      .set({ ...end, leaseUntil: null, endedAt: end.state === 'pending' ? null : sql`now()` })
      .where(and(eq(billingRequests.id, request.id), eq(billingRequests.leaseGeneration, request.leaseGeneration)))
    await announce(ctx, ['billing'])
  })
}

/** Answers the page that the person is to be sent to, if there is one. */
async function ask(ctx: NetCtx, request: Request): Promise<string | null> {
  const { customerId } = request
  const [customer] = await ctx.db.select().from(customers).where(eq(customers.id, customerId))
  const [account] = await ctx.db.select().from(billingAccounts).where(eq(billingAccounts.customerId, customerId))
  if (customer === undefined) throw new DomainError('not_found', 'There is no such customer')
  const common = {
    customer: toWireId('customer', customerId),
    payer: { stripeCustomerId: account?.stripeCustomerId ?? null, email: customer.ownerEmail },
    returnUrl: `${ctx.env.PUBLIC_URL}/admin/billing`,
    idempotencyKey: `trunkline-${request.id}`,
  }
  switch (request.kind) {
    case 'topup': {
      const [topup] = await ctx.db
        .select()
        .from(usageTopups)
        .where(eq(usageTopups.key, request.topupKey ?? ''))
      if (topup === undefined) throw new DomainError('invalid', 'This top-up is not on sale any more')
      const name =
        topup.meter === 'call_seconds' ? `${Math.floor(topup.quantity / 60)} call minutes` : `${topup.quantity} SMS`
      return (await openTopupCheckout(ctx, { ...common, topup: { ...topup, name } })).url
    }
    case 'portal': {
      if (common.payer.stripeCustomerId === null) throw new DomainError('conflict', 'Stripe knows no such customer')
      return (await openPortal(ctx, { ...common, stripeCustomerId: common.payer.stripeCustomerId })).url
    }
    case 'subscribe': {
      const tier = request.tier ?? 'core'
      const priceId = await priceOf(ctx, tier)
      return (await openTierCheckout(ctx, { ...common, tier, priceId })).url
    }
    case 'change': {
      await changePrice(ctx, { account, tier: request.tier ?? 'core', idempotencyKey: common.idempotencyKey })
      return null
    }
  }
}

async function changePrice(
  ctx: NetCtx,
  change: { account: Account | undefined; tier: TierKey; idempotencyKey: string },
): Promise<void> {
  const { account, tier, idempotencyKey } = change
  const { stripeSubscriptionId: subscriptionId, subscriptionItemId: itemId, tier: present } = account ?? {}
  if (subscriptionId == null || itemId == null)
    throw new DomainError('conflict', 'There is no subscription that could be changed')
  const priceId = await priceOf(ctx, tier)
  const isAtOnce = present == null || tierKeys.indexOf(tier) > tierKeys.indexOf(present)
  await changeSubscription(ctx, { subscriptionId, itemId, priceId, tier, isAtOnce, idempotencyKey })
}

/** Stripe's price for a tier, where it is what we say the tier costs. */
async function priceOf(ctx: NetCtx, tier: TierKey): Promise<string> {
  const { monthlyPriceCents } = await presentSnapshot(ctx, tier, ctx.now)
  const price = await findTierPrice(ctx, tier)
  if (price === undefined) throw new DomainError('invalid', `Stripe has no price with the lookup key trunkline_${tier}`)
  if (price.unitAmountCents !== monthlyPriceCents)
    throw new DomainError('conflict', `Stripe’s price for ${tier} is not what the tier costs here`)
  return price.id
}
