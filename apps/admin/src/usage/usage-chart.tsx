import { keepPreviousData } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Loaded } from '../app/loaded.tsx'
import { boundsOf, rangeOf, useRange } from '../app/range.tsx'
import { rpc } from '../app/rpc.ts'
import { Chart } from '../ui/chart.tsx'
import { formatCompact, formatWords } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { useNow } from '../ui/use-now.ts'
import { drawnSeries, type Grain, stepsOf } from './series.ts'
import type { MeterKind } from './usage-meter.tsx'
import { meterKeys, meterNames } from './words.ts'

const hour = 3_600_000
const a = { hour: 'an hour', day: 'a day', month: 'a month' }
const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** What was used over the chosen time, by hour, day or month, as one series or one a group. */
export function UsageChart({
  kind,
  grain,
  by = 'none',
  customerId,
  height,
}: {
  kind: MeterKind
  grain: Grain
  by?: 'none' | 'provider' | 'direction' | 'customer'
  customerId?: string
  height: number
}) {
  const range = useRange()
  const now = useNow()
  const navigate = useNavigate()
  const { steps, input } = useMemo(() => {
    // whole hours, so that the question stays the same while an hour lasts
    const end = Math.ceil(now / hour) * hour
    const asked = boundsOf(range ?? '30d', end)
    // a year tells more of months than thirty days do
    const from =
      range === undefined && grain === 'month' ? new Date(end).setMonth(new Date(end).getMonth() - 11) : asked.from
    const steps = stepsOf(grain, from, asked.to)
    const first = steps[0] ?? from
    const input = {
      meter: meterKeys[kind],
      grain,
      by,
      customerId,
      timezone,
      from: new Date(first).toISOString(),
      to: new Date(asked.to).toISOString(),
    }
    return { steps, input }
  }, [range, now, kind, grain, by, customerId])
  const query = rpc.usage.series.useQuery(input, { placeholderData: keepPreviousData })
  const drawn = useMemo(
    () =>
      drawnSeries(query.data?.points ?? [], {
        kind,
        steps,
        nameOf: (group, name) =>
          name ?? (group === null ? (by === 'none' ? meterNames[kind] : 'All others') : formatWords(group)),
      }),
    [query.data, kind, steps, by],
  )
  const total = drawn.series.reduce(
    (sum, { values }) => sum + values.reduce<number>((all, value) => all + (value ?? 0), 0),
    0,
  )
  const unit = kind === 'calls' ? 'min' : 'SMS'
  const span = `${day.format(new Date(input.from))} – ${day.format(new Date(Date.parse(input.to) - 1))}`
  return (
    <Loaded query={query} what="The usage over time" skeleton={<Skeleton className="m-4 rounded-lg" />}>
      {() => (
        <Chart
          title={
            <>
              {meterNames[kind]} {a[grain]} <span className="figures font-normal text-ink-2 max-sm:hidden">{span}</span>
            </>
          }
          summary={`${meterNames[kind]} used ${a[grain]}: ${formatCompact(Math.round(total))} ${unit} in the time shown`}
          kind="stacked"
          unit={`${unit} ${a[grain]}`}
          at={drawn.at}
          series={drawn.series}
          bucket={grain}
          onBrush={(from, to) =>
            void navigate({ to: '.', search: (before) => ({ ...before, range: rangeOf(from, to) }) })
          }
          height={height}
        />
      )}
    </Loaded>
  )
}
