import { Link } from '@tanstack/react-router'
import type { UnknownPhone } from '../app/contract.ts'
import { sameFilters } from '../app/filters.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { formatPhone } from '../ui/phone.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Resolution } from './resolution.tsx'

function RowLink({ row }: { row: UnknownPhone }) {
  return (
    <span className="group/copy flex min-w-0 items-center gap-1">
      <Link
        to="/unknown-numbers/$unknownPhoneId"
        params={{ unknownPhoneId: row.id }}
        search={sameFilters}
        className="row-link figures truncate font-medium"
      >
        {formatPhone(row.phoneNumber)}
      </Link>
      <CopyButton
        text={row.phoneNumber}
        label={`Copy ${row.phoneNumber}`}
        className="opacity-0 focus-visible:opacity-100 group-hover/row:opacity-100"
      />
    </span>
  )
}

export function columnsWith(resolve: (row: UnknownPhone) => void, refusal: string | undefined): Column<UnknownPhone>[] {
  return [
    { id: 'state', header: 'State', width: 88, priority: 1, cell: (row) => <Resolution number={row} /> },
    { id: 'number', header: 'Number', width: 150, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
    {
      id: 'events',
      header: 'Heard in',
      width: 160,
      grow: 2,
      priority: 4,
      cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.eventTypes.join(', ')}</span>,
    },
    {
      id: 'customer',
      header: 'Customer',
      width: 140,
      grow: 1,
      priority: 5,
      cell: (row) => <CustomerLink customer={row.customer} />,
    },
    {
      id: 'waiting',
      header: 'Waiting',
      width: 60,
      align: 'right',
      priority: 2,
      cell: (row) => formatNumber(row.waiting),
    },
    {
      id: 'first',
      header: 'First heard',
      width: 84,
      align: 'right',
      priority: 6,
      cell: (row) => <TimeAgo at={row.firstSeenAt} className="text-ink-2" />,
    },
    {
      id: 'last',
      header: 'Last heard',
      width: 84,
      align: 'right',
      priority: 3,
      cell: (row) => <TimeAgo at={row.lastSeenAt} className="text-ink-2" />,
    },
    {
      id: 'act',
      header: 'Action',
      width: 76,
      align: 'right',
      priority: 0,
      cell: (row) =>
        !row.resolvedAt && (
          <Button size="small" className="relative z-10 h-6" refused={refusal} onClick={() => resolve(row)}>
            Resolve
          </Button>
        ),
    },
  ]
}

export function narrow(row: UnknownPhone) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <Resolution number={row} />
      </div>
      <div className="figures flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          {row.customer?.businessName ??
            (row.waiting > 0 ? `${formatCount(row.waiting, 'webhook')} waiting` : 'Nothing waits')}
        </span>
        <TimeAgo at={row.lastSeenAt} />
      </div>
    </>
  )
}
