import { CreditCard, ShoppingCart } from 'lucide-react'
import { useState } from 'react'
import type { UsageStatus } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import { AccountFacts } from '../billing/account-facts.tsx'
import { Portal, TopUp } from '../billing/ask-stripe.tsx'
import { InvoicePreview } from '../billing/invoice-preview.tsx'
import { Owners } from '../customers/owners.tsx'
import { Button } from '../ui/button.tsx'
import { formatLocal } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton, Skeleton } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { BothMeters } from './both-meters.tsx'
import { Notices } from './notices.tsx'
import { periodName } from './period.ts'
import { tierName } from './tiers.ts'
import { UsageChart } from './usage-chart.tsx'
import type { MeterKind } from './usage-meter.tsx'
import { meterChoices } from './words.ts'

const refetchInterval = 15_000

/** What an owner sees first: his minutes and messages against their caps, what they come to, and how he is told. */
export function OwnUsagePage() {
  const query = rpc.usage.status.useQuery({}, { refetchInterval })
  return (
    <div className="mx-auto max-w-4xl pb-12">
      <Loaded query={query} what="Your usage" skeleton={<DetailSkeleton />}>
        {(status) => <Opened status={status} />}
      </Loaded>
    </div>
  )
}

const whyPaused = { force: 'by us', payment: 'a payment is open', compliance: 'a rule', provider: 'a provider' }

function Opened({ status }: { status: UsageStatus }) {
  const [kind, setKind] = useState<MeterKind>('calls')
  return (
    <>
      <PageHeader title="Usage">
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Pill tone="accent">{tierName(status.tier)}</Pill>
          <span className="figures">{periodName(status.periodStart)}</span>
        </span>
      </PageHeader>
      <div className="grid grid-cols-1 gap-4 px-4">
        {status.pauses.map((pause) => (
          <Note key={pause.cause} tone="warn">
            Calls and messages are paused ({whyPaused[pause.cause]})
            {pause.expiresAt ? ` until ${formatLocal(Date.parse(pause.expiresAt))}.` : '.'}
          </Note>
        ))}
        {status.waitingTierChange && (
          <Note>
            From 1 {periodName(status.waitingTierChange.dueAt)} on you have {tierName(status.waitingTierChange.tier)}.
          </Note>
        )}
        <Panel title="This period">
          <BothMeters status={status} whose="your business" />
        </Panel>
        <section aria-label="Over time" className="min-w-0 rounded-lg border bg-surface">
          <div className="border-b px-3 py-1">
            <ViewTabs label="Meter" value={kind} onChange={setKind} views={meterChoices} />
          </div>
          <UsageChart kind={kind} grain="day" height={160} />
        </section>
        <InvoicePreview />
        <Money />
        <Notices />
        <Owners />
      </div>
    </>
  )
}

function Money() {
  const query = rpc.billing.overview.useQuery({}, { refetchInterval })
  const [asking, setAsking] = useState<'topup' | 'portal'>()
  const close = () => setAsking(undefined)
  const why = query.data?.canPay === false ? 'Payments are not set up on this server.' : undefined
  return (
    <Panel title="Payments">
      <Loaded query={query} what="Your payments" skeleton={<Skeleton className="h-24 rounded-md" />}>
        {(account) => (
          <>
            <AccountFacts account={account} />
            <div className="mt-4 flex flex-wrap gap-2">
              <Button variant="primary" refused={why} onClick={() => setAsking('topup')}>
                <ShoppingCart aria-hidden className="size-3.5" />
                Top up…
              </Button>
              <Button
                refused={
                  why ?? (account.stripeCustomerId ? undefined : 'There is nothing to manage before the first payment.')
                }
                onClick={() => setAsking('portal')}
              >
                <CreditCard aria-hidden className="size-3.5" />
                Payment methods…
              </Button>
            </div>
          </>
        )}
      </Loaded>
      {asking === 'topup' && <TopUp customer={{}} onClose={close} />}
      {asking === 'portal' && <Portal customer={{}} onClose={close} />}
    </Panel>
  )
}
