import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ArrowDownLeft, ArrowUpRight, MessageSquareText } from 'lucide-react'
import { useMemo } from 'react'
import type { MessageRow } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { PageHeader } from '../app/page.tsx'
import { useListBounds } from '../app/range.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { EventSearch } from '../app/search.ts'
import { otherNumber } from '../calls/words.tsx'
import { CustomerLink } from '../customers/customer-link.tsx'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { Id } from '../ui/copy.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { Empty } from '../ui/notice.tsx'
import { NumberFilter } from '../ui/number-filter.tsx'
import { formatPhone } from '../ui/phone.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { MessageDetail } from './message-detail.tsx'
import { MessageStatusMark, messageStatuses, messageStatusWord } from './words.tsx'

const topics = ['messages'] as const
const path = ['messages', 'list'] as const

function RowLink({ row }: { row: MessageRow }) {
  const number = otherNumber(row)
  const Way = row.direction === 'outbound' ? ArrowUpRight : ArrowDownLeft
  return (
    <Link
      to="/messages/$messageId"
      params={{ messageId: row.id }}
      search={sameFilters}
      className="row-link figures flex min-w-0 items-center gap-1.5 truncate font-medium"
    >
      <Way aria-label={row.direction} className="size-3.5 shrink-0 text-ink-3" />
      {number ? formatPhone(number) : 'Number not known'}
    </Link>
  )
}

const columns: Column<MessageRow>[] = [
  { id: 'status', header: 'Status', width: 116, priority: 0, cell: (row) => <MessageStatusMark status={row.status} /> },
  { id: 'caller', header: 'Other side', width: 160, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'customer',
    header: 'Customer',
    width: 150,
    grow: 1.4,
    priority: 2,
    cell: (row) => <CustomerLink customer={row.customer} />,
  },
  {
    id: 'text',
    header: 'Text',
    width: 180,
    grow: 2,
    priority: 4,
    cell: (row) => <span className="truncate text-ink-2">{row.body}</span>,
  },
  {
    id: 'segments',
    header: 'Metered',
    width: 64,
    align: 'right',
    priority: 1,
    cell: (row) => (row.segments === null ? <span className="text-ink-3">—</span> : `${row.segments} SMS`),
  },
  {
    id: 'error',
    header: 'Error',
    width: 56,
    align: 'right',
    priority: 5,
    cell: (row) => row.errorCode && <span className="text-bad-ink">{row.errorCode}</span>,
  },
  { id: 'id', header: 'Id', width: 124, priority: 6, cell: (row) => <Id id={row.id} className="text-ink-2" /> },
  {
    id: 'when',
    header: 'When',
    width: 84,
    align: 'right',
    priority: 3,
    cell: (row) => <TimeAgo at={row.occurredAt} className="text-ink-2" />,
  },
]

function narrow(row: MessageRow) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <MessageStatusMark status={row.status} />
      </div>
      <div className="figures flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          {row.customer?.businessName ?? 'No customer'}
          {row.segments !== null && ` · ${row.segments} SMS`}
        </span>
        <TimeAgo at={row.occurredAt} />
      </div>
    </>
  )
}

export function MessagesPage() {
  const navigate = useNavigate()
  const { messageId } = useParams({ strict: false })
  const [{ status, phone, customer }, setFilters] = useFilters<EventSearch>()
  const bounds = useListBounds()
  const known = messageStatuses.find((each) => each === status)
  const filter = useMemo(
    () => ({ status: known, phone, customerId: customer, ...bounds }),
    [known, phone, customer, bounds],
  )
  const list = useLiveList<MessageRow>({
    path,
    filter,
    topics,
    openId: messageId,
    load: (page, signal) => rpcClient.messages.list.query({ ...filter, ...page }, { signal }),
  })
  const opened = list.rows.find((row) => row.id === messageId)
  const close = () => void navigate({ to: '/messages', search: sameFilters })

  return (
    <ListFrame
      what="The messages"
      list={list}
      header={
        <PageHeader title="Messages" count={list.count}>
          One row a text message, in either direction, with what became of it.
        </PageHeader>
      }
      filters={
        <FilterBar>
          <FilterChoice
            label="Status"
            value={known}
            onChange={(next) => setFilters({ status: next })}
            choices={messageStatuses.map((value) => ({ value, label: messageStatusWord(value) }))}
          />
          <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
          <NumberFilter value={phone} onChange={(next) => setFilters({ phone: next })} />
          <span className="ml-auto flex items-center">
            <SavedViews
              list="messages"
              filters={{ status, phone, customer }}
              onChoose={(chosen) => setFilters({ status: undefined, phone: undefined, customer: undefined, ...chosen })}
            />
            <ColumnChooser table="messages" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        (known ?? phone ?? customer ?? bounds.from) ? (
          <Empty
            icon={<MessageSquareText />}
            title="No message matches these filters"
            action={
              <Button onClick={() => void navigate({ to: '/messages', search: { range: undefined } })}>
                Clear all filters
              </Button>
            }
          />
        ) : (
          <Empty icon={<MessageSquareText />} title="No messages yet">
            A message appears when Twilio delivers one to us, or reports on one that we sent.
          </Empty>
        )
      }
      panelTitle="Message"
      onClosePanel={close}
      panel={
        messageId &&
        (opened ? (
          <MessageDetail key={messageId} message={opened} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This message"
            icon={<MessageSquareText />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="messages"
        label="Messages"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={messageId}
        onOpen={(row) =>
          void navigate({
            to: '/messages/$messageId',
            params: { messageId: row.id },
            search: sameFilters,
            replace: Boolean(messageId),
          })
        }
        onClose={close}
        list={list}
      />
    </ListFrame>
  )
}
