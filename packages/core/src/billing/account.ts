import type { TierKey } from '../usage/tier.ts'
import type { BillingFact } from './event.ts'
import { byId, endOf, inTime, last, newestOf, type Of, type Told, tell } from './told.ts'
import {
  type AccountState,
  type InvoiceStatus,
  invoiceStatuses,
  type PaymentState,
  type SubscriptionStatus,
} from './words.ts'

export type InvoiceSummary = Omit<Of<'invoice'>, 'of' | 'hasFailed'> & {
  issuedAt: number
  failedAt: number | undefined
  paidAt: number | undefined
  /** It was tried to collect it, in vain, and it is still owed. */
  isOverdue: boolean
}

export type PaymentSummary = {
  id: string
  state: PaymentState
  topup: string | undefined
  amountCents: number
  refundedCents: number
  /** What banks ask or have taken, and as much of it as they keep. */
  disputedCents: number
  lostCents: number
  currency: string
  paymentIntentId: string | undefined
  firstSaidAt: number
  paidAt: number | undefined
}

export type SubscriptionSummary = Omit<Of<'subscription'>, 'of'> & {
  isEnded: boolean
  /** The event that says so last: what is done because of it is done once. */
  eventId: string
}

export type RefundSummary = { id: string; refundedCents: number; paymentId: string | undefined; at: number }
export type DisputeSummary = {
  id: string
  amountCents: number
  reason: string
  status: string
  isOver: boolean
  /** Whether any of its statements said that it was lost, whatever became of it. */
  wasLost: boolean
  paymentId: string | undefined
  at: number
}

export type AccountSummary = {
  state: Exclude<AccountState, 'suspended'>
  stripeCustomerId: string | undefined
  subscription: SubscriptionSummary | undefined
  tier: TierKey | undefined
  pastDueSince: number | undefined
  upcoming: { amountDueCents: number; dueAt: number | undefined } | undefined
  invoices: InvoiceSummary[]
  payments: PaymentSummary[]
  refunds: RefundSummary[]
  disputes: DisputeSummary[]
}

const ended: readonly SubscriptionStatus[] = ['canceled', 'incomplete_expired']
const least = (times: readonly number[]) => (times.length === 0 ? undefined : Math.min(...times))

/**
 * Everything that Stripe's statements about one customer come to. It looks at the set of them alone: in whatever order they
 * came, and however often, the sum is the same. Of two statements about one thing the later counts; what is ended, paid or void
 * stays so; Stripe's clock counts whole seconds, so of two of one second the one further on in the thing's life is the later.
 */
export function summarizeAccount(all: readonly BillingFact[]): AccountSummary {
  const facts = [...new Map(all.map((fact) => [fact.eventId, fact])).values()]
  const subscriptions = byId(tell(facts, 'subscription')).map(summarizeSubscription)
  const subscription = presentOf(subscriptions)
  const invoices = byId(tell(facts, 'invoice')).map(summarizeInvoice)
  const refunds = tell(facts, 'refund')
  const disputes = tell(facts, 'dispute')
  const sessions = tell(facts, 'checkout').filter(({ said }) => said.isPurchase)
  const payments = byId(sessions).map((told) => summarizePayment(told, { refunds, disputes }))
  const pastDueSince = least(invoices.flatMap(({ isOverdue, failedAt }) => (isOverdue ? (failedAt ?? 0) : [])))
  const upcoming = last(tell(facts, 'upcoming'))?.said
  return {
    state: stateOf({ pastDueSince, subscription }),
    stripeCustomerId: inTime(facts.map((fact) => ({ fact }))).findLast(
      ({ fact }) => fact.stripeCustomerId !== undefined,
    )?.fact.stripeCustomerId,
    subscription,
    tier: subscription?.isEnded ? undefined : subscription?.tier,
    pastDueSince,
    upcoming: upcoming && { amountDueCents: upcoming.amountDueCents, dueAt: upcoming.dueAt },
    invoices,
    payments,
    refunds: byId(refunds).map((told) => summarizeRefund(told, payments)),
    disputes: byId(disputes).map((told) => summarizeDispute(told, payments)),
  }
}

function summarizeSubscription(told: Told<'subscription'>[]): SubscriptionSummary {
  const end = told.find(({ said }) => ended.includes(said.status))
  const { fact, said } = end ?? newestOf(told)
  const { of: _word, ...rest } = said
  return { ...rest, isEnded: end !== undefined, eventId: fact.eventId }
}

/** The youngest that runs; where none does, the youngest. */
function presentOf(subscriptions: readonly SubscriptionSummary[]): SubscriptionSummary | undefined {
  const young = [...subscriptions].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  return young.findLast(({ isEnded }) => !isEnded) ?? young.at(-1)
}

function summarizeInvoice(told: Told<'invoice'>[]): InvoiceSummary {
  const furthest = told.reduce<InvoiceStatus>(
    (status, { said }) =>
      invoiceStatuses.indexOf(said.status) > invoiceStatuses.indexOf(status) ? said.status : status,
    'draft',
  )
  const {
    of: _word,
    hasFailed: _failed,
    ...newest
  } = (told.findLast(({ said }) => said.status === furthest) ?? newestOf(told)).said
  const failedAt = least(told.flatMap(({ said, fact }) => (said.hasFailed ? fact.at : [])))
  return {
    ...newest,
    status: furthest,
    attempts: Math.max(...told.map(({ said }) => said.attempts)),
    issuedAt: Math.min(...told.map(({ fact }) => fact.at)),
    failedAt,
    paidAt: least(told.flatMap(({ said, fact }) => (said.status === 'paid' ? fact.at : []))),
    isOverdue: failedAt !== undefined && (furthest === 'open' || furthest === 'uncollectible'),
  }
}

function summarizePayment(
  told: Told<'checkout'>[],
  after: { refunds: readonly Told<'refund'>[]; disputes: readonly Told<'dispute'>[] },
): PaymentSummary {
  const { said: newest } = newestOf(told)
  const find = <Value>(pick: (said: Of<'checkout'>) => Value | undefined) =>
    told.map(({ said }) => pick(said)).findLast((value) => value !== undefined)
  const paymentIntentId = find((said) => said.paymentIntentId)
  const isMine = (said: { paymentIntentId?: string }) =>
    paymentIntentId !== undefined && said.paymentIntentId === paymentIntentId
  const refundedCents = byId(after.refunds.filter(({ said }) => isMine(said))).reduce(
    (sum, group) => sum + Math.max(...group.map(({ said }) => said.refundedCents)),
    0,
  )
  const disputes = byId(after.disputes.filter(({ said }) => isMine(said))).map((group) => standOf(group).said)
  const centsOf = (counts: (status: string) => boolean) =>
    disputes.reduce((sum, { status, amountCents }) => (counts(status) ? sum + amountCents : sum), 0)
  const disputedCents = centsOf((status) => status === 'lost' || endOf(status) < 0)
  const paidAt = least(told.flatMap(({ said, fact }) => (said.isPaid ? fact.at : [])))
  const isExpired = told.some(({ said }) => said.status === 'expired')
  return {
    id: newest.id,
    state:
      paidAt === undefined
        ? isExpired
          ? 'expired'
          : 'open'
        : disputedCents > 0
          ? 'disputed'
          : refundedCents > 0
            ? 'refunded'
            : 'paid',
    topup: find((said) => said.purchase?.topup),
    amountCents: newest.amountCents,
    refundedCents,
    disputedCents,
    lostCents: centsOf((status) => status === 'lost'),
    currency: newest.currency,
    paymentIntentId,
    firstSaidAt: Math.min(...told.map(({ fact }) => fact.at)),
    paidAt,
  }
}

/** The last of what was said of a dispute; one that is over stays so. */
function standOf(told: readonly Told<'dispute'>[]): Told<'dispute'> {
  return told.findLast(({ said }) => endOf(said.status) >= 0) ?? newestOf(told)
}

function summarizeDispute(told: Told<'dispute'>[], payments: readonly PaymentSummary[]): DisputeSummary {
  const { id, amountCents, reason, status } = standOf(told).said
  return {
    id,
    amountCents,
    reason,
    status,
    isOver: endOf(status) >= 0,
    wasLost: told.some(({ said }) => said.status === 'lost'),
    paymentId: paymentOf(told, payments),
    at: Math.min(...told.map(({ fact }) => fact.at)),
  }
}

/** The payment that a refund or dispute is about, where it is one of a checkout. */
function paymentOf(
  told: readonly { said: { paymentIntentId?: string } }[],
  payments: readonly PaymentSummary[],
): string | undefined {
  const paymentIntentId = told.map(({ said }) => said.paymentIntentId).find((id) => id !== undefined)
  return payments.find((payment) => paymentIntentId !== undefined && payment.paymentIntentId === paymentIntentId)?.id
}

function summarizeRefund(told: Told<'refund'>[], payments: readonly PaymentSummary[]): RefundSummary {
  return {
    id: told[0]?.said.id ?? '',
    refundedCents: Math.max(...told.map(({ said }) => said.refundedCents)),
    paymentId: paymentOf(told, payments),
    at: Math.min(...told.map(({ fact }) => fact.at)),
  }
}

function stateOf(known: {
  pastDueSince: number | undefined
  subscription: SubscriptionSummary | undefined
}): AccountSummary['state'] {
  if (known.pastDueSince !== undefined) return 'past_due'
  if (known.subscription === undefined) return 'none'
  return known.subscription.isEnded ? 'canceled' : 'active'
}
