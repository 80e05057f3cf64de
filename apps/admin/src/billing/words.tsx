import type { BillingAccount, InvoiceRow, LineRow } from '../app/contract.ts'
import { State, type Tone } from '../ui/pill.tsx'

type AccountState = BillingAccount['state']
type PaymentState = BillingAccount['payments'][number]['state']

const accounts: Record<AccountState, { tone: Tone; word: string }> = {
  suspended: { tone: 'critical', word: 'Suspended' },
  past_due: { tone: 'bad', word: 'Past due' },
  active: { tone: 'ok', word: 'Paying' },
  canceled: { tone: 'neutral', word: 'Cancelled' },
  none: { tone: 'neutral', word: 'No subscription' },
}
/** The worst first. */
export const accountStates = Object.keys(accounts) as AccountState[]
export const accountWord = (state: AccountState): string => accounts[state].word
export function AccountMark({ state }: { state: AccountState }) {
  return <State tone={accounts[state].tone}>{accounts[state].word}</State>
}

const invoices: Record<InvoiceRow['status'], { tone: Tone; word: string }> = {
  draft: { tone: 'neutral', word: 'Draft' },
  open: { tone: 'warn', word: 'Open' },
  uncollectible: { tone: 'bad', word: 'Uncollectible' },
  void: { tone: 'neutral', word: 'Void' },
  paid: { tone: 'ok', word: 'Paid' },
}
export function InvoiceMark({ status }: { status: InvoiceRow['status'] }) {
  return <State tone={invoices[status].tone}>{invoices[status].word}</State>
}

const payments: Record<PaymentState, { tone: Tone; word: string }> = {
  open: { tone: 'info', word: 'Under way' },
  expired: { tone: 'neutral', word: 'Not paid' },
  paid: { tone: 'ok', word: 'Paid' },
  refunded: { tone: 'warn', word: 'Refunded' },
  disputed: { tone: 'bad', word: 'Disputed' },
}
export function PaymentMark({ state }: { state: PaymentState }) {
  return <State tone={payments[state].tone}>{payments[state].word}</State>
}

export const lineWords: Record<LineRow['kind'], string> = {
  fee: 'Monthly fee',
  proration: 'Change of tier',
  usage: 'Usage',
  topup: 'Top-up',
  refund: 'Refund',
}
export const lineKinds = Object.keys(lineWords) as LineRow['kind'][]

/** A line by what it is for: «Usage, minutes». */
export function lineName({ kind, meter }: Pick<LineRow, 'kind' | 'meter'>): string {
  if (meter === null) return lineWords[kind]
  return `${lineWords[kind]}, ${meter === 'call_seconds' ? 'minutes' : 'messages'}`
}
