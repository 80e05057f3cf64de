import { Link } from '@tanstack/react-router'
import type { WebhookRow, WebhookState } from '../app/contract.ts'
import { sameFilters } from '../app/filters.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Id } from '../ui/copy.tsx'
import { formatBytes, formatNumber } from '../ui/format.ts'
import { formatPhone, Phone } from '../ui/phone.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { ProviderName, providerNames, verdictText, WebhookStateMark } from './words.tsx'

function RowLink({ row }: { row: WebhookRow }) {
  return (
    <Link
      to="/webhooks/$webhookId"
      params={{ webhookId: row.id }}
      search={sameFilters}
      className="row-link truncate font-medium"
      title={row.eventType ?? undefined}
    >
      {row.eventType ?? 'Unread'}
    </Link>
  )
}

/** What was refused at the door was never tried: its verdict says why. */
const whatIsWrong = ({ state, verdict, lastError }: WebhookRow): string | null =>
  lastError ?? (state === 'quarantined' ? verdictText(verdict) : null)

const columns: Column<WebhookRow>[] = [
  { id: 'state', header: 'State', width: 104, priority: 0, cell: (row) => <WebhookStateMark state={row.state} /> },
  { id: 'event', header: 'Event', width: 128, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'provider', header: 'Provider', width: 72, priority: 4, cell: (row) => <ProviderName of={row.provider} /> },
  { id: 'number', header: 'Number', width: 144, priority: 2, cell: (row) => <Phone number={row.phoneNumber} /> },
  {
    id: 'customer',
    header: 'Customer',
    width: 150,
    grow: 1.4,
    priority: 3,
    cell: (row) => <CustomerLink customer={row.customer} />,
  },
  {
    id: 'error',
    header: 'Last error',
    width: 170,
    grow: 2,
    priority: 5,
    cell: (row) => (
      <span className="truncate text-ink-2" title={whatIsWrong(row) ?? undefined}>
        {whatIsWrong(row)}
      </span>
    ),
  },
  {
    id: 'attempts',
    header: 'Attempts',
    width: 62,
    align: 'right',
    priority: 6,
    cell: (row) => formatNumber(row.attempts),
  },
  {
    id: 'duplicates',
    header: 'Repeats',
    width: 58,
    align: 'right',
    priority: 8,
    cell: (row) => (row.duplicates ? formatNumber(row.duplicates) : <span className="text-ink-3">0</span>),
  },
  {
    id: 'size',
    header: 'Size',
    width: 64,
    align: 'right',
    priority: 7,
    cell: (row) => <span className="text-ink-2">{formatBytes(row.bodyBytes)}</span>,
  },
  { id: 'id', header: 'Id', width: 124, priority: 9, cell: (row) => <Id id={row.id} className="text-ink-2" /> },
  {
    id: 'received',
    header: 'Received',
    width: 84,
    align: 'right',
    priority: 1,
    cell: (row) => <TimeAgo at={row.receivedAt} className="text-ink-2" />,
  },
]

/** What was refused is unread: why is all that tells one from another. */
const ofRefused: Record<string, Partial<Column<WebhookRow>>> = {
  error: { header: 'Why it was refused', priority: 1 },
  received: { priority: 2 },
  provider: { priority: 3 },
  number: { priority: 4 },
  customer: { priority: 5 },
}
const refusedColumns = columns.map((column) => ({ ...column, ...ofRefused[column.id] }))
export const columnsOf = (state: WebhookState | undefined): Column<WebhookRow>[] =>
  state === 'quarantined' ? refusedColumns : columns

export function narrow(row: WebhookRow) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <WebhookStateMark state={row.state} />
      </div>
      <div className="flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="figures truncate">
          {row.phoneNumber ? formatPhone(row.phoneNumber) : providerNames[row.provider]}
          {row.customer && ` · ${row.customer.businessName}`}
          {row.state === 'quarantined' && ` · ${whatIsWrong(row)}`}
        </span>
        <TimeAgo at={row.receivedAt} />
      </div>
    </>
  )
}
