import {
  invoiceStatuses,
  lineKinds,
  lineStates,
  paymentStates,
  requestKinds,
  requestStates,
} from '@trunkline/core/billing/words'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { meters } from '@trunkline/core/usage/meter'
import { tierSchema } from '@trunkline/core/usage/tier'
import type { billingInvoices, billingPayments, billingRequests } from '@trunkline/db/schema/billing'
import type { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { z } from 'zod'
import { marginOf } from './cost.ts'

export const lineSchema = z.object({
  id: z.string(),
  customerId: z.string(),
  periodStart: z.string(),
  periodEnd: z.string(),
  kind: z.enum(lineKinds),
  meter: z.enum(meters).nullable(),
  tier: tierSchema,
  quantity: z.number(),
  unitPriceMicros: z.number(),
  amountCents: z.number(),
  /** What the provider takes, in micro-dollars, and what is left in cents. Null for whoever pays us. */
  providerCostMicros: z.number().nullable(),
  marginCents: z.number().nullable(),
  /** Calls and messages whose provider has named no price: the cost is that of the others, and the margin is not known. */
  unpriced: z.number().nullable(),
  state: z.enum(lineStates),
  correctsLineId: z.string().nullable(),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
})
type Line = typeof billingLineItems.$inferSelect

export function toLine(
  line: Line,
  seen: { tier: z.infer<typeof tierSchema>; withCost: boolean },
): z.infer<typeof lineSchema> {
  return {
    id: toWireId('line', line.id),
    customerId: toWireId('customer', line.customerId),
    periodStart: line.periodStart.toISOString(),
    periodEnd: line.periodEnd.toISOString(),
    kind: line.kind,
    meter: line.meter,
    tier: seen.tier,
    quantity: line.quantity,
    unitPriceMicros: line.unitPriceMicros,
    amountCents: line.amountCents,
    ...(seen.withCost ? marginOf(line) : { providerCostMicros: null, marginCents: null, unpriced: null }),
    state: line.state,
    correctsLineId: line.correctsLineId === null ? null : toWireId('line', line.correctsLineId),
    createdAt: line.createdAt.toISOString(),
    closedAt: line.closedAt?.toISOString() ?? null,
  }
}

export const invoiceSchema = z.object({
  id: z.string(),
  customerId: z.string(),
  stripeInvoiceId: z.string(),
  status: z.enum(invoiceStatuses),
  number: z.string().nullable(),
  amountDueCents: z.number(),
  amountPaidCents: z.number(),
  currency: z.string(),
  attempts: z.number(),
  periodStart: z.string().nullable(),
  periodEnd: z.string().nullable(),
  issuedAt: z.string(),
  failedAt: z.string().nullable(),
  paidAt: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  url: z.string().nullable(),
})

export const toInvoice = (invoice: typeof billingInvoices.$inferSelect): z.infer<typeof invoiceSchema> => ({
  id: toWireId('invoice', invoice.id),
  customerId: toWireId('customer', invoice.customerId),
  stripeInvoiceId: invoice.stripeInvoiceId,
  status: invoice.status,
  number: invoice.number,
  amountDueCents: invoice.amountDueCents,
  amountPaidCents: invoice.amountPaidCents,
  currency: invoice.currency,
  attempts: invoice.attempts,
  periodStart: iso(invoice.periodStart),
  periodEnd: iso(invoice.periodEnd),
  issuedAt: invoice.issuedAt.toISOString(),
  failedAt: iso(invoice.failedAt),
  paidAt: iso(invoice.paidAt),
  nextAttemptAt: iso(invoice.nextAttemptAt),
  url: invoice.url,
})

export const paymentSchema = z.object({
  id: z.string(),
  checkoutSessionId: z.string(),
  topup: z.string().nullable(),
  meter: z.enum(meters).nullable(),
  quantity: z.number().nullable(),
  amountCents: z.number(),
  refundedCents: z.number(),
  disputedCents: z.number(),
  state: z.enum(paymentStates),
  paidAt: z.string().nullable(),
  creditedAt: z.string().nullable(),
})

export const toPayment = (payment: typeof billingPayments.$inferSelect): z.infer<typeof paymentSchema> => ({
  id: toWireId('payment', payment.id),
  checkoutSessionId: payment.checkoutSessionId,
  topup: payment.topupKey,
  meter: payment.meter,
  quantity: payment.quantity,
  amountCents: payment.amountCents,
  refundedCents: payment.refundedCents,
  disputedCents: payment.disputedCents,
  state: payment.state,
  paidAt: iso(payment.paidAt),
  creditedAt: iso(payment.creditedAt),
})

export const requestSchema = z.object({
  id: z.string(),
  kind: z.enum(requestKinds),
  topup: z.string().nullable(),
  tier: tierSchema.nullable(),
  state: z.enum(requestStates),
  /** Where the person goes on, as soon as it is ready. A change of tier needs no page. */
  url: z.string().nullable(),
  error: z.string().nullable(),
  createdAt: z.string(),
})

export const toRequest = (request: typeof billingRequests.$inferSelect): z.infer<typeof requestSchema> => ({
  id: toWireId('request', request.id),
  kind: request.kind,
  topup: request.topupKey,
  tier: request.tier,
  state: request.state,
  url: request.url,
  error: request.state === 'failed' ? request.error : null,
  createdAt: request.createdAt.toISOString(),
})

const iso = (at: Date | null): string | null => at?.toISOString() ?? null
