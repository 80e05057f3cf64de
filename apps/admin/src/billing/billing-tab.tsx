import { CreditCard, ShoppingCart, Wallet } from 'lucide-react'
import { useState } from 'react'
import type { BillingAccount, CustomerDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatCents, formatDay, formatLocal, formatWords } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { State } from '../ui/pill.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { formatCap } from '../usage/usage-meter.tsx'
import { kindOf } from '../usage/words.ts'
import { AccountFacts } from './account-facts.tsx'
import { Portal, Subscribe } from './ask-stripe.tsx'
import { InvoicePreview } from './invoice-preview.tsx'
import { Invoices } from './invoices.tsx'
import { TierChanges } from './tier-changes.tsx'
import { WhatIf } from './what-if.tsx'
import { PaymentMark } from './words.tsx'

/** A customer's money: how it stands, what this period comes to, what was paid, and what another tier would cost. */
export function BillingTab({ customer }: { customer: CustomerDetail }) {
  const query = rpc.billing.overview.useQuery({ customerId: customer.id })
  return (
    <Loaded query={query} what="The billing" skeleton={<DetailSkeleton />}>
      {(account) => (
        <div className="grid grid-cols-1 gap-4 px-4 pt-4 lg:grid-cols-3">
          <div className="grid grid-cols-1 content-start gap-4 lg:col-span-2">
            <InvoicePreview customerId={customer.id} />
            <WhatIf customer={customer} />
            <Invoices customerId={customer.id} />
            <Payments account={account} />
          </div>
          <div className="grid grid-cols-1 content-start gap-4">
            <Account account={account} customer={customer} />
            <Deadlines account={account} />
            <Requests account={account} />
            <TierChanges customerId={customer.id} />
          </div>
        </div>
      )}
    </Loaded>
  )
}

function Account({ account, customer }: { account: BillingAccount; customer: CustomerDetail }) {
  const refusal = useRefusal()
  const [, setFilters] = useFilters<CustomerSearch>()
  const [asking, setAsking] = useState<'subscribe' | 'portal'>()
  const close = () => setAsking(undefined)
  const why = refusal ?? (account.canPay ? undefined : 'Payments are not set up on this server.')
  return (
    <Panel title="Account">
      <AccountFacts account={account} />
      <div className="mt-4 flex flex-wrap gap-2">
        <Button size="small" refused={why} onClick={() => setFilters({ act: 'topup' })}>
          <ShoppingCart aria-hidden className="size-3.5" />
          Top up…
        </Button>
        <Button size="small" refused={why} onClick={() => setAsking('subscribe')}>
          <Wallet aria-hidden className="size-3.5" />
          Subscription…
        </Button>
        <Button
          size="small"
          refused={
            why ?? (account.stripeCustomerId ? undefined : 'There is nothing to manage before the first payment.')
          }
          onClick={() => setAsking('portal')}
        >
          <CreditCard aria-hidden className="size-3.5" />
          Payment methods…
        </Button>
      </div>
      {asking === 'subscribe' && <Subscribe customer={customer} onClose={close} />}
      {asking === 'portal' && <Portal customer={customer} onClose={close} />}
    </Panel>
  )
}

function Deadlines({ account }: { account: BillingAccount }) {
  if (account.deadlines.length === 0) return null
  return (
    <Panel title="While it is unpaid">
      <Timeline>
        {account.deadlines.toReversed().map((deadline) => (
          <Moment
            key={`${deadline.kind} ${deadline.day} ${deadline.dueAt}`}
            tone={deadline.state === 'waiting' ? 'warn' : deadline.state === 'done' ? 'bad' : 'neutral'}
            title={`${deadline.kind === 'remind' ? 'Reminder' : 'Suspension'}, day ${deadline.day}`}
            at={deadline.endedAt && <TimeAgo at={deadline.endedAt} />}
          >
            {deadline.state === 'waiting'
              ? `Due ${formatLocal(Date.parse(deadline.dueAt))}`
              : formatWords(deadline.state)}
            {deadline.reason && `: ${deadline.reason}`}
          </Moment>
        ))}
      </Timeline>
    </Panel>
  )
}

function Requests({ account }: { account: BillingAccount }) {
  if (account.requests.length === 0) return null
  const what = {
    topup: 'Top-up',
    subscribe: 'Begin a subscription',
    change: 'Change the subscription',
    portal: 'Payment methods',
  }
  return (
    <Panel title="Asked of Stripe" flush>
      <ul>
        {account.requests.map((request) => (
          <li key={request.id} className="grid gap-0.5 border-t px-4 py-2 text-sm">
            <span className="flex items-baseline justify-between gap-3">
              <span className="font-medium">{what[request.kind]}</span>
              <TimeAgo at={request.createdAt} className="text-xs text-ink-3" />
            </span>
            <State tone={request.state === 'failed' ? 'bad' : request.state === 'ready' ? 'ok' : 'info'}>
              {request.state === 'ready' && request.url ? (
                <a href={request.url} target="_blank" rel="noreferrer" className="text-accent-ink hover:underline">
                  Page is ready
                </a>
              ) : (
                { pending: 'Under way', ready: 'Done', failed: 'Failed' }[request.state]
              )}
            </State>
            {request.error && <span className="text-xs break-words text-bad-ink">{request.error}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Payments({ account }: { account: BillingAccount }) {
  return (
    <Panel title="Payments" flush>
      {account.payments.length === 0 ? (
        <Empty compact icon={<CreditCard />} title="Nothing was bought">
          A top-up that is paid appears here with its credit.
        </Empty>
      ) : (
        <PlainTable
          label="Payments"
          rows={account.payments}
          keyOf={({ id }) => id}
          columns={[
            {
              header: 'What',
              cell: ({ meter, quantity, topup }) =>
                meter && quantity !== null ? formatCap(kindOf(meter), quantity) : (topup ?? 'Payment'),
            },
            { header: 'State', cell: ({ state }) => <PaymentMark state={state} /> },
            { header: 'Amount', align: 'right', cell: ({ amountCents }) => formatCents(amountCents) },
            {
              header: 'Given back',
              align: 'right',
              cell: ({ refundedCents, disputedCents }) =>
                refundedCents + disputedCents === 0 ? '—' : formatCents(refundedCents + disputedCents),
            },
            { header: 'Paid', cell: ({ paidAt }) => (paidAt ? formatDay(Date.parse(paidAt)) : '—') },
            {
              header: 'Credited',
              cell: ({ creditedAt }) => (creditedAt ? <TimeAgo at={creditedAt} /> : 'Not credited'),
            },
          ]}
        />
      )}
    </Panel>
  )
}
