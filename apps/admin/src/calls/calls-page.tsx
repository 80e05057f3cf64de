import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { PhoneCall, PhoneIncoming, PhoneOutgoing } from 'lucide-react'
import { useMemo } from 'react'
import type { CallRow } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { PageHeader } from '../app/page.tsx'
import { useListBounds } from '../app/range.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { EventSearch } from '../app/search.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { Id } from '../ui/copy.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatDuration, formatMicros } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { NumberFilter } from '../ui/number-filter.tsx'
import { formatPhone, Phone } from '../ui/phone.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { CallDetail } from './call-detail.tsx'
import { MaintenanceNote, MaintenanceSwitch } from './maintenance.tsx'
import { CallStatusMark, callStatuses, callStatusWord, otherNumber } from './words.tsx'

const topics = ['calls'] as const
const path = ['calls', 'list'] as const

function RowLink({ row }: { row: CallRow }) {
  const number = otherNumber(row)
  const Way = row.direction === 'outbound' ? PhoneOutgoing : PhoneIncoming
  return (
    <Link
      to="/calls/$callId"
      params={{ callId: row.id }}
      search={sameFilters}
      className="row-link figures flex min-w-0 items-center gap-1.5 truncate font-medium"
    >
      <Way aria-label={row.direction ?? 'direction not known'} className="size-3.5 shrink-0 text-ink-3" />
      {number ? formatPhone(number) : 'Number not known'}
    </Link>
  )
}

const columns: Column<CallRow>[] = [
  { id: 'status', header: 'Status', width: 100, priority: 0, cell: (row) => <CallStatusMark status={row.status} /> },
  { id: 'caller', header: 'Caller or called', width: 160, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'customer',
    header: 'Customer',
    width: 150,
    grow: 1.4,
    priority: 2,
    cell: (row) => <CustomerLink customer={row.customer} />,
  },
  {
    id: 'line',
    header: 'Our line',
    width: 144,
    priority: 4,
    cell: (row) => <Phone number={row.direction === 'outbound' ? row.fromNumber : row.toNumber} />,
  },
  {
    id: 'seconds',
    header: 'Duration',
    width: 80,
    align: 'right',
    priority: 1,
    cell: (row) => (row.seconds === null ? <span className="text-ink-3">—</span> : formatDuration(row.seconds)),
  },
  {
    id: 'cost',
    header: 'Price',
    width: 72,
    align: 'right',
    priority: 5,
    cell: (row) =>
      row.costMicros === null ? (
        <span className="text-ink-3">—</span>
      ) : (
        <span className="text-ink-2">{formatMicros(row.costMicros)}</span>
      ),
  },
  { id: 'id', header: 'Id', width: 124, priority: 6, cell: (row) => <Id id={row.id} className="text-ink-2" /> },
  {
    id: 'when',
    header: 'Started',
    width: 84,
    align: 'right',
    priority: 3,
    cell: (row) => <TimeAgo at={row.startedAt ?? row.occurredAt} className="text-ink-2" />,
  },
]

function narrow(row: CallRow) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <CallStatusMark status={row.status} />
      </div>
      <div className="figures flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          {row.customer?.businessName ?? 'No customer'}
          {row.seconds !== null && ` · ${formatDuration(row.seconds)}`}
        </span>
        <TimeAgo at={row.startedAt ?? row.occurredAt} />
      </div>
    </>
  )
}

export function CallsPage() {
  const navigate = useNavigate()
  const { callId } = useParams({ strict: false })
  const [{ status, phone, customer }, setFilters] = useFilters<EventSearch>()
  const bounds = useListBounds()
  const known = callStatuses.find((each) => each === status)
  const filter = useMemo(
    () => ({ status: known, phone, customerId: customer, ...bounds }),
    [known, phone, customer, bounds],
  )
  const list = useLiveList<CallRow>({
    path,
    filter,
    topics,
    openId: callId,
    load: (page, signal) => rpcClient.calls.list.query({ ...filter, ...page }, { signal }),
  })
  const opened = list.rows.find((row) => row.id === callId)
  const close = () => void navigate({ to: '/calls', search: sameFilters })

  return (
    <ListFrame
      what="The calls"
      list={list}
      header={
        <>
          <PageHeader title="Calls" count={list.count} actions={<MaintenanceSwitch />}>
            One row a call, merged from everything that Retell and its carrier said about it.
          </PageHeader>
          <MaintenanceNote />
        </>
      }
      filters={
        <FilterBar>
          <FilterChoice
            label="Status"
            value={known}
            onChange={(next) => setFilters({ status: next })}
            choices={callStatuses.toReversed().map((value) => ({ value, label: callStatusWord(value) }))}
          />
          <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
          <NumberFilter value={phone} onChange={(next) => setFilters({ phone: next })} />
          <span className="ml-auto flex items-center">
            <SavedViews
              list="calls"
              filters={{ status, phone, customer }}
              onChoose={(chosen) => setFilters({ status: undefined, phone: undefined, customer: undefined, ...chosen })}
            />
            <ColumnChooser table="calls" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        (known ?? phone ?? customer ?? bounds.from) ? (
          <Empty
            icon={<PhoneCall />}
            title="No call matches these filters"
            action={
              <Button onClick={() => void navigate({ to: '/calls', search: { range: undefined } })}>
                Clear all filters
              </Button>
            }
          />
        ) : (
          <Empty icon={<PhoneCall />} title="No calls yet">
            A call appears as soon as Retell or Twilio reports it: when it starts, when it ends, when it is analysed.
          </Empty>
        )
      }
      panelTitle="Call"
      onClosePanel={close}
      panel={
        callId &&
        (opened ? (
          <CallDetail key={callId} call={opened} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This call"
            icon={<PhoneCall />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="calls"
        label="Calls"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={callId}
        onOpen={(row) =>
          void navigate({
            to: '/calls/$callId',
            params: { callId: row.id },
            search: sameFilters,
            replace: Boolean(callId),
          })
        }
        onClose={close}
        list={list}
      />
    </ListFrame>
  )
}
