import { summarizeAccount } from '@trunkline/core/billing/account'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { billingAccounts, billingDeadlines } from '@trunkline/db/schema/billing'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { ProviderError } from '../providers/call.ts'
import { canAskStripe, fetchInvoice } from '../providers/stripe/api.ts'
import { askedInvoice } from '../providers/stripe/webhook.ts'
import { pauseCustomer } from '../usage/pause.ts'
import { announceSuspended } from './announce-money.ts'
import { lockAccount } from './apply-account.ts'
import { factsOf } from './facts.ts'
import { recordBilling } from './record.ts'
import { leasedTo } from './run-deadlines.ts'

/**
 * Suspends a customer that did not pay. Stripe is asked first, because the webhook of a payment may be late; what it answers is kept
 * like any statement of its own. Then, under the account's lock, who still owes stands still for the cause of payment.
 */
export async function suspendCustomer(ctx: NetCtx, input: { deadlineId: string; generation: number }): Promise<void> {
  const [deadline] = await ctx.db.select().from(billingDeadlines).where(leasedTo(input))
  if (deadline === undefined) return
  const { customerId, stripeInvoiceId } = deadline
  const invoice = canAskStripe(ctx) ? await askInvoice(ctx, stripeInvoiceId) : undefined
  step('billing.asked')
  await inTransaction(ctx, async (ctx) => {
    if (invoice !== undefined) {
      const eventId = `asked_${input.deadlineId}_${input.generation}`
      await recordBilling(ctx, [
        { webhookId: null, event: askedInvoice(invoice, { eventId, customerId, now: ctx.now.getTime() }) },
      ])
    }
    await lockAccount(ctx, customerId)
    const { invoices } = summarizeAccount(await factsOf(ctx, customerId))
    const isOwed = invoices.some(({ id, isOverdue }) => id === stripeInvoiceId && isOverdue)
    const [ended] = await ctx.db
      .update(billingDeadlines)
      .set({ state: isOwed ? 'done' : 'cancelled', endedAt: sql`now()` })
      .where(leasedTo(input))
      .returning({ id: billingDeadlines.id })
    if (ended === undefined || !isOwed) return
    await pauseForDebt(ctx, { customerId, stripeInvoiceId })
    step('billing.suspended')
  })
}

async function pauseForDebt(ctx: Ctx, input: { customerId: string; stripeInvoiceId: string }): Promise<void> {
  const { customerId, stripeInvoiceId } = input
  const reason = 'A payment failed and three reminders passed'
  await pauseCustomer(ctx, { customerId, cause: 'payment', reason })
  await ctx.db
    .update(billingAccounts)
    .set({ state: 'suspended', suspendedAt: sql`now()`, updatedAt: ctx.now })
    .where(eq(billingAccounts.customerId, customerId))
  await announceSuspended(ctx, { customerId, stripeInvoiceId })
  await audit(ctx, {
    action: 'billing.suspend',
    subject: toWireId('customer', customerId),
    customerId,
    after: { invoice: stripeInvoiceId, reason },
  })
  await announce(ctx, ['billing', 'usage'])
}

async function askInvoice(ctx: NetCtx, id: string): Promise<Record<string, unknown> | undefined> {
  try {
    return await fetchInvoice(ctx, id)
  } catch (error) {
    // Stripe does not know it: then what it told us before is all that there is
    if (error instanceof ProviderError && error.outcome === 'refused') return undefined
    throw error
  }
}
