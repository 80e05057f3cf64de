import type { BillingFact } from '@trunkline/core/billing/event'
import {
  accountStates,
  deadlineKinds,
  deadlineStates,
  invoiceStatuses,
  paymentStates,
  requestKinds,
  requestStates,
  subscriptionStatuses,
} from '@trunkline/core/billing/words'
import { meters } from '@trunkline/core/usage/meter'
import { tierKeys } from '@trunkline/core/usage/tier'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'
import { customers } from './customers.ts'

const ofCustomer = () =>
  uuid()
    .notNull()
    .references(() => customers.id)

const amount = () => bigint({ mode: 'number' })

/**
 * What Stripe said, one row an event, whoever it is about. Accounts, invoices and payments are computed from these rows alone, so
 * order and repetition do not matter. `customer_id` is null while nobody is known who bears one of its `names`.
 */
export const billingEvents = pgTable(
  'billing_events',
  {
    id: id(),
    eventId: text().notNull().unique('billing_events_said_once'),
    customerId: uuid(),
    webhookId: uuid(),
    type: text().notNull(),
    names: text().array().notNull(),
    fact: jsonb().$type<BillingFact>().notNull(),
    at: at().notNull(),
    ...created,
  },
  (event) => [
    index('billing_events_by_customer').on(event.customerId, event.id),
    index('billing_events_of_nobody').on(event.id).where(sql`customer_id is null`),
  ],
)

/** Whom Stripe means: each name of its customers, subscriptions, invoices and payments belongs to one customer of ours. */
export const billingNames = pgTable(
  'billing_names',
  { name: text().primaryKey(), customerId: ofCustomer() },
  (name) => [index('billing_names_by_customer').on(name.customerId)],
)

/** How a customer stands. Its row is the lock under which money of the customer moves. */
export const billingAccounts = pgTable(
  'billing_accounts',
  {
    customerId: ofCustomer().primaryKey(),
    state: text({ enum: accountStates }).notNull().default('none'),
    stripeCustomerId: text().unique('billing_accounts_stripe_customer_is_one'),
    stripeSubscriptionId: text(),
    subscriptionItemId: text(),
    subscriptionStatus: text({ enum: subscriptionStatuses }),
    tier: text({ enum: tierKeys }),
    subscriptionPeriodEnd: at(),
    cancelAt: at(),
    pastDueSince: at(),
    suspendedAt: at(),
    upcomingCents: amount(),
    upcomingAt: at(),
    updatedAt: at().notNull(),
  },
  (account) => [
    check('billing_accounts_state_is_known', oneOf(account.state, accountStates)),
    check('billing_accounts_tier_is_known', oneOf(account.tier, tierKeys)),
    check(
      'billing_accounts_suspended_say_when',
      sql`(${account.state} = 'suspended') = (${account.suspendedAt} is not null)`,
    ),
    index('billing_accounts_by_state').on(account.state, account.customerId),
  ],
)

/** An invoice of Stripe's, as it stands. */
export const billingInvoices = pgTable(
  'billing_invoices',
  {
    id: id(),
    customerId: ofCustomer(),
    stripeInvoiceId: text().notNull().unique('billing_invoices_stand_once'),
    status: text({ enum: invoiceStatuses }).notNull(),
    number: text(),
    amountDueCents: amount().notNull(),
    amountPaidCents: amount().notNull(),
    currency: text().notNull(),
    attempts: integer().notNull(),
    periodStart: at(),
    periodEnd: at(),
    failedAt: at(),
    paidAt: at(),
    nextAttemptAt: at(),
    url: text(),
    issuedAt: at().notNull(),
    updatedAt: at().notNull(),
  },
  (invoice) => [
    check('billing_invoices_status_is_known', oneOf(invoice.status, invoiceStatuses)),
    index('billing_invoices_by_customer').on(invoice.customerId, invoice.id),
  ],
)

/** A top-up that is being bought: one row a checkout session. `credited_at` is written with the credit itself, once. */
export const billingPayments = pgTable(
  'billing_payments',
  {
    id: id(),
    customerId: ofCustomer(),
    checkoutSessionId: text().notNull().unique('billing_payments_stand_once'),
    paymentIntentId: text(),
    topupKey: text(),
    meter: text({ enum: meters }),
    quantity: quantity(),
    amountCents: amount().notNull(),
    refundedCents: amount().notNull().default(0),
    disputedCents: amount().notNull().default(0),
    /** Of disputes that were lost: the bank has taken it, and it does not come back. */
    lostCents: amount().notNull().default(0),
    currency: text().notNull(),
    state: text({ enum: paymentStates }).notNull(),
    paidAt: at(),
    creditedAt: at(),
    ...created,
    updatedAt: at().notNull(),
  },
  (payment) => [
    check('billing_payments_state_is_known', oneOf(payment.state, paymentStates)),
    check('billing_payments_meter_is_known', oneOf(payment.meter, meters)),
    check('billing_payments_credited_is_paid', sql`${payment.creditedAt} is null or ${payment.paidAt} is not null`),
    index('billing_payments_by_customer').on(payment.customerId, payment.id),
  ],
)

/** What happens while an invoice stays unpaid, written down when it failed: each once, by the database's clock. */
export const billingDeadlines = pgTable(
  'billing_deadlines',
  {
    id: id(),
    customerId: ofCustomer(),
    stripeInvoiceId: text().notNull(),
    kind: text({ enum: deadlineKinds }).notNull(),
    day: integer().notNull(),
    dueAt: at().notNull(),
    state: text({ enum: deadlineStates }).notNull().default('waiting'),
    leaseGeneration: integer().notNull().default(0),
    leaseUntil: at(),
    /** When a reminder was handed to the mail server: who finds it so does not know whether it arrived. */
    triedAt: at(),
    reason: text(),
    ...created,
    endedAt: at(),
  },
  (deadline) => [
    check('billing_deadlines_kind_is_known', oneOf(deadline.kind, deadlineKinds)),
    check('billing_deadlines_state_is_known', oneOf(deadline.state, deadlineStates)),
    unique('billing_deadlines_stand_once').on(deadline.stripeInvoiceId, deadline.kind, deadline.day),
    index('billing_deadlines_waiting').on(deadline.dueAt).where(sql`state = 'waiting'`),
    index('billing_deadlines_by_customer').on(deadline.customerId, deadline.id),
  ],
)

/** Something that somebody asked of Stripe. The job asks under the row's id, so that Stripe does it once. */
export const billingRequests = pgTable(
  'billing_requests',
  {
    id: id(),
    customerId: ofCustomer(),
    kind: text({ enum: requestKinds }).notNull(),
    topupKey: text(),
    tier: text({ enum: tierKeys }),
    state: text({ enum: requestStates }).notNull().default('pending'),
    url: text(),
    error: text(),
    attempts: integer().notNull().default(0),
    leaseGeneration: integer().notNull().default(0),
    leaseUntil: at(),
    requestedBy: text().notNull(),
    ...created,
    endedAt: at(),
  },
  (request) => [
    check('billing_requests_kind_is_known', oneOf(request.kind, requestKinds)),
    check('billing_requests_state_is_known', oneOf(request.state, requestStates)),
    check('billing_requests_tier_is_known', oneOf(request.tier, tierKeys)),
    index('billing_requests_by_customer').on(request.customerId, request.id),
  ],
)
