import { Link } from '@tanstack/react-router'
import { Gauge, SlidersHorizontal } from 'lucide-react'
import { useMemo } from 'react'
import type { CustomerDetail, LedgerRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { rpcClient } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { Empty } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { LedgerDetail } from './ledger-detail.tsx'
import { periodName } from './period.ts'
import { formatUsage } from './usage-meter.tsx'
import { entryKinds, entryWords, kindOf, meterChoices, meterKeys } from './words.ts'

const topics = ['usage'] as const
const path = ['usage', 'ledger'] as const

export const entryName = (row: Pick<LedgerRow, 'meter' | 'kind'>): string =>
  row.kind === 'usage' ? (row.meter === 'call_seconds' ? 'Call' : 'Message') : entryWords[row.kind]

export function EntryAmount({ row }: { row: Pick<LedgerRow, 'meter' | 'kind' | 'quantity'> }) {
  return (
    <span className="figures font-medium whitespace-nowrap">
      {row.kind !== 'usage' && row.quantity > 0 && '+'}
      {formatUsage(kindOf(row.meter), row.quantity)}
    </span>
  )
}

function RowLink({ row }: { row: LedgerRow }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: row.id })} className="row-link truncate font-medium">
      {entryName(row)}
    </Link>
  )
}

const columns: Column<LedgerRow>[] = [
  { id: 'what', header: 'Entry', width: 110, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'meter',
    header: 'Meter',
    width: 80,
    priority: 4,
    cell: (row) => <span className="text-ink-2">{row.meter === 'call_seconds' ? 'Minutes' : 'Messages'}</span>,
  },
  { id: 'amount', header: 'Amount', width: 100, align: 'right', priority: 1, cell: (row) => <EntryAmount row={row} /> },
  {
    id: 'why',
    header: 'Why',
    width: 150,
    grow: 1.5,
    priority: 5,
    cell: (row) => (
      <span className="truncate text-ink-2">
        {row.reason ?? (row.callId ? 'A call' : row.messageId ? 'A message' : 'Booked without a call')}
      </span>
    ),
  },
  {
    id: 'period',
    header: 'Period',
    width: 120,
    priority: 6,
    cell: (row) => <span className="figures text-ink-2">{periodName(row.periodStart)}</span>,
  },
  {
    id: 'happened',
    header: 'Happened',
    width: 90,
    align: 'right',
    priority: 2,
    cell: (row) => <TimeAgo at={row.occurredAt} className="text-ink-2" />,
  },
  {
    id: 'recorded',
    header: 'Recorded',
    width: 90,
    align: 'right',
    priority: 3,
    cell: (row) => <TimeAgo at={row.recordedAt} className="text-ink-2" />,
  },
]

function narrow(row: LedgerRow) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <EntryAmount row={row} />
      </div>
      <div className="mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          {row.reason ?? (row.kind === 'usage' ? '' : <Pill>{entryWords[row.kind]}</Pill>)}
        </span>
        <TimeAgo at={row.occurredAt} />
      </div>
    </>
  )
}

/** Every entry of a customer's ledger; one opens to the call, the bytes and the line it came from and went to. */
export function LedgerTab({ customer }: { customer: CustomerDetail }) {
  const [{ meter, kind, open }, setFilters] = useFilters<CustomerSearch>()
  const refusal = useRefusal()
  const filter = useMemo(
    () => ({ customerId: customer.id, meter: meter && meterKeys[meter], kind }),
    [customer.id, meter, kind],
  )
  const list = useLiveList<LedgerRow>({
    path,
    filter,
    topics,
    openId: open,
    load: (page, signal) => rpcClient.usage.ledger.query({ ...filter, ...page }, { signal }),
  })
  const close = () => setFilters({ open: undefined })
  const opened = list.rows.find((row) => row.id === open)
  return (
    <ListFrame
      what="The ledger"
      list={list}
      header={null}
      filters={
        <FilterBar>
          <FilterChoice
            label="Meter"
            value={meter}
            onChange={(next) => setFilters({ meter: next })}
            choices={meterChoices}
          />
          <FilterChoice
            label="Kind"
            value={kind}
            onChange={(next) => setFilters({ kind: next })}
            choices={entryKinds.map((value) => ({ value, label: entryWords[value] }))}
          />
          <span className="figures text-sm text-ink-3">{list.count}</span>
          <span className="ml-auto flex items-center gap-2">
            <Button size="small" refused={refusal} onClick={() => setFilters({ act: 'adjust' })}>
              <SlidersHorizontal aria-hidden className="size-3.5" />
              Adjust…
            </Button>
            <ColumnChooser table="ledger" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        <Empty
          icon={<Gauge />}
          title={meter || kind ? 'No entry matches these filters' : 'Nothing has been metered'}
          action={
            (meter || kind) && (
              <Button onClick={() => setFilters({ meter: undefined, kind: undefined })}>Clear all filters</Button>
            )
          }
        >
          A call or message on one of its lines is an entry here; what corrects it is another one.
        </Empty>
      }
      panelTitle="Ledger entry"
      onClosePanel={close}
      panel={
        open &&
        (opened ? (
          <LedgerDetail key={open} row={opened} customerId={customer.id} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This entry"
            icon={<Gauge />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="ledger"
        label="Ledger"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={open}
        onOpen={(row) => setFilters({ open: row.id })}
        onClose={close}
        list={list}
      />
    </ListFrame>
  )
}
