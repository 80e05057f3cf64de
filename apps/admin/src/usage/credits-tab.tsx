import { Link } from '@tanstack/react-router'
import { Gift } from 'lucide-react'
import { useMemo } from 'react'
import type { CreditRow, CustomerDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { rpcClient } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar } from '../ui/filter-bar.tsx'
import { formatDay } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { ViewTabs } from '../ui/tabs.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { CreditDetail, CreditMark, Left } from './credit-detail.tsx'
import { formatUsage } from './usage-meter.tsx'
import { creditWords, kindOf } from './words.ts'

const topics = ['usage'] as const
const path = ['usage', 'credits'] as const
function RowLink({ row }: { row: CreditRow }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: row.id })} className="row-link figures truncate font-medium">
      {creditWords[row.source]}, {formatUsage(kindOf(row.meter), row.quantity)}
    </Link>
  )
}

const columns: Column<CreditRow>[] = [
  { id: 'what', header: 'Credit', width: 180, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'left', header: 'Left', width: 170, grow: 1, priority: 1, cell: (row) => <Left row={row} /> },
  { id: 'state', header: 'State', width: 90, priority: 2, cell: (row) => <CreditMark row={row} /> },
  { id: 'priority', header: 'Priority', width: 60, align: 'right', priority: 4, cell: (row) => row.priority },
  {
    id: 'expires',
    header: 'Expires',
    width: 100,
    priority: 3,
    cell: (row) => (
      <span className="figures text-ink-2">{row.expiresAt ? formatDay(Date.parse(row.expiresAt)) : 'Never'}</span>
    ),
  },
  {
    id: 'why',
    header: 'Why',
    width: 150,
    grow: 1,
    priority: 5,
    cell: (row) => <span className="truncate text-ink-2">{row.reason ?? '—'}</span>,
  },
  {
    id: 'at',
    header: 'Granted',
    width: 84,
    align: 'right',
    priority: 6,
    cell: (row) => <TimeAgo at={row.grantedAt} className="text-ink-2" />,
  },
]

function narrow(row: CreditRow) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_9rem] items-center gap-x-3">
      <RowLink row={row} />
      <Left row={row} />
      <span className="truncate text-xs text-ink-2">{row.reason ?? ''}</span>
      <span className="justify-self-end text-xs">
        <CreditMark row={row} />
      </span>
    </div>
  )
}

/** What a customer was granted beyond its tier, in whole and what is left of it. */
export function CreditsTab({ customer }: { customer: CustomerDetail }) {
  const [{ ended, open }, setFilters] = useFilters<CustomerSearch>()
  const refusal = useRefusal()
  const filter = useMemo(() => ({ customerId: customer.id, isLiving: ended ? undefined : true }), [customer.id, ended])
  const list = useLiveList<CreditRow>({
    path,
    filter,
    topics,
    openId: open,
    load: (page, signal) => rpcClient.usage.credits.list.query({ ...filter, ...page }, { signal }),
  })
  const close = () => setFilters({ open: undefined })
  const opened = list.rows.find((row) => row.id === open)
  const grant = (
    <Button size="small" variant="primary" refused={refusal} onClick={() => setFilters({ act: 'grant' })}>
      <Gift aria-hidden className="size-3.5" />
      Grant credit…
    </Button>
  )
  return (
    <ListFrame
      what="The credits"
      list={list}
      header={null}
      filters={
        <FilterBar>
          <ViewTabs
            label="Which credits"
            value={ended ?? 'living'}
            onChange={(next) => setFilters({ ended: next === 'also' ? next : undefined })}
            views={[
              { value: 'living', label: 'Living' },
              { value: 'also', label: 'All' },
            ]}
          />
          <span className="figures text-sm text-ink-3">{list.count}</span>
          <span className="ml-auto flex items-center gap-2">
            {grant}
            <ColumnChooser table="credits" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        <Empty icon={<Gift />} title={ended ? 'No credit yet' : 'No living credit'} action={grant}>
          A top-up that is paid, what rolls over, and what is granted here add to what the tier includes. The lowest
          priority is spent first.
        </Empty>
      }
      panelTitle="Credit"
      onClosePanel={close}
      panel={
        open &&
        (opened ? (
          <CreditDetail key={open} row={opened} refusal={refusal} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This credit"
            icon={<Gift />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="credits"
        label="Credits"
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
