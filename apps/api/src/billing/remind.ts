import { reminderMail } from '@trunkline/core/billing/dunning'
import { billingDeadlines, billingInvoices } from '@trunkline/db/schema/billing'
import { customers } from '@trunkline/db/schema/customers'
import { users } from '@trunkline/db/schema/sessions'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { canSendMail, sendMail } from '../providers/mail/send.ts'
import { leasedTo } from './run-deadlines.ts'

/**
 * Reminds the owner of an unpaid invoice, once. The try is written before anything is sent; a mail server cannot be asked, so a
 * reminder whose fate nobody knows is not sent twice. Where nobody can be reminded the row says why, and the days go on.
 */
export async function remindOwner(ctx: NetCtx, input: { deadlineId: string; generation: number }): Promise<void> {
  const [due] = await ctx.db
    .select({ deadline: billingDeadlines, invoice: billingInvoices, customer: customers })
    .from(billingDeadlines)
    .innerJoin(billingInvoices, eq(billingInvoices.stripeInvoiceId, billingDeadlines.stripeInvoiceId))
    .innerJoin(customers, eq(customers.id, billingDeadlines.customerId))
    .where(leasedTo(input))
  if (due === undefined) return
  const email = due.customer.ownerEmail ?? (await firstOwner(ctx, due.customer.id))
  if (!canSendMail(ctx)) return await end(ctx, input, 'Nobody was told: mail is not configured')
  if (email === null) return await end(ctx, input, 'Nobody was told: the customer has no owner with an address')
  if (due.deadline.triedAt !== null)
    return await end(ctx, input, 'Nobody knows whether it was sent: the process ended while it was')
  const mail = reminderMail({
    email,
    businessName: due.customer.businessName,
    amountCents: due.invoice.amountDueCents,
    number: due.invoice.number,
    day: due.deadline.day,
    payUrl: due.invoice.url ?? `${ctx.env.PUBLIC_URL}/admin/billing`,
  })
  if (!(await noteTry(ctx, input))) return
  try {
    await sendMail(ctx, { ...mail, reference: `reminder.${input.deadlineId}` })
  } catch (error) {
    // the mail server did not take it: the next try is the first
    await ctx.db.update(billingDeadlines).set({ triedAt: null }).where(leasedTo(input))
    throw error
  }
  step('billing.reminded')
  await end(ctx, input, null)
}

/** Writes down that it is sent now, unless somebody has done so. */
async function noteTry(ctx: Ctx, input: { deadlineId: string; generation: number }): Promise<boolean> {
  const [noted] = await ctx.db
    .update(billingDeadlines)
    .set({ triedAt: sql`now()` })
    .where(and(leasedTo(input), isNull(billingDeadlines.triedAt)))
    .returning({ id: billingDeadlines.id })
  return noted !== undefined
}

async function firstOwner(ctx: Ctx, customerId: string): Promise<string | null> {
  const [owner] = await ctx.db
    .select({ email: users.email })
    .from(users)
    .where(and(eq(users.customerId, customerId), eq(users.isActive, true)))
    .orderBy(asc(users.id))
    .limit(1)
  return owner?.email ?? null
}

async function end(ctx: Ctx, input: { deadlineId: string; generation: number }, reason: string | null): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.update(billingDeadlines).set({ state: 'done', reason, endedAt: sql`now()` }).where(leasedTo(input))
    await announce(ctx, ['billing'])
  })
}
