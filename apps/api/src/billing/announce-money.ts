import type { AccountSummary } from '@trunkline/core/billing/account'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { customers } from '@trunkline/db/schema/customers'
import { usageTopups } from '@trunkline/db/schema/usage-credits'
import { eq } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import type { Ctx } from '../platform/context.ts'
import { disputeDrafts, refundDrafts, settleDisputes } from './announce-withdrawn.ts'
import { dollars, draft } from './draft.ts'

/** Tells staff what needs a person: a payment that failed, money given back or disputed, a payment for something unknown. Each once. */
export async function announceMoney(ctx: Ctx, input: { customerId: string; summary: AccountSummary }): Promise<void> {
  const { customerId, summary } = input
  const overdue = summary.invoices.filter(({ isOverdue }) => isOverdue)
  const bought = summary.payments.filter(({ paidAt }) => paidAt !== undefined)
  const ends = summary.subscription?.isEnded ? [summary.subscription] : []
  if (overdue.length + bought.length + summary.refunds.length + summary.disputes.length + ends.length === 0) return
  await settleDisputes(ctx, summary)
  const name = await nameOf(ctx, customerId)
  const topups = bought.length === 0 ? [] : await ctx.db.select({ key: usageTopups.key }).from(usageTopups)
  const isKnown = new Set(topups.map(({ key }) => key))
  await raiseAlerts(ctx, [
    ...overdue.map((invoice) =>
      draft({
        type: 'payment_failed',
        severity: 'high',
        customerId,
        dedupKey: `billing:payment_failed:${invoice.id}`,
        title: `${name}: a payment failed`,
        message: `${dollars(invoice.amountDueCents)} of ${name} could not be collected. Its owner is reminded today, tomorrow and in three days; a day later it is suspended.`,
        runbook: 'docs/runbooks/billing.md#payment-failed',
        metadata: { invoice: invoice.number ?? invoice.id, cents: invoice.amountDueCents },
      }),
    ),
    ...(await refundDrafts(ctx, { customerId, name, summary })),
    ...(await disputeDrafts(ctx, { customerId, name, summary })),
    ...bought
      .filter(({ topup }) => topup === undefined || !isKnown.has(topup))
      .map((payment) =>
        draft({
          type: 'payment_for_unknown',
          severity: 'high',
          customerId,
          dedupKey: `billing:unknown_purchase:${payment.id}`,
          title: `${name}: paid for something unknown`,
          message: `${name} paid ${dollars(payment.amountCents)} in a checkout that names no top-up of ours. Nothing was credited.`,
          runbook: 'docs/runbooks/billing.md#paid-for-something-unknown',
          metadata: { cents: payment.amountCents, session: payment.id },
        }),
      ),
    ...ends.map((subscription) =>
      draft({
        type: 'subscription_ended',
        severity: 'medium',
        customerId,
        dedupKey: `billing:ended:${subscription.id}`,
        title: `${name}: the subscription has ended`,
        message: `The subscription of ${name} has ended in Stripe. The customer is served until somebody pauses or closes it.`,
        runbook: 'docs/runbooks/billing.md#subscription-ended',
        metadata: { subscription: subscription.id },
      }),
    ),
  ])
}

export async function announceSuspended(
  ctx: Ctx,
  input: { customerId: string; stripeInvoiceId: string },
): Promise<void> {
  const name = await nameOf(ctx, input.customerId)
  await raiseAlerts(ctx, [
    draft({
      type: 'customer_suspended',
      severity: 'high',
      customerId: input.customerId,
      dedupKey: `billing:suspended:${input.stripeInvoiceId}`,
      title: `${name} is suspended`,
      message: `${name} did not pay after three reminders. Calls and texts stop until the payment arrives; then they resume by themselves.`,
      runbook: 'docs/runbooks/billing.md#suspended',
      metadata: { invoice: input.stripeInvoiceId },
    }),
  ])
}

export async function announceTierRefused(
  ctx: Ctx,
  input: { customerId: string; tier: string; eventId: string; reason: string },
): Promise<void> {
  const name = await nameOf(ctx, input.customerId)
  await raiseAlerts(ctx, [
    draft({
      type: 'tier_not_followed',
      severity: 'high',
      customerId: input.customerId,
      dedupKey: `billing:tier:${input.eventId}`,
      title: `${name} pays for ${input.tier} and does not have it`,
      message: `Stripe charges ${name} for ${input.tier}, but the tier could not be changed: ${input.reason}`,
      runbook: 'docs/runbooks/billing.md#tier-not-followed',
      metadata: { tier: input.tier, customer: toWireId('customer', input.customerId) },
    }),
  ])
}

/** One alert for each thing of Stripe's that nobody is known for. */
export async function announceNobodys(ctx: Ctx, events: readonly { eventId: string; type: string }[]): Promise<void> {
  await raiseAlerts(
    ctx,
    events.map(({ eventId, type }) =>
      draft({
        type: 'payment_of_nobody',
        severity: 'high',
        customerId: null,
        dedupKey: `billing:nobody:${eventId}`,
        title: 'Stripe tells of money that is nobody’s',
        message: `Stripe sent ${type} (${eventId}), and no customer of ours bears any of its names.`,
        runbook: 'docs/runbooks/billing.md#money-of-nobody',
        metadata: { event: eventId, type },
      }),
    ),
  )
}

async function nameOf(ctx: Ctx, customerId: string): Promise<string> {
  const [customer] = await ctx.db
    .select({ name: customers.businessName })
    .from(customers)
    .where(eq(customers.id, customerId))
  return customer?.name ?? 'A customer'
}
