import { Link, useLocation, useParams } from '@tanstack/react-router'
import { ArrowLeft, Eye, MessageSquareText, PhoneCall, Trash2 } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import type { CustomerDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { useAdminRefusal, useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatDay, formatPercent, formatWords } from '../ui/format.ts'
import { Fact, Facts, Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { CustomerUsage } from '../usage/customer-usage.tsx'
import { Notices } from '../usage/notices.tsx'
import { tierName } from '../usage/tiers.ts'
import { formatShare } from '../usage/usage-meter.tsx'
import { kindOf } from '../usage/words.ts'
import { AuditLink, DeleteCustomer } from './delete-customer.tsx'
import { Ledger } from './ledger.tsx'
import { Lines } from './lines.tsx'
import { Owners } from './owners.tsx'
import { ViewAsOwner } from './view-as-owner.tsx'

const LedgerTab = lazy(async () => ({ default: (await import('../usage/ledger-tab.tsx')).LedgerTab }))
const HoldsTab = lazy(async () => ({ default: (await import('../usage/holds-tab.tsx')).HoldsTab }))
const CreditsTab = lazy(async () => ({ default: (await import('../usage/credits-tab.tsx')).CreditsTab }))
const BillingTab = lazy(async () => ({ default: (await import('../billing/billing-tab.tsx')).BillingTab }))
const LinesTab = lazy(async () => ({ default: (await import('../billing/lines-tab.tsx')).LinesTab }))
const Acts = lazy(async () => ({ default: (await import('./acts.tsx')).Acts }))
const lists = { ledger: LedgerTab, holds: HoldsTab, credits: CreditsTab, lines: LinesTab }

export function CustomerPage() {
  const { customerId } = useParams({ from: '/shell/customers/$customerId' })
  const query = rpc.customers.find.useQuery({ id: customerId })
  const { hash } = useLocation()
  const isLoaded = query.data !== undefined
  useEffect(() => {
    if (hash && isLoaded) document.getElementById(hash)?.scrollIntoView({ block: 'start' })
  }, [hash, isLoaded])
  return (
    <Loaded query={query} what="This customer" skeleton={<DetailSkeleton />}>
      {(customer) => <Tabbed key={customer.id} customer={customer} />}
    </Loaded>
  )
}

function Tabbed({ customer }: { customer: CustomerDetail }) {
  const [{ tab, act }, setFilters] = useFilters<CustomerSearch>()
  const refusal = useRefusal()
  const List = tab && tab !== 'billing' ? lists[tab] : undefined
  const tabs = (
    <div className="border-b px-3 pb-1">
      <ViewTabs
        label="What of this customer"
        value={tab ?? 'overview'}
        onChange={(next) =>
          // the filters of one view mean nothing to the next
          setFilters({
            ...nothingChosen,
            tab: next === 'overview' ? undefined : next,
          })
        }
        views={[
          { value: 'overview', label: 'Overview' },
          { value: 'ledger', label: 'Ledger' },
          { value: 'holds', label: 'Holds' },
          { value: 'credits', label: 'Credits' },
          { value: 'billing', label: 'Billing' },
          { value: 'lines', label: 'Lines' },
        ]}
      />
    </div>
  )
  const back = (
    <div className="flex h-9 shrink-0 items-center px-4 pt-2">
      <Link to="/customers" className="inline-flex items-center gap-1.5 text-sm text-ink-2 hover:text-ink">
        <ArrowLeft aria-hidden className="size-4" />
        All customers
      </Link>
    </div>
  )
  return (
    <>
      {List ? (
        <div className="flex h-full min-h-0 flex-col bg-surface">
          {back}
          <PageHeader title={customer.businessName} />
          {tabs}
          <div className="min-h-0 flex-1">
            <Suspense fallback={<SkeletonRows rows={14} />}>
              <List customer={customer} />
            </Suspense>
          </div>
        </div>
      ) : (
        <div className="mx-auto max-w-6xl pb-12">
          {back}
          <Opened customer={customer} tabs={tabs}>
            {tab === 'billing' && (
              <Suspense fallback={<DetailSkeleton />}>
                <BillingTab customer={customer} />
              </Suspense>
            )}
          </Opened>
        </div>
      )}
      {act && !refusal && (
        <Suspense>
          <Acts act={act} customer={customer} onClose={() => setFilters({ act: undefined })} />
        </Suspense>
      )}
    </>
  )
}

const nothingChosen: CustomerSearch = {
  meter: undefined,
  kind: undefined,
  hold: undefined,
  ended: undefined,
  line: undefined,
  open: undefined,
  act: undefined,
}

function Opened({ customer, tabs, children }: { customer: CustomerDetail; tabs: ReactNode; children: ReactNode }) {
  const refusal = useRefusal()
  const adminRefusal = useAdminRefusal()
  const [deleting, setDeleting] = useState(false)
  const [looking, setLooking] = useState(false)
  return (
    <>
      <PageHeader
        title={customer.businessName}
        actions={
          <>
            <Button asChild>
              <Link to="/calls" search={{ customer: customer.id }}>
                <PhoneCall aria-hidden className="size-3.5" />
                Calls
              </Link>
            </Button>
            <Button asChild>
              <Link to="/messages" search={{ customer: customer.id }}>
                <MessageSquareText aria-hidden className="size-3.5" />
                Messages
              </Link>
            </Button>
            <Button refused={adminRefusal} onClick={() => setLooking(true)}>
              <Eye aria-hidden className="size-3.5" />
              View as owner…
            </Button>
            {customer.status !== 'closed' && (
              <Button refused={adminRefusal} onClick={() => setDeleting(true)}>
                <Trash2 aria-hidden className="size-3.5" />
                Delete
              </Button>
            )}
          </>
        }
      >
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Pill tone="accent">{tierName(customer.tier)}</Pill>
          <span>{formatWords(customer.status)}</span>
          <Id id={customer.id} />
        </span>
      </PageHeader>
      {looking && <ViewAsOwner customer={customer} onClose={() => setLooking(false)} />}
      {tabs}
      {children || (
        <div className="grid grid-cols-1 gap-4 px-4 pt-4 lg:grid-cols-3">
          <div className="grid grid-cols-1 content-start gap-4 lg:col-span-2">
            <CustomerUsage customer={customer} />
            <Lines customer={customer} />
            <Owners customerId={customer.id} refusal={refusal} />
            <Notices customerId={customer.id} refusal={refusal} />
            <div id="ledger" className="scroll-mt-4">
              <Ledger customer={customer} />
            </div>
          </div>
          <div className="grid grid-cols-1 content-start gap-4">
            <Panel title="Facts">
              <Facts>
                <Fact label="Owner">{customer.ownerEmail ?? <span className="text-ink-3">Nobody yet</span>}</Fact>
                <Fact label="Time zone">{customer.timezone.replaceAll('_', ' ')}</Fact>
                <Fact label="Country">{customer.country}</Fact>
                <Fact label="Phone">{customer.contactPhone ?? <span className="text-ink-3">Not given</span>}</Fact>
                <Fact label="Customer since">{formatDay(Date.parse(customer.createdAt))}</Fact>
              </Facts>
              <div className="mt-3">
                <AuditLink customerId={customer.id} />
              </div>
            </Panel>
            <Panel title="Crossings">
              {customer.crossings.length === 0 ? (
                <p className="text-sm text-ink-2">
                  No level has been crossed. At 80 % and at 100 % of a cap an alert is raised, once each.
                </p>
              ) : (
                <Timeline>
                  {customer.crossings.map((crossing) => (
                    <Moment
                      key={crossing.id}
                      tone={crossing.level >= 100 ? 'bad' : 'warn'}
                      title={`${formatPercent(crossing.level)} of the ${kindOf(crossing.meter) === 'calls' ? 'minutes' : 'messages'}`}
                      at={<TimeAgo at={crossing.at} />}
                    >
                      <span className="figures">
                        {formatShare(kindOf(crossing.meter), crossing.used, crossing.cap)}
                      </span>
                    </Moment>
                  ))}
                </Timeline>
              )}
              <Link
                to="/alerts"
                search={{ customer: customer.id, view: 'all' }}
                className="mt-3 inline-block text-sm text-accent-ink hover:underline"
              >
                Its alerts
              </Link>
            </Panel>
          </div>
        </div>
      )}
      {deleting && <DeleteCustomer customer={customer} onClose={() => setDeleting(false)} />}
    </>
  )
}
