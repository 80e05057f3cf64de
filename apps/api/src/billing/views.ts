import { accountStates, deadlineKinds, deadlineStates, subscriptionStatuses } from '@trunkline/core/billing/words'
import { meters } from '@trunkline/core/usage/meter'
import { tierSchema } from '@trunkline/core/usage/tier'
import { z } from 'zod'
import { lineSchema, paymentSchema, requestSchema } from './wire.ts'

export const accountSchema = z.object({
  customerId: z.string(),
  businessName: z.string(),
  state: z.enum(accountStates),
  /** The tier that Stripe charges for; the one that is served stands with the usage. */
  tier: tierSchema.nullable(),
  stripeCustomerId: z.string().nullable(),
  stripeSubscriptionId: z.string().nullable(),
  subscriptionStatus: z.enum(subscriptionStatuses).nullable(),
  subscriptionPeriodEnd: z.string().nullable(),
  cancelAt: z.string().nullable(),
  pastDueSince: z.string().nullable(),
  suspendedAt: z.string().nullable(),
  canPay: z.boolean(),
  owedCents: z.number(),
  paidCents: z.number(),
  upcoming: z.object({ amountCents: z.number(), at: z.string().nullable() }).nullable(),
  deadlines: z.array(
    z.object({
      kind: z.enum(deadlineKinds),
      day: z.number(),
      dueAt: z.string(),
      state: z.enum(deadlineStates),
      reason: z.string().nullable(),
      endedAt: z.string().nullable(),
    }),
  ),
  payments: z.array(paymentSchema),
  requests: z.array(requestSchema),
  topups: z.array(
    z.object({
      key: z.string(),
      meter: z.enum(meters),
      quantity: z.number(),
      priceCents: z.number(),
      lastsDays: z.number().nullable(),
    }),
  ),
  tiers: z.array(
    z.object({
      tier: tierSchema,
      monthlyPriceCents: z.number(),
      callCapSeconds: z.number(),
      smsCapSegments: z.number(),
    }),
  ),
})

export const totalsSchema = z.object({
  feeCents: z.number(),
  prorationCents: z.number(),
  usageCents: z.number(),
  topupCents: z.number(),
  refundCents: z.number(),
  totalCents: z.number(),
  /** What was paid at once, and what is left for the invoice. */
  prepaidCents: z.number(),
  dueCents: z.number(),
  providerCostMicros: z.number().nullable(),
  marginCents: z.number().nullable(),
  unpriced: z.number().nullable(),
})

export const previewSchema = z.object({
  customerId: z.string(),
  tier: tierSchema,
  periodStart: z.string(),
  periodEnd: z.string(),
  isOver: z.boolean(),
  lines: z.array(lineSchema),
  /** What the ledger holds and no line yet: it is rated within a minute. */
  unrated: z.object({ callSeconds: z.number(), smsSegments: z.number() }),
  totals: totalsSchema,
})

export const periodSchema = z.enum(['current', 'last'])

const whatIfMeter = z.object({
  used: z.number(),
  cap: z.number(),
  beyond: z.number(),
  overageCents: z.number(),
  topupCents: z.number(),
  topups: z.record(z.string(), z.number()),
  isCovered: z.boolean(),
})
const rated = z.object({
  tier: tierSchema,
  feeCents: z.number(),
  calls: whatIfMeter,
  sms: whatIfMeter,
  totalCents: z.number(),
})
export const whatIfSchema = z.object({
  customerId: z.string(),
  periodStart: z.string(),
  periodEnd: z.string(),
  present: rated,
  other: rated,
  differenceCents: z.number(),
})

export const explainSchema = z.object({
  line: lineSchema,
  correctedBy: z.array(z.string()),
  entryCount: z.number(),
  entries: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      quantity: z.number(),
      /** Its share of the line's amount: the shares of all entries add up to it. */
      amountCents: z.number(),
      occurredAt: z.string(),
      eventId: z.string(),
      providerCostMicros: z.number().nullable(),
      webhookId: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  payment: paymentSchema.nullable(),
  statements: z.array(
    z.object({ eventId: z.string(), type: z.string(), at: z.string(), webhookId: z.string().nullable() }),
  ),
})
