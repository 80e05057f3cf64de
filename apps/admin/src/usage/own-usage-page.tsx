import type { UsageStatus } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import { Owners } from '../customers/owners.tsx'
import { formatDay } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { tierName } from './tiers.ts'
import { formatCap, formatUsage, type MeterKind, UsageState } from './usage-meter.tsx'

/** What an owner sees first: his minutes and messages against their caps, and who signs in for him. */
export function OwnUsagePage() {
  const query = rpc.usage.status.useQuery({}, { refetchInterval: 15_000 })
  return (
    <div className="mx-auto max-w-3xl pb-12">
      <Loaded query={query} what="Your usage" skeleton={<DetailSkeleton />}>
        {(status) => <Opened status={status} />}
      </Loaded>
    </div>
  )
}

function Opened({ status }: { status: UsageStatus }) {
  const { calls, sms } = status
  return (
    <>
      <PageHeader title="Usage">
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Pill tone="accent">{tierName(status.tier)}</Pill>
          <span className="figures">
            {formatDay(Date.parse(status.periodStart))} – {formatDay(Date.parse(status.periodEnd))}
          </span>
        </span>
      </PageHeader>
      <div className="grid gap-4 px-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <Allowance
            title="Minutes"
            kind="calls"
            used={calls.usedSeconds}
            cap={calls.capSeconds}
            credit={calls.creditSeconds}
            left={calls.remainingSeconds}
            state={calls.state}
          />
          <Allowance
            title="Messages"
            kind="sms"
            used={sms.usedSegments}
            cap={sms.capSegments}
            credit={sms.creditSegments}
            left={sms.remainingSegments}
            state={sms.state}
          />
        </div>
        <Owners />
      </div>
    </>
  )
}

function Allowance({
  title,
  kind,
  used,
  cap,
  credit,
  left,
  state,
}: {
  title: string
  kind: MeterKind
  used: number
  cap: number
  credit: number
  left: number
  state: UsageStatus['calls']['state']
}) {
  return (
    <Panel
      title={title}
      actions={
        <span className="text-sm">
          <UsageState state={state} />
        </span>
      }
    >
      <p className="figures mb-3">
        <span className="text-xl font-semibold tracking-tight">{formatCap(kind, used)}</span>
        <span className="ml-1.5 text-sm text-ink-2">
          of {formatCap(kind, cap)}
          {credit > 0 && ` + ${formatCap(kind, credit)} credit`}
        </span>
      </p>
      <Meter
        size="large"
        label={`${title} of this period`}
        text={`${formatCap(kind, used)} of ${formatCap(kind, cap + credit)}`}
        value={used}
        limit={cap + credit}
        tone={state === 'ok' ? 'accent' : state === 'warned' ? 'warn' : 'bad'}
      />
      <p className="figures mt-3 text-sm text-ink-2">{formatUsage(kind, Math.max(0, left))} left</p>
    </Panel>
  )
}
