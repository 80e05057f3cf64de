/** How a customer stands with its payments. `suspended`: it was reminded, did not pay, and stands still until it does. */
export const accountStates = ['none', 'active', 'past_due', 'suspended', 'canceled'] as const
export type AccountState = (typeof accountStates)[number]

/** Stripe's subscription statuses in the order of a subscription's life; what is ended stays ended. */
export const subscriptionStatuses = [
  'incomplete',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'incomplete_expired',
  'canceled',
] as const
export type SubscriptionStatus = (typeof subscriptionStatuses)[number]

/** Stripe's invoice statuses by rank: an invoice never goes back. */
export const invoiceStatuses = ['draft', 'open', 'uncollectible', 'void', 'paid'] as const
export type InvoiceStatus = (typeof invoiceStatuses)[number]

export const paymentStates = ['open', 'expired', 'paid', 'refunded', 'disputed'] as const
export type PaymentState = (typeof paymentStates)[number]

/** Stripe's statuses of a dispute that is over: `warning_closed` and `prevented` never took anything. */
export const disputeEnds = ['prevented', 'warning_closed', 'lost', 'won'] as const

/** What a line is for: a month of a tier, the rest of one after a change, usage of one meter, a top-up, money given back. */
export const lineKinds = ['fee', 'proration', 'usage', 'topup', 'refund'] as const

/** An open line follows its ledger; a closed one never changes. */
export const lineStates = ['open', 'closed'] as const

export const deadlineKinds = ['remind', 'suspend'] as const
export type DeadlineKind = (typeof deadlineKinds)[number]
export const deadlineStates = ['waiting', 'done', 'superseded', 'cancelled'] as const

/** What is asked of Stripe: a page to pay at, a page to change cards at, another price for the subscription. */
export const requestKinds = ['topup', 'subscribe', 'change', 'portal'] as const
export type RequestKind = (typeof requestKinds)[number]
export const requestStates = ['pending', 'ready', 'failed'] as const
export type RequestState = (typeof requestStates)[number]
