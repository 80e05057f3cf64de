import { keepPreviousData } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Traffic } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { boundsOf, rangeOf, useRange } from '../app/range.tsx'
import { rpc } from '../app/rpc.ts'
import { Chart } from '../ui/chart.tsx'
import type { Series } from '../ui/chart-plot.ts'
import { formatCount } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { useNow } from '../ui/use-now.ts'

const hour = 3_600_000
const week = 7 * 24 * hour

type Point = Traffic['points'][number]

function seriesOf<Kind extends 'calls' | 'messages'>(
  points: Point[],
  kind: Kind,
  parts: { outcome: keyof Point[Kind]; label: string; color: string; striped?: boolean }[],
): Series[] {
  return parts.map(({ outcome, ...part }) => ({
    ...part,
    values: points.map((point) => point[kind][outcome] as number),
  }))
}

/** Calls and messages over the chosen time, each bar stacked by how they ended. */
export function TrafficCharts() {
  const range = useRange() ?? '24h'
  const now = useNow()
  const navigate = useNavigate()
  const input = useMemo(() => {
    // whole hours, so that the question stays the same while an hour lasts
    const { from, to } = boundsOf(range, Math.ceil(now / hour) * hour)
    const bucket = to - from > week ? ('day' as const) : ('hour' as const)
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bucket }
  }, [range, now])
  const query = rpc.insights.traffic.useQuery(input, { placeholderData: keepPreviousData })
  const brush = (from: Date, to: Date) =>
    void navigate({ to: '.', search: (before) => ({ ...before, range: rangeOf(from, to) }) })

  return (
    <Loaded
      query={query}
      what="The traffic"
      skeleton={
        <div className="grid gap-4 lg:grid-cols-2">
          <Skeleton className="h-64 rounded-lg" />
          <Skeleton className="h-64 rounded-lg" />
        </div>
      }
    >
      {(traffic) => <Drawn traffic={traffic} onBrush={brush} />}
    </Loaded>
  )
}

function Drawn({ traffic, onBrush }: { traffic: Traffic; onBrush: (from: Date, to: Date) => void }) {
  const { points, bucket } = traffic
  const { at, calls, messages } = useMemo(
    () => ({
      at: points.map((point) => Date.parse(point.at) / 1000),
      calls: seriesOf(points, 'calls', [
        { outcome: 'completed', label: 'Completed', color: '--chart-1' },
        { outcome: 'missed', label: 'Missed', color: '--chart-2' },
        { outcome: 'failed', label: 'Failed', color: '--chart-3', striped: true },
      ]),
      messages: seriesOf(points, 'messages', [
        { outcome: 'outbound', label: 'Outbound', color: '--chart-1' },
        { outcome: 'inbound', label: 'Inbound', color: '--chart-4' },
        { outcome: 'failed', label: 'Failed', color: '--chart-3', striped: true },
      ]),
    }),
    [points],
  )
  const totalOf = (series: Series[]) =>
    series.reduce((sum, { values }) => sum + values.reduce<number>((all, value) => all + (value ?? 0), 0), 0)
  const per = bucket === 'hour' ? 'an hour' : 'a day'
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {[
        { title: 'Calls', noun: 'call', series: calls },
        { title: 'Messages', noun: 'message', series: messages },
      ].map(({ title, noun, series }) => (
        <div key={title} className="min-w-0 rounded-lg border bg-surface">
          <Chart
            title={title}
            summary={`${title} over time: ${formatCount(totalOf(series), noun)} in the time shown`}
            kind="stacked"
            unit={`${title.toLowerCase()} ${per}`}
            at={at}
            series={series}
            bucket={bucket}
            onBrush={onBrush}
          />
        </div>
      ))}
    </div>
  )
}
