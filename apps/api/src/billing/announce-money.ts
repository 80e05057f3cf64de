import type { AccountSummary } from '@trunkline/core/billing/account'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { customers } from '@trunkline/db/schema/customers'
import { usageCredits, usageTopups, usageWithdrawals } from '@trunkline/db/schema/usage-credits'
import { eq } from 'drizzle-orm'
import { type AlertDraft, raiseAlerts } from '../alerts/raise.ts'
import type { Ctx } from '../platform/context.ts'
import { withdrawalKeyOf } from './take-back-topups.ts'

export const dollars = (cents: number) => `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`

/** An alert that stands by itself. */
function draft(of: Omit<AlertDraft, 'series' | 'rank'>): AlertDraft {
  return { ...of, series: of.dedupKey, rank: 0 }
}

/** Tells staff what needs a person: a payment that failed, money given back or disputed, a payment for something unknown. Each once. */
export async function announceMoney(ctx: Ctx, input: { customerId: string; summary: AccountSummary }): Promise<void> {
  const { customerId, summary } = input
  const overdue = summary.invoices.filter(({ isOverdue }) => isOverdue)
  const bought = summary.payments.filter(({ paidAt }) => paidAt !== undefined)
  const ends = summary.subscription?.isEnded ? [summary.subscription] : []
  if (overdue.length + bought.length + summary.refunds.length + summary.disputes.length + ends.length === 0) return
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
    ...summary.disputes.map((dispute) =>
      draft({
        type: 'payment_disputed',
        severity: 'high',
        customerId,
        dedupKey: `billing:dispute:${dispute.id}`,
        title: `${name}: a payment is disputed`,
        message: `The bank of ${name} asks ${dollars(dispute.amountCents)} back (${dispute.reason}). Answer in Stripe before its deadline.`,
        runbook: 'docs/runbooks/billing.md#dispute',
        metadata: { dispute: dispute.id, cents: dispute.amountCents },
      }),
    ),
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

/** Money that was given back, each sum once: what it had bought is taken back as far as it was not used, and what was used is said. */
async function refundDrafts(
  ctx: Ctx,
  of: { customerId: string; name: string; summary: AccountSummary },
): Promise<AlertDraft[]> {
  const { customerId, name, summary } = of
  const refunds = summary.refunds.filter(({ refundedCents }) => refundedCents > 0)
  if (refunds.length === 0) return []
  const withdrawn = await ctx.db
    .select({
      key: usageWithdrawals.sourceKey,
      asked: usageWithdrawals.asked,
      taken: usageWithdrawals.taken,
      meter: usageCredits.meter,
    })
    .from(usageWithdrawals)
    .innerJoin(usageCredits, eq(usageCredits.id, usageWithdrawals.creditId))
    .where(eq(usageWithdrawals.customerId, customerId))
  return refunds.map((refund) => {
    const payment = summary.payments.find(({ id }) => id === refund.paymentId)
    const units = withdrawn.find(({ key }) => payment !== undefined && key === withdrawalKeyOf(payment))
    const kept = units === undefined ? 0 : units.asked - units.taken
    const noun = units?.meter === 'sms_segments' ? 'segments' : 'seconds'
    const what =
      units === undefined
        ? 'It had bought nothing that is credited.'
        : `${units.taken} of the ${units.asked} ${noun} that it had bought were taken back.`
    const used =
      kept === 0 ? '' : ` ${kept} were used or promised already and stay: charge them if they should be paid.`
    return draft({
      type: 'payment_refunded',
      severity: kept > 0 ? 'high' : 'medium',
      customerId,
      dedupKey: `billing:refund:${refund.id}:${refund.refundedCents}`,
      title: `${name}: ${dollars(refund.refundedCents)} were refunded${kept > 0 ? ' of what was used already' : ''}`,
      message: `${dollars(refund.refundedCents)} of a charge of ${name} were given back. ${what}${used}`,
      runbook: 'docs/runbooks/billing.md#refund',
      metadata: { charge: refund.id, cents: refund.refundedCents, ...(kept > 0 ? { used: kept } : {}) },
    })
  })
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
