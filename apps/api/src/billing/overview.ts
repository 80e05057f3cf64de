import { toWireId } from '@trunkline/core/platform/wire-id'
import { tierKeys } from '@trunkline/core/usage/tier'
import {
  billingAccounts,
  billingDeadlines,
  billingInvoices,
  billingPayments,
  billingRequests,
} from '@trunkline/db/schema/billing'
import { customers } from '@trunkline/db/schema/customers'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { asc, desc, eq, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { canAskStripe } from '../providers/stripe/api.ts'
import { presentSnapshot } from '../usage/change-tier.ts'
import type { accountSchema } from './views.ts'
import { toPayment, toRequest } from './wire.ts'

/** How a customer stands with its payments: what it owes, what happens next, what it may buy. */
export async function loadBilling(ctx: Ctx, input: { customerId: string }): Promise<z.infer<typeof accountSchema>> {
  const { customerId } = input
  const [customer] = await ctx.db.select().from(customers).where(eq(customers.id, customerId))
  if (customer === undefined) throw new DomainError('not_found', 'There is no such customer')
  const [account] = await ctx.db.select().from(billingAccounts).where(eq(billingAccounts.customerId, customerId))
  const [sums] = await ctx.db
    .select({
      owed: sql<string>`coalesce(sum(${billingInvoices.amountDueCents} - ${billingInvoices.amountPaidCents}) filter (where ${billingInvoices.status} in ('open', 'uncollectible')), 0)`,
      paid: sql<string>`coalesce(sum(${billingInvoices.amountPaidCents}), 0)`,
    })
    .from(billingInvoices)
    .where(eq(billingInvoices.customerId, customerId))
  const deadlines = await ctx.db
    .select()
    .from(billingDeadlines)
    .where(eq(billingDeadlines.customerId, customerId))
    .orderBy(desc(billingDeadlines.id))
    .limit(20)
  const payments = await ctx.db
    .select()
    .from(billingPayments)
    .where(eq(billingPayments.customerId, customerId))
    .orderBy(desc(billingPayments.id))
    .limit(20)
  const requests = await ctx.db
    .select()
    .from(billingRequests)
    .where(eq(billingRequests.customerId, customerId))
    .orderBy(desc(billingRequests.id))
    .limit(5)
  const topups = await ctx.db
    .select()
    .from(usageTopups)
    .where(eq(usageTopups.isOnSale, true))
    .orderBy(asc(usageTopups.key))
  return {
    customerId: toWireId('customer', customerId),
    businessName: customer.businessName,
    state: account?.state ?? 'none',
    tier: account?.tier ?? null,
    stripeCustomerId: account?.stripeCustomerId ?? null,
    stripeSubscriptionId: account?.stripeSubscriptionId ?? null,
    subscriptionStatus: account?.subscriptionStatus ?? null,
    subscriptionPeriodEnd: iso(account?.subscriptionPeriodEnd),
    cancelAt: iso(account?.cancelAt),
    pastDueSince: iso(account?.pastDueSince),
    suspendedAt: iso(account?.suspendedAt),
    canPay: canAskStripe(ctx),
    owedCents: Number(sums?.owed ?? 0),
    paidCents:
      Number(sums?.paid ?? 0) +
      payments.reduce((sum, { paidAt, amountCents }) => (paidAt ? sum + amountCents : sum), 0),
    upcoming:
      account?.upcomingCents == null ? null : { amountCents: account.upcomingCents, at: iso(account.upcomingAt) },
    deadlines: deadlines.map(({ kind, day, dueAt, state, reason, endedAt }) => ({
      kind,
      day,
      dueAt: dueAt.toISOString(),
      state,
      reason,
      endedAt: iso(endedAt),
    })),
    payments: payments.map(toPayment),
    requests: requests.map(toRequest),
    topups: topups.map(({ key, meter, quantity, priceCents, lastsDays }) => ({
      key,
      meter,
      quantity,
      priceCents,
      lastsDays,
    })),
    tiers: await tiersOnSale(ctx),
  }
}

async function tiersOnSale(ctx: Ctx): Promise<z.infer<typeof accountSchema>['tiers']> {
  const tiers = []
  for (const tier of tierKeys) {
    const { monthlyPriceCents, callCapSeconds, smsCapSegments } = await presentSnapshot(ctx, tier, ctx.now)
    tiers.push({ tier, monthlyPriceCents, callCapSeconds, smsCapSegments })
  }
  return tiers
}

/** What came of a request: the page to go to, or why there is none. */
export async function findRequest(ctx: Ctx, input: { requestId: string }) {
  const [request] = await ctx.db.select().from(billingRequests).where(eq(billingRequests.id, input.requestId))
  if (request === undefined) throw new DomainError('not_found', 'There is no such request')
  return toRequest(request)
}

const iso = (at: Date | null | undefined): string | null => at?.toISOString() ?? null
