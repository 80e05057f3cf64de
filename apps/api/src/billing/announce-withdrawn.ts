import type { AccountSummary, DisputeSummary } from '@trunkline/core/billing/account'
import { usageCredits, usageWithdrawals } from '@trunkline/db/schema/usage-credits'
import { eq } from 'drizzle-orm'
import type { AlertDraft } from '../alerts/raise.ts'
import { settleAlerts } from '../alerts/settle.ts'
import type { Ctx } from '../platform/context.ts'
import { dollars, draft } from './draft.ts'
import { withdrawalKeyOf } from './take-back-topups.ts'

type Of = { customerId: string; name: string; summary: AccountSummary }

/** Money that was given back, each sum once: what it had bought is taken back as far as it was not used, and what was used is said. */
export async function refundDrafts(ctx: Ctx, of: Of): Promise<AlertDraft[]> {
  const { customerId, name, summary } = of
  const refunds = summary.refunds.filter(({ refundedCents }) => refundedCents > 0)
  if (refunds.length === 0) return []
  const takenOf = await withdrawn(ctx, of)
  return refunds.map((refund) => {
    const { kept, words } = takenOf(refund.paymentId)
    return draft({
      type: 'payment_refunded',
      severity: kept > 0 ? 'high' : 'medium',
      customerId,
      dedupKey: `billing:refund:${refund.id}:${refund.refundedCents}`,
      title: `${name}: ${dollars(refund.refundedCents)} were refunded${kept > 0 ? ' of what was used already' : ''}`,
      message: `${dollars(refund.refundedCents)} of a charge of ${name} were given back. ${words}`,
      runbook: 'docs/runbooks/billing.md#refund',
      metadata: { charge: refund.id, cents: refund.refundedCents, ...(kept > 0 ? { used: kept } : {}) },
    })
  })
}

const openedKeyOf = (dispute: DisputeSummary) => `billing:dispute:${dispute.id}`

/** A bank that asks for money back, at once; one that got it, with what was taken back; one that got it and gives it back after all. */
export async function disputeDrafts(ctx: Ctx, of: Of): Promise<AlertDraft[]> {
  const { customerId, name, summary } = of
  const { disputes } = summary
  const open = disputes.filter(({ isOver }) => !isOver)
  const lost = disputes.filter(({ status }) => status === 'lost')
  const returned = disputes.filter(({ status, wasLost }) => wasLost && status !== 'lost')
  const takenOf = lost.length === 0 ? undefined : await withdrawn(ctx, of)
  const base = (dispute: DisputeSummary) => ({
    customerId,
    metadata: { dispute: dispute.id, cents: dispute.amountCents },
  })
  return [
    ...open.map((dispute) =>
      draft({
        ...base(dispute),
        type: 'payment_disputed',
        severity: 'high',
        dedupKey: openedKeyOf(dispute),
        title: `${name}: a payment is disputed`,
        message: `The bank of ${name} asks ${dollars(dispute.amountCents)} back (${dispute.reason}). Answer in Stripe before its deadline.`,
        runbook: 'docs/runbooks/billing.md#dispute',
      }),
    ),
    ...lost.map((dispute) => {
      const { kept = 0, words = '' } = takenOf?.(dispute.paymentId) ?? {}
      return draft({
        ...base(dispute),
        type: 'payment_dispute_lost',
        severity: kept > 0 ? 'high' : 'medium',
        dedupKey: `billing:dispute_lost:${dispute.id}`,
        title: `${name}: a dispute is lost${kept > 0 ? ' over what was used already' : ''}`,
        message: `The bank of ${name} keeps ${dollars(dispute.amountCents)} (${dispute.reason}). ${words}`,
        runbook: 'docs/runbooks/billing.md#dispute-lost',
      })
    }),
    ...returned.map((dispute) =>
      draft({
        ...base(dispute),
        type: 'payment_dispute_returned',
        severity: 'medium',
        dedupKey: `billing:dispute_returned:${dispute.id}`,
        title: `${name}: a lost dispute is won after all`,
        message: `The bank of ${name} gives ${dollars(dispute.amountCents)} back, after the units that it had bought were taken back. Grant them again.`,
        runbook: 'docs/runbooks/billing.md#dispute-lost',
      }),
    ),
  ]
}

/** A dispute that is over waits for no answer. */
export async function settleDisputes(ctx: Ctx, { disputes }: AccountSummary): Promise<void> {
  const over = disputes.filter(({ isOver }) => isOver)
  await settleAlerts(ctx, { dedupKeys: over.map(openedKeyOf), by: 'Stripe' })
}

/** How much of what a payment had bought stays because it was used or promised, and what to say of the rest. */
async function withdrawn(
  ctx: Ctx,
  of: Of,
): Promise<(paymentId: string | undefined) => { kept: number; words: string }> {
  const rows = await ctx.db
    .select({
      key: usageWithdrawals.sourceKey,
      asked: usageWithdrawals.asked,
      taken: usageWithdrawals.taken,
      meter: usageCredits.meter,
    })
    .from(usageWithdrawals)
    .innerJoin(usageCredits, eq(usageCredits.id, usageWithdrawals.creditId))
    .where(eq(usageWithdrawals.customerId, of.customerId))
  return (paymentId) => {
    const payment = of.summary.payments.find(({ id }) => id === paymentId)
    const units = rows.find(({ key }) => payment !== undefined && key === withdrawalKeyOf(payment))
    if (units === undefined) return { kept: 0, words: 'It had bought nothing that is credited.' }
    const kept = units.asked - units.taken
    const noun = units.meter === 'sms_segments' ? 'segments' : 'seconds'
    const used =
      kept === 0 ? '' : ` ${kept} were used or promised already and stay: charge them if they should be paid.`
    return { kept, words: `${units.taken} of the ${units.asked} ${noun} that it had bought were taken back.${used}` }
  }
}
