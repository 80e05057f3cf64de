import { useMemo } from 'react'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { Chart } from '../ui/chart.tsx'
import { formatCompact, formatCount } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { useNow } from '../ui/use-now.ts'
import { dailySeries, type Measure } from './series.ts'

const views: { value: Measure; label: string }[] = [
  { value: 'differences', label: 'Differences' },
  { value: 'time', label: 'Time' },
  { value: 'sms', label: 'SMS' },
  { value: 'money', label: 'Money' },
]
const units: Record<Measure, string> = { differences: 'differences', time: 'min', sms: 'SMS', money: '$' }
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })
const exact = (value: number) => (Number.isInteger(value) ? formatCompact(value) : tenths.format(value))

/** How far ours and theirs lay apart over the last three months. */
export function RunsChart({ measure, onMeasure }: { measure: Measure; onMeasure: (measure: Measure) => void }) {
  const now = useNow('half-minute')
  const query = rpc.reconciliation.series.useQuery({ days: 90 })
  const drawn = useMemo(() => dailySeries(query.data?.points ?? [], measure, now), [query.data, measure, now])
  const compared = drawn.more.filter((value) => value !== null).length
  const isCount = measure === 'differences'
  return (
    <div className="border-y">
      <div className="px-3">
        <ViewTabs label="Drawn" value={measure} onChange={onMeasure} views={views} />
      </div>
      <Loaded query={query} what="The chart" skeleton={<Skeleton className="m-4 h-28 rounded-lg" />}>
        {() => (
          <Chart
            title="Difference over time"
            summary={`Difference over time, ${units[measure]}: ${formatCount(compared, 'day')} compared`}
            kind="stacked"
            unit={`${units[measure]}, as the day’s last run found it`}
            at={drawn.at}
            series={[
              { label: isCount ? 'Not flagged' : 'Less here', color: '--chart-2', values: drawn.less, striped: true },
              { label: isCount ? 'Flagged' : 'More here', color: '--chart-3', values: drawn.more },
            ]}
            bucket="day"
            format={exact}
            height={96}
          />
        )}
      </Loaded>
    </div>
  )
}
