import { Link } from '@tanstack/react-router'
import { Hourglass } from 'lucide-react'
import { useMemo } from 'react'
import type { CustomerDetail, HoldRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { rpcClient } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatLocal } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { State } from '../ui/pill.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { formatUsage } from './usage-meter.tsx'
import { holdStates, holdWords, kindOf } from './words.ts'

const topics = ['usage'] as const
const path = ['usage', 'holds'] as const

const amount = (row: HoldRow) => formatUsage(kindOf(row.meter), row.quantity)
const HoldMark = ({ state }: { state: HoldRow['state'] }) => (
  <State tone={holdWords[state].tone}>{holdWords[state].word}</State>
)

function RowLink({ row }: { row: HoldRow }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: row.id })} className="row-link figures truncate font-medium">
      {amount(row)} for a {row.meter === 'call_seconds' ? 'call' : 'message'}
    </Link>
  )
}

const columns: Column<HoldRow>[] = [
  { id: 'what', header: 'Held', width: 170, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'state', header: 'State', width: 140, priority: 1, cell: (row) => <HoldMark state={row.state} /> },
  {
    id: 'used',
    header: 'Used',
    width: 90,
    align: 'right',
    priority: 3,
    cell: (row) =>
      row.settledQuantity === null ? (
        <span className="text-ink-3">—</span>
      ) : (
        formatUsage(kindOf(row.meter), row.settledQuantity)
      ),
  },
  {
    id: 'provider',
    header: 'Provider’s id',
    width: 150,
    grow: 1,
    priority: 4,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.providerId ?? '—'}</span>,
  },
  {
    id: 'at',
    header: 'Asked',
    width: 90,
    align: 'right',
    priority: 2,
    cell: (row) => <TimeAgo at={row.createdAt} className="text-ink-2" />,
  },
]

function narrow(row: HoldRow) {
  return (
    <>
      <RowLink row={row} />
      <div className="mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <HoldMark state={row.state} />
        <TimeAgo at={row.createdAt} />
      </div>
    </>
  )
}

/** What is promised to calls and messages that were admitted. */
export function HoldsTab({ customer }: { customer: CustomerDetail }) {
  const [{ hold: state, open }, setFilters] = useFilters<CustomerSearch>()
  const filter = useMemo(() => ({ customerId: customer.id, state }), [customer.id, state])
  const list = useLiveList<HoldRow>({
    path,
    filter,
    topics,
    openId: open,
    load: (page, signal) => rpcClient.usage.holds.list.query({ ...filter, ...page }, { signal }),
  })
  const close = () => setFilters({ open: undefined })
  const opened = list.rows.find((row) => row.id === open)
  return (
    <ListFrame
      what="The holds"
      list={list}
      header={null}
      filters={
        <FilterBar>
          <FilterChoice
            label="State"
            value={state}
            onChange={(next) => setFilters({ hold: next })}
            choices={holdStates.map((value) => ({ value, label: holdWords[value].word }))}
          />
          <span className="figures text-sm text-ink-3">{list.count}</span>
          <span className="ml-auto">
            <ColumnChooser table="holds" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        <Empty
          icon={<Hourglass />}
          title={state ? 'No hold is in this state' : 'Nothing has been held'}
          action={state && <Button onClick={() => setFilters({ hold: undefined })}>Show all holds</Button>}
        >
          Whoever asks before a call or message is given a hold: its units are promised until the call is reported or
          the hold ends.
        </Empty>
      }
      panelTitle="Hold"
      onClosePanel={close}
      panel={
        open &&
        (opened ? (
          <HoldDetail key={open} row={opened} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This hold"
            icon={<Hourglass />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="holds"
        label="Holds"
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

function HoldDetail({ row, onClose }: { row: HoldRow; onClose: () => void }) {
  return (
    <DetailFrame
      title={`${amount(row)} held`}
      sub={
        <>
          <HoldMark state={row.state} />
          <TimeAgo at={row.createdAt} />
          <Id id={row.id} />
        </>
      }
      onClose={onClose}
    >
      <Section title="Facts">
        <Facts>
          <Fact label="Asked">{formatLocal(Date.parse(row.createdAt))}</Fact>
          <Fact label={row.endedAt ? 'Would have ended' : 'Ends'}>{formatLocal(Date.parse(row.expiresAt))}</Fact>
          {row.endedAt && <Fact label="Ended">{formatLocal(Date.parse(row.endedAt))}</Fact>}
          {row.settledQuantity !== null && (
            <Fact label="Used">{formatUsage(kindOf(row.meter), row.settledQuantity)}</Fact>
          )}
          {row.overrun > 0 && <Fact label="Beyond the hold">{formatUsage(kindOf(row.meter), row.overrun)}</Fact>}
          <Fact label="Provider’s id">
            {row.providerId ? (
              <Copyable text={row.providerId} label="Copy the provider’s id" className="font-mono text-xs">
                {row.providerId}
              </Copyable>
            ) : (
              <span className="text-ink-3">Not told</span>
            )}
          </Fact>
        </Facts>
        {row.providerId && (
          <Link
            to="/webhooks"
            search={{ q: row.providerId }}
            className="mt-3 inline-block text-sm text-accent-ink hover:underline"
          >
            Its webhooks
          </Link>
        )}
      </Section>
    </DetailFrame>
  )
}
