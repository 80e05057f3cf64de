import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft, History, RotateCcw } from 'lucide-react'
import { useMemo } from 'react'
import { actorName } from '../app/actor-name.ts'
import type { ReplayRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import type { ReplaySearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { filterWords, ReplayMark, replayStateChoices } from './replay-words.tsx'

const topics = ['webhooks'] as const
const path = ['webhooks', 'replays'] as const

function RowLink({ row }: { row: ReplayRow }) {
  return (
    <Link to="/replays/$replayId" params={{ replayId: row.id }} className="row-link figures truncate font-medium">
      {formatCount(row.count, 'webhook')}
    </Link>
  )
}

function Count({ value, bad = false }: { value: number; bad?: boolean }) {
  if (value === 0) return <span className="text-ink-3">0</span>
  return <span className={bad ? 'font-medium text-bad-ink' : ''}>{formatNumber(value)}</span>
}

const columns: Column<ReplayRow>[] = [
  { id: 'replay', header: 'Replay', width: 120, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'state', header: 'State', width: 160, priority: 1, cell: (row) => <ReplayMark state={row.state} /> },
  {
    id: 'filter',
    header: 'Of',
    width: 220,
    grow: 2,
    priority: 3,
    cell: (row) => <span className="truncate text-ink-2">{filterWords(row)}</span>,
  },
  {
    id: 'changed',
    header: 'Changes',
    width: 76,
    align: 'right',
    priority: 5,
    cell: (row) => <Count value={row.changed} />,
  },
  {
    id: 'done',
    header: 'Done',
    width: 70,
    align: 'right',
    priority: 4,
    cell: (row) => <Count value={row.progress.done} />,
  },
  {
    id: 'skipped',
    header: 'Skipped',
    width: 70,
    align: 'right',
    priority: 7,
    cell: (row) => <Count value={row.progress.skipped} />,
  },
  {
    id: 'failed',
    header: 'Failed',
    width: 62,
    align: 'right',
    priority: 2,
    cell: (row) => <Count value={row.progress.failed} bad />,
  },
  {
    id: 'by',
    header: 'By',
    width: 150,
    grow: 1,
    priority: 6,
    cell: (row) => <span className="truncate text-ink-2">{actorName(row.by).name}</span>,
  },
  {
    id: 'made',
    header: 'Planned',
    width: 84,
    align: 'right',
    priority: 2,
    cell: (row) => <TimeAgo at={row.createdAt} className="text-ink-2" />,
  },
]

function narrow(row: ReplayRow) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <ReplayMark state={row.state} />
      </div>
      <div className="flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">{filterWords(row)}</span>
        <TimeAgo at={row.createdAt} />
      </div>
    </>
  )
}

/** Every plan to replay many webhooks, and what came of it. */
export function ReplaysPage() {
  const navigate = useNavigate()
  const refusal = useRefusal()
  const [{ replay: state }, setFilters] = useFilters<ReplaySearch>()
  const filter = useMemo(() => ({ state }), [state])
  const list = useLiveList<ReplayRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.webhooks.replays.list.query({ ...filter, ...page }, { signal }),
  })
  const begin = (
    <Button variant="primary" refused={refusal} onClick={() => void navigate({ to: '/replays/new' })}>
      <RotateCcw aria-hidden className="size-3.5" />
      Plan a replay
    </Button>
  )
  return (
    <ListFrame
      what="The replays"
      list={list}
      header={
        <>
          <div className="flex h-9 shrink-0 items-center px-4 pt-2">
            <Link to="/webhooks" className="inline-flex items-center gap-1.5 text-sm text-ink-2 hover:text-ink">
              <ArrowLeft aria-hidden className="size-4" />
              Webhooks
            </Link>
          </div>
          <PageHeader title="Replays" count={list.count} actions={begin}>
            Many webhooks processed again from their stored bytes: planned first, run when confirmed.
          </PageHeader>
        </>
      }
      filters={
        <FilterBar>
          <FilterChoice
            label="State"
            value={state}
            onChange={(next) => setFilters({ replay: next })}
            choices={replayStateChoices}
          />
          <span className="ml-auto flex items-center">
            <ColumnChooser table="replays" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        state ? (
          <Empty
            icon={<History />}
            title="No replay matches these filters"
            action={<Button onClick={() => setFilters({ replay: undefined })}>Clear all filters</Button>}
          />
        ) : (
          <Empty icon={<History />} title="No replays yet" action={begin}>
            After a cause is mended, what died of it is replayed here at once. A plan says what would change, and
            changes nothing.
          </Empty>
        )
      }
      panelTitle="Replay"
      onClosePanel={() => undefined}
    >
      <VirtualTable
        table="replays"
        label="Replays"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        onOpen={(row) => void navigate({ to: '/replays/$replayId', params: { replayId: row.id } })}
        list={list}
      />
    </ListFrame>
  )
}
