import { type AccountSummary, summarizeAccount } from '@trunkline/core/billing/account'
import { tierKeys } from '@trunkline/core/usage/tier'
import { billingAccounts, billingInvoices, billingNames, billingPayments } from '@trunkline/db/schema/billing'
import { tierSnapshots, usageLimits } from '@trunkline/db/schema/usage'
import { eq, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { changeTier } from '../usage/change-tier.ts'
import { announceMoney, announceTierRefused } from './announce-money.ts'
import { creditTopups } from './credit-topups.ts'
import { factsOf } from './facts.ts'
import { followDebt } from './follow-debt.ts'
import { takeBackTopups } from './take-back-topups.ts'
import { writeRefunds } from './write-refunds.ts'

export type Account = typeof billingAccounts.$inferSelect

/** The customer's account, locked: money of one customer moves one after the other. */
export async function lockAccount(ctx: Ctx, customerId: string): Promise<Account> {
  await ctx.db.insert(billingAccounts).values({ customerId, updatedAt: ctx.now }).onConflictDoNothing()
  const [account] = await ctx.db
    .select()
    .from(billingAccounts)
    .where(eq(billingAccounts.customerId, customerId))
    .for('update')
  if (account === undefined) throw new Error('A customer has no account to lock')
  return account
}

/** Brings a customer's account to what Stripe's statements come to, and lets follow what is new: each thing once, however often. */
export async function applyAccount(ctx: Ctx, input: { customerId: string }): Promise<void> {
  const { customerId } = input
  const account = await lockAccount(ctx, customerId)
  const summary = summarizeAccount(await factsOf(ctx, customerId))
  await writeInvoices(ctx, customerId, summary)
  await writePayments(ctx, customerId, summary)
  await creditTopups(ctx, { customerId })
  await takeBackTopups(ctx, { customerId })
  const lost = summary.disputes.filter(({ wasLost }) => wasLost)
  await writeRefunds(ctx, {
    customerId,
    refunds: [
      ...summary.refunds,
      ...lost.map(({ id, status, amountCents, paymentId }) => ({
        id,
        refundedCents: status === 'lost' ? amountCents : 0,
        paymentId,
      })),
    ],
  })
  const hasFollowed = await followTier(ctx, account, summary)
  const state = await followDebt(ctx, account, summary)
  const { subscription, upcoming, pastDueSince } = summary
  const stripeCustomerId = await borneBy(ctx, { customerId, stripeCustomerId: summary.stripeCustomerId })
  await ctx.db
    .update(billingAccounts)
    .set({
      ...state,
      stripeCustomerId: stripeCustomerId ?? account.stripeCustomerId,
      stripeSubscriptionId: subscription?.id ?? null,
      subscriptionItemId: subscription?.itemId ?? null,
      subscriptionStatus: subscription?.status ?? null,
      tier: hasFollowed ? (summary.tier ?? null) : account.tier,
      subscriptionPeriodEnd: dateOf(subscription?.periodEnd),
      cancelAt: dateOf(subscription?.cancelAt),
      pastDueSince: dateOf(pastDueSince),
      upcomingCents: upcoming?.amountDueCents ?? null,
      upcomingAt: dateOf(upcoming?.dueAt),
      updatedAt: ctx.now,
    })
    .where(eq(billingAccounts.customerId, customerId))
  await announceMoney(ctx, { customerId, summary })
}

/** Stripe's customer where the name is this customer's: Stripe may know two of ours as one, and the name is of whoever bore it first. */
async function borneBy(
  ctx: Ctx,
  { customerId, stripeCustomerId }: { customerId: string; stripeCustomerId: string | undefined },
): Promise<string | undefined> {
  if (stripeCustomerId === undefined) return undefined
  const [owner] = await ctx.db
    .select({ customerId: billingNames.customerId })
    .from(billingNames)
    .where(eq(billingNames.name, `stripe:${stripeCustomerId}`))
  return owner?.customerId === customerId ? stripeCustomerId : undefined
}

const dateOf = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))

async function writeInvoices(ctx: Ctx, customerId: string, { invoices }: AccountSummary): Promise<void> {
  if (invoices.length === 0) return
  await ctx.db
    .insert(billingInvoices)
    .values(
      invoices.map((invoice) => ({
        id: newId(),
        customerId,
        stripeInvoiceId: invoice.id,
        status: invoice.status,
        number: invoice.number ?? null,
        amountDueCents: invoice.amountDueCents,
        amountPaidCents: invoice.amountPaidCents,
        currency: invoice.currency,
        attempts: invoice.attempts,
        periodStart: dateOf(invoice.periodStart),
        periodEnd: dateOf(invoice.periodEnd),
        failedAt: dateOf(invoice.failedAt),
        paidAt: dateOf(invoice.paidAt),
        nextAttemptAt: invoice.isOverdue ? dateOf(invoice.nextAttemptAt) : null,
        url: invoice.url ?? null,
        issuedAt: new Date(invoice.issuedAt),
        updatedAt: ctx.now,
      })),
    )
    .onConflictDoUpdate({
      target: billingInvoices.stripeInvoiceId,
      set: excluded([
        'status',
        'number',
        'amount_due_cents',
        'amount_paid_cents',
        'currency',
        'attempts',
        'period_start',
        'period_end',
        'failed_at',
        'paid_at',
        'next_attempt_at',
        'url',
        'issued_at',
        'updated_at',
      ]),
      setWhere: eq(billingInvoices.customerId, customerId),
    })
}

async function writePayments(ctx: Ctx, customerId: string, { payments }: AccountSummary): Promise<void> {
  if (payments.length === 0) return
  await ctx.db
    .insert(billingPayments)
    .values(
      payments.map((payment) => ({
        id: newId(),
        customerId,
        checkoutSessionId: payment.id,
        paymentIntentId: payment.paymentIntentId ?? null,
        topupKey: payment.topup ?? null,
        amountCents: payment.amountCents,
        refundedCents: payment.refundedCents,
        disputedCents: payment.disputedCents,
        lostCents: payment.lostCents,
        currency: payment.currency,
        state: payment.state,
        paidAt: dateOf(payment.paidAt),
        createdAt: new Date(payment.firstSaidAt),
        updatedAt: ctx.now,
      })),
    )
    .onConflictDoUpdate({
      target: billingPayments.checkoutSessionId,
      set: excluded([
        'payment_intent_id',
        'topup_key',
        'amount_cents',
        'refunded_cents',
        'disputed_cents',
        'lost_cents',
        'currency',
        'state',
        'paid_at',
        'created_at',
        'updated_at',
      ]),
      setWhere: eq(billingPayments.customerId, customerId),
    })
}

/** What the same statement would have inserted, column by column. */
const excluded = (columns: readonly string[]) =>
  Object.fromEntries(
    columns.map((column) => [
      column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      sql.raw(`excluded.${column}`),
    ]),
  )

const mayServe: readonly string[] = ['trialing', 'active', 'past_due']

/**
 * Lets the tier follow what Stripe charges: up at once, down when the period ends. A tier that staff gave stays until Stripe says
 * another one than it said last. Answers whether what Stripe says is done.
 */
async function followTier(ctx: Ctx, account: Account, { subscription, tier }: AccountSummary): Promise<boolean> {
  if (subscription === undefined || tier === undefined || !mayServe.includes(subscription.status)) return false
  if (tier === account.tier) return true
  const { customerId } = account
  const [present] = await ctx.db
    .select({ tier: tierSnapshots.tier })
    .from(usageLimits)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, usageLimits.tierSnapshotId))
    .where(eq(usageLimits.customerId, customerId))
  if (present === undefined) return false
  const isUp = tierKeys.indexOf(tier) > tierKeys.indexOf(present.tier)
  try {
    await inTransaction(ctx, (ctx) =>
      changeTier(ctx, {
        customerId,
        tier,
        when: isUp ? 'now' : 'period_end',
        reason: `Stripe charges for ${tier}`,
        sourceKey: `stripe:${subscription.eventId}`,
      }),
    )
    return true
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    await announceTierRefused(ctx, { customerId, tier, eventId: subscription.eventId, reason: error.message })
    return false
  }
}
