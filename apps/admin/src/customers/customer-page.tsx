import { Link, useLocation, useParams } from '@tanstack/react-router'
import { ArrowLeft, Eye, MessageSquareText, PhoneCall, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { CustomerDetail } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import { useAdminRefusal, useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatDay, formatPercent, formatWords } from '../ui/format.ts'
import { Fact, Facts, Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { tierName } from '../usage/tiers.ts'
import { formatShare, UsagePanel } from '../usage/usage-meter.tsx'
import { AuditLink, DeleteCustomer } from './delete-customer.tsx'
import { Ledger } from './ledger.tsx'
import { Lines } from './lines.tsx'
import { Owners } from './owners.tsx'
import { ViewAsOwner } from './view-as-owner.tsx'

const kindOf = (meter: string) => (meter === 'call_seconds' ? 'calls' : 'sms')

export function CustomerPage() {
  const { customerId } = useParams({ from: '/shell/customers/$customerId' })
  const query = rpc.customers.find.useQuery({ id: customerId })
  const { hash } = useLocation()
  const isLoaded = query.data !== undefined
  useEffect(() => {
    if (hash && isLoaded) document.getElementById(hash)?.scrollIntoView({ block: 'start' })
  }, [hash, isLoaded])
  return (
    <div className="mx-auto max-w-6xl pb-12">
      <div className="flex h-11 items-center px-4 pt-2">
        <Link to="/customers" className="inline-flex items-center gap-1.5 text-sm text-ink-2 hover:text-ink">
          <ArrowLeft aria-hidden className="size-4" />
          All customers
        </Link>
      </div>
      <Loaded query={query} what="This customer" skeleton={<DetailSkeleton />}>
        {(customer) => <Opened customer={customer} />}
      </Loaded>
    </div>
  )
}

function Opened({ customer }: { customer: CustomerDetail }) {
  const { period } = customer
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
      <div className="grid grid-cols-1 gap-4 px-4 lg:grid-cols-3">
        <div className="grid grid-cols-1 content-start gap-4 lg:col-span-2">
          <Panel
            title="Usage of this period"
            actions={
              <span className="figures text-xs text-ink-2">
                {formatDay(Date.parse(period.start))} – {formatDay(Date.parse(period.end))}
              </span>
            }
          >
            <div className="grid gap-8 sm:grid-cols-2">
              <UsagePanel
                kind="calls"
                meter={customer.calls}
                graceSeconds={period.graceSeconds}
                whose={customer.businessName}
              />
              <UsagePanel kind="sms" meter={customer.sms} whose={customer.businessName} />
            </div>
          </Panel>
          <Lines customer={customer} />
          <Owners customerId={customer.id} refusal={refusal} />
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
                    <span className="figures">{formatShare(kindOf(crossing.meter), crossing.used, crossing.cap)}</span>
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
      {deleting && <DeleteCustomer customer={customer} onClose={() => setDeleting(false)} />}
    </>
  )
}
