import {
  CalendarClock,
  Gift,
  type LucideIcon,
  Pause,
  Play,
  ShoppingCart,
  SlidersHorizontal,
  TrendingUp,
} from 'lucide-react'
import type { UsageStatus } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatLocal } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { BothMeters } from './both-meters.tsx'
import { periodName } from './period.ts'
import { tierName } from './tiers.ts'
import { causeWords } from './words.ts'

/** The period of a customer: what it may use, what stands in its way, and what can be done about it. */
export function CustomerUsage({ customer }: { customer: { id: string; businessName: string; status: string } }) {
  const query = rpc.usage.status.useQuery({ customerId: customer.id })
  return (
    <Loaded query={query} what="The usage" skeleton={<Skeleton className="h-72 rounded-lg" />}>
      {(status) => <Opened status={status} customer={customer} />}
    </Loaded>
  )
}

function Opened({ status, customer }: { status: UsageStatus; customer: { businessName: string; status: string } }) {
  const refusal = useRefusal()
  const [, setFilters] = useFilters<CustomerSearch>()
  const open = (act: CustomerSearch['act']) => () => setFilters({ act })
  const isPaused = status.pauses.length > 0
  const acts = [
    { act: 'tier', label: 'Change tier…', icon: TrendingUp },
    { act: 'grant', label: 'Grant credit…', icon: Gift },
    { act: 'topup', label: 'Top up…', icon: ShoppingCart },
    { act: 'adjust', label: 'Adjust…', icon: SlidersHorizontal },
    isPaused ? { act: 'resume', label: 'Resume…', icon: Play } : { act: 'pause', label: 'Pause…', icon: Pause },
  ] satisfies { act: CustomerSearch['act']; label: string; icon: LucideIcon }[]
  return (
    <Panel
      title="Usage of this period"
      actions={<span className="figures text-xs text-ink-2">{periodName(status.periodStart)}</span>}
    >
      {isPaused && (
        <Note tone="warn" className="mb-4">
          <p className="font-medium">Paused: nothing is admitted until every cause is lifted.</p>
          <ul className="mt-1 grid gap-0.5">
            {status.pauses.map((pause) => (
              <li key={pause.cause}>
                {causeWords[pause.cause]}
                {pause.reason && `: ${pause.reason}`}, since <TimeAgo at={pause.since} />
                {pause.expiresAt ? `, ends ${formatLocal(Date.parse(pause.expiresAt))}` : ', until it is lifted'}
              </li>
            ))}
          </ul>
        </Note>
      )}
      {status.waitingTierChange && (
        <Note className="mb-4">
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="min-w-44 flex-1">
              <CalendarClock aria-hidden className="mr-1.5 inline size-3.5 align-[-2px]" />
              Becomes {tierName(status.waitingTierChange.tier)} on 1 {periodName(status.waitingTierChange.dueAt)}, when
              the period ends.
            </span>
            <Button size="small" refused={refusal} onClick={open('tier')}>
              Change or take back…
            </Button>
          </span>
        </Note>
      )}
      <BothMeters status={status} whose={customer.businessName} />
      {customer.status !== 'closed' && (
        <div className="mt-4 flex flex-wrap gap-2 border-t pt-3">
          {acts.map(({ act, label, icon: Icon }) => (
            <Button key={act} size="small" refused={refusal} onClick={open(act)}>
              <Icon aria-hidden className="size-3.5" />
              {label}
            </Button>
          ))}
        </div>
      )}
    </Panel>
  )
}
