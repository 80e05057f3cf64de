import { keepPreviousData } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Loaded } from '../app/loaded.tsx'
import { boundsOf, rangeOf, useRange } from '../app/range.tsx'
import { rpc } from '../app/rpc.ts'
import { Chart } from '../ui/chart.tsx'
import { formatCount } from '../ui/format.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { useNow } from '../ui/use-now.ts'

const hour = 3_600_000
const week = 7 * 24 * hour

/** How often one error, or all of them, happened over the chosen time. */
export function ErrorsChart({ errorId, height }: { errorId?: string; height: number }) {
  const range = useRange() ?? '7d'
  const now = useNow()
  const navigate = useNavigate()
  const input = useMemo(() => {
    // whole hours, so that the question stays the same while an hour lasts
    const { from, to } = boundsOf(range, Math.ceil(now / hour) * hour)
    const bucket = to - from > week ? ('day' as const) : ('hour' as const)
    return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bucket, errorId }
  }, [range, now, errorId])
  const query = rpc.errors.counts.useQuery(input, { placeholderData: keepPreviousData })
  return (
    <Loaded query={query} what="The chart" skeleton={<Skeleton className="m-4 h-32 rounded-lg" />}>
      {({ points, bucket }) => (
        <Chart
          title={errorId ? 'Occurrences' : 'All errors'}
          summary={`Occurrences over time: ${formatCount(
            points.reduce((sum, { occurrences }) => sum + occurrences, 0),
            'occurrence',
          )} in the time shown`}
          kind="stacked"
          unit={`occurrences ${bucket === 'hour' ? 'an hour' : 'a day'}`}
          at={points.map(({ at }) => Date.parse(at) / 1000)}
          series={[{ label: 'Occurrences', color: '--chart-3', values: points.map(({ occurrences }) => occurrences) }]}
          bucket={bucket}
          onBrush={(from, to) =>
            void navigate({ to: '.', search: (before) => ({ ...before, range: rangeOf(from, to) }) })
          }
          height={height}
        />
      )}
    </Loaded>
  )
}
