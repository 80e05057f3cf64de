import { Link } from '@tanstack/react-router'
import { SeverityPill } from '../alerts/severity.tsx'
import type { ErrorRow } from '../app/contract.ts'
import { sameFilters } from '../app/filters.ts'
import { formatCompact } from '../ui/format.ts'
import { Sparkline } from '../ui/sparkline.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { ErrorState, sourceNames, timesOf } from './words.tsx'

function RowLink({ row }: { row: ErrorRow }) {
  return (
    <Link
      to="/errors/$errorId"
      params={{ errorId: row.id }}
      search={sameFilters}
      className="row-link truncate font-medium"
    >
      {row.title}
    </Link>
  )
}

export const columns: Column<ErrorRow>[] = [
  {
    id: 'severity',
    header: 'Severity',
    width: 72,
    priority: 0,
    cell: (row) => <SeverityPill severity={row.severity} />,
  },
  { id: 'title', header: 'Error', width: 200, grow: 3, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'place',
    header: 'Place',
    width: 180,
    grow: 2,
    priority: 3,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.culprit}</span>,
  },
  {
    id: 'source',
    header: 'Source',
    width: 80,
    priority: 6,
    cell: (row) => <span className="text-ink-2">{sourceNames[row.source]}</span>,
  },
  {
    id: 'hours',
    header: 'Last 24 hours',
    width: 116,
    priority: 4,
    cell: (row) => (
      <Sparkline
        values={row.hours}
        width={96}
        height={20}
        className="h-5 w-24"
        label={`${timesOf(row.hours.reduce((sum, count) => sum + count, 0))} in the last 24 hours`}
      />
    ),
  },
  {
    id: 'occurrences',
    header: 'Times',
    width: 72,
    align: 'right',
    priority: 1,
    cell: (row) => <span className="figures">{formatCompact(row.occurrences)}</span>,
  },
  {
    id: 'customers',
    header: 'Customers',
    width: 88,
    align: 'right',
    priority: 2,
    cell: (row) => <span className="figures">{formatCompact(row.customers)}</span>,
  },
  { id: 'state', header: 'State', width: 96, priority: 5, cell: (row) => <ErrorState state={row.state} /> },
  {
    id: 'first',
    header: 'First seen',
    width: 92,
    align: 'right',
    priority: 7,
    cell: (row) => <TimeAgo at={row.firstSeenAt} className="text-ink-2" />,
  },
  {
    id: 'last',
    header: 'Last seen',
    width: 92,
    align: 'right',
    priority: 1,
    cell: (row) => <TimeAgo at={row.lastSeenAt} className="text-ink-2" />,
  },
]

export function narrow(row: ErrorRow) {
  return (
    <>
      <RowLink row={row} />
      <div className="mt-0.5 flex items-center gap-2 text-xs text-ink-2">
        <SeverityPill severity={row.severity} />
        <span className="figures flex-1 truncate">{timesOf(row.occurrences)}</span>
        <TimeAgo at={row.lastSeenAt} />
      </div>
    </>
  )
}
