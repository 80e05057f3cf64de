import { Link } from '@tanstack/react-router'
import type { DifferenceRow } from '../app/contract.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Pill } from '../ui/pill.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { classWords, formatAmount, formatApart, HealingMark, providerWord } from './words.tsx'

function RowLink({ row }: { row: DifferenceRow }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: row.id })} className="row-link truncate font-medium">
      {classWords(row.class).word}
    </Link>
  )
}

const Apart = ({ row }: { row: DifferenceRow }) => (
  <span className={row.flagged ? 'font-medium text-bad-ink' : ''}>{formatApart(row.unit, row.delta)}</span>
)

export const columns: Column<DifferenceRow>[] = [
  { id: 'class', header: 'Class', width: 120, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'flag',
    header: 'Flag',
    width: 72,
    priority: 4,
    cell: (row) => row.flagged && <Pill tone="bad">Flagged</Pill>,
  },
  {
    id: 'customer',
    header: 'Customer',
    width: 140,
    grow: 1,
    priority: 2,
    cell: (row) => <CustomerLink customer={row.customer} />,
  },
  {
    id: 'provider',
    header: 'Provider',
    width: 80,
    priority: 6,
    cell: (row) => <span className="text-ink-2">{row.provider ? providerWord(row.provider) : '—'}</span>,
  },
  {
    id: 'providerId',
    header: 'Call or message',
    width: 150,
    grow: 1,
    priority: 7,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.providerId ?? '—'}</span>,
  },
  {
    id: 'ours',
    header: 'Ours',
    width: 90,
    align: 'right',
    priority: 3,
    cell: (row) => formatAmount(row.unit, row.ours),
  },
  {
    id: 'theirs',
    header: 'Theirs',
    width: 90,
    align: 'right',
    priority: 3,
    cell: (row) => formatAmount(row.unit, row.theirs),
  },
  { id: 'apart', header: 'Apart', width: 96, align: 'right', priority: 1, cell: (row) => <Apart row={row} /> },
  {
    id: 'healing',
    header: 'Taken in',
    width: 100,
    priority: 5,
    cell: (row) => (row.healing ? <HealingMark healing={row.healing} /> : <span className="text-ink-3">—</span>),
  },
  {
    id: 'at',
    header: 'When',
    width: 76,
    align: 'right',
    priority: 8,
    cell: (row) =>
      row.occurredAt ? <TimeAgo at={row.occurredAt} className="text-ink-2" /> : <span className="text-ink-3">—</span>,
  },
]

export function narrow(row: DifferenceRow) {
  return (
    <>
      <div className="figures flex items-center justify-between gap-3">
        <RowLink row={row} />
        <Apart row={row} />
      </div>
      <div className="mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          {row.customer?.businessName ?? 'No customer'}
          {row.provider && ` · ${providerWord(row.provider)}`}
        </span>
        {row.healing && <HealingMark healing={row.healing} />}
      </div>
    </>
  )
}
