import type { AccountSummary } from '@trunkline/core/billing/account'
import { dunning } from '@trunkline/core/billing/dunning'
import { billingDeadlines } from '@trunkline/db/schema/billing'
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { resumeCustomer } from '../usage/pause.ts'
import type { Account } from './apply-account.ts'

/**
 * What follows from debts: an invoice that failed gets its deadlines, counted from when we heard of it; one that is settled loses
 * those that wait; who was suspended and owes nothing any more goes on by itself. Answers the account's state.
 */
export async function followDebt(
  ctx: Ctx,
  account: Account,
  summary: AccountSummary,
): Promise<Pick<Account, 'state' | 'suspendedAt'>> {
  const { customerId } = account
  const overdue = summary.invoices.filter(({ isOverdue }) => isOverdue)
  if (overdue.length > 0) {
    await ctx.db
      .insert(billingDeadlines)
      .values(
        overdue.flatMap(({ id }) =>
          dunning.map(({ kind, day }) => ({
            id: newId(),
            customerId,
            stripeInvoiceId: id,
            kind,
            day,
            dueAt: sql`now() + make_interval(days => ${day})`,
            createdAt: ctx.now,
          })),
        ),
      )
      .onConflictDoNothing()
  }
  const settled = summary.invoices.filter(({ isOverdue, failedAt }) => failedAt !== undefined && !isOverdue)
  if (settled.length > 0) {
    await ctx.db
      .update(billingDeadlines)
      .set({ state: 'cancelled', reason: 'The invoice is settled', endedAt: sql`now()` })
      .where(
        and(
          eq(billingDeadlines.customerId, customerId),
          eq(billingDeadlines.state, 'waiting'),
          inArray(
            billingDeadlines.stripeInvoiceId,
            settled.map(({ id }) => id),
          ),
        ),
      )
  }
  if (summary.pastDueSince !== undefined && account.state === 'suspended')
    return { state: 'suspended', suspendedAt: account.suspendedAt }
  if (account.state === 'suspended')
    await resumeCustomer(ctx, { customerId, cause: 'payment', reason: 'What was owed is paid' })
  return { state: summary.state, suspendedAt: null }
}
