import { Link } from '@tanstack/react-router'
import type { Overview } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { useTitle } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import { formatCompact, formatDelay, formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Sparkline } from '../ui/sparkline.tsx'
import { Change, Stat, StatSkeleton } from '../ui/stat.tsx'
import { LastAlerts } from './last-alerts.tsx'
import { NearestCap } from './nearest-cap.tsx'
import { Providers } from './providers.tsx'
import { Sentence } from './sentence.tsx'
import { TrafficCharts } from './traffic-charts.tsx'

const than = 'at this time last week'

export function OverviewPage() {
  useTitle('Overview')
  const query = rpc.insights.overview.useQuery({})
  return (
    <div className="mx-auto grid max-w-[1440px] gap-4 p-4 pb-12">
      <h1 className="sr-only">Overview</h1>
      <Loaded query={query} what="The overview" skeleton={<Waiting />}>
        {(overview) => (
          <>
            <Sentence overview={overview} />
            <Numbers overview={overview} />
            <TrafficCharts />
            <div className="grid gap-4 lg:grid-cols-5">
              <Panel
                title="Nearest their cap"
                className="lg:col-span-3"
                flush
                actions={
                  <Link to="/customers" className="text-sm text-accent-ink hover:underline">
                    All customers
                  </Link>
                }
              >
                <NearestCap customers={overview.nearestCap} />
              </Panel>
              <div className="grid content-start gap-4 lg:col-span-2">
                <Panel title="Providers" flush>
                  <Providers providers={overview.providers} />
                </Panel>
                <Panel
                  title="Last alerts"
                  flush
                  actions={
                    <Link to="/alerts" className="text-sm text-accent-ink hover:underline">
                      All alerts
                    </Link>
                  }
                >
                  <LastAlerts alerts={overview.lastAlerts} />
                </Panel>
              </div>
            </div>
          </>
        )}
      </Loaded>
    </div>
  )
}

function Numbers({ overview }: { overview: Overview }) {
  const { calls, messages, seconds, inbox } = overview
  const series = [
    { label: 'Calls today', trend: calls, value: formatCompact(calls.today), unit: 'calls' },
    {
      label: 'Minutes metered today',
      trend: seconds,
      value: formatCompact(Math.round(seconds.today / 60)),
      unit: 'min',
    },
    { label: 'Messages today', trend: messages, value: formatCompact(messages.today), unit: 'SMS' },
  ]
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
      {series.map(({ label, trend, value, unit }) => (
        <Stat
          key={label}
          label={<span title="Since midnight UTC">{label}</span>}
          value={value}
          unit={unit}
          chart={
            <Sparkline values={trend.spark} label={`${label}: the last 24 hours, hour by hour`} className="size-full" />
          }
          below={<Change now={trend.today} before={trend.sameTimeLastWeek} than={than} />}
        />
      ))}
      <Stat
        label="Inbox"
        value={formatNumber(inbox.waiting)}
        unit={inbox.waiting === 1 ? 'webhook waits' : 'webhooks wait'}
        below={
          <span className="figures flex flex-wrap gap-x-3">
            <span>
              {inbox.waiting + inbox.failed === 0
                ? 'Nothing is behind'
                : `${formatDelay(inbox.oldestWaitingSeconds)} behind`}
            </span>
            <Link
              to="/webhooks"
              search={{ state: 'failed' }}
              className={inbox.failed > 0 ? 'text-warn-ink hover:underline' : 'hover:underline'}
            >
              {formatNumber(inbox.failed)} failed
            </Link>
            <Link
              to="/webhooks"
              search={{ state: 'dead' }}
              className={inbox.dead > 0 ? 'text-bad-ink hover:underline' : 'hover:underline'}
            >
              {formatNumber(inbox.dead)} dead
            </Link>
          </span>
        }
      />
    </div>
  )
}

function Waiting() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-4">
      <Skeleton className="h-7 w-96 max-w-full" />
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-4">
        {['calls', 'minutes', 'messages', 'inbox'].map((name) => (
          <StatSkeleton key={name} />
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-64 rounded-lg" />
        <Skeleton className="h-64 rounded-lg" />
      </div>
    </div>
  )
}
