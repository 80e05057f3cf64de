import { Link } from '@tanstack/react-router'
import { KeyRound, Plus } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import type { ApiKeyRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { oneOf } from '../app/search.ts'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { Empty } from '../ui/notice.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { KeyPanel } from './key-panel.tsx'
import { MakeKey } from './make-key.tsx'
import { ShownOnce } from './shown-once.tsx'
import type { StaffSearch } from './staff-page.tsx'
import { KeyState, keyStates, sentence } from './words.tsx'

const topics = ['sessions'] as const
const path = ['apiKeys', 'list'] as const

function Name({ row }: { row: ApiKeyRow }) {
  return (
    <Link
      to="/staff"
      search={(before) => ({ ...before, tab: 'keys', open: row.id })}
      replace
      className="row-link truncate font-medium"
    >
      {row.name}
    </Link>
  )
}

const columns: Column<ApiKeyRow>[] = [
  {
    id: 'name',
    header: 'Key',
    width: 150,
    grow: 2,
    priority: 0,
    cell: (row) => <Name row={row} />,
  },
  {
    id: 'prefix',
    header: 'Begins with',
    width: 120,
    priority: 2,
    cell: (row) => <code className="font-mono text-xs">{row.prefix}</code>,
  },
  { id: 'state', header: 'State', width: 96, priority: 1, cell: (row) => <KeyState state={row.state} /> },
  {
    id: 'scopes',
    header: 'Scopes',
    width: 180,
    grow: 2,
    priority: 3,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.scopes.join(' ')}</span>,
  },
  {
    id: 'customer',
    header: 'Customer',
    width: 130,
    grow: 1,
    priority: 5,
    cell: (row) => <span className="truncate text-ink-2">{row.customerName ?? 'All'}</span>,
  },
  { id: 'used', header: 'Last used', width: 104, align: 'right', priority: 4, cell: (row) => usedAt(row) },
  {
    id: 'expires',
    header: 'Expires',
    width: 104,
    align: 'right',
    priority: 6,
    cell: (row) => <TimeAgo at={row.expiresAt} />,
  },
]

const usedAt = (row: ApiKeyRow) =>
  row.lastUsedAt === null ? <span className="text-ink-3">Never</span> : <TimeAgo at={row.lastUsedAt} />

function narrow(row: ApiKeyRow) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3">
      <Name row={row} />
      <KeyState state={row.state} />
      <code className="truncate font-mono text-xs text-ink-2">{row.prefix}</code>
      <span className="text-xs text-ink-2">{row.customerName ?? 'All customers'}</span>
    </div>
  )
}

export function Keys({ tabs }: { tabs: ReactNode }) {
  const [search, setFilters] = useFilters<StaffSearch>()
  const { open, create, customer } = search
  const state = oneOf(keyStates, search.stands)
  const filter = useMemo(() => ({ state, customerId: customer }), [state, customer])
  const list = useLiveList<ApiKeyRow>({
    path,
    filter,
    topics,
    openId: open,
    load: (page, signal) => rpcClient.apiKeys.list.query({ ...filter, ...page }, { signal }),
  })
  const [made, setMade] = useState<string>()
  const opened = list.rows.find((row) => row.id === open)
  const close = () => setFilters({ open: undefined })
  const told = ({ key }: { key: string }) => {
    list.showFresh()
    setMade(key)
  }
  const add = (
    <Button variant="primary" onClick={() => setFilters({ create: 'yes' })}>
      <Plus aria-hidden className="size-4" />
      Make a key
    </Button>
  )
  return (
    <>
      <ListFrame
        what="The API keys"
        list={list}
        header={
          <PageHeader title="API keys" count={list.count} actions={add}>
            By which programs get in, and how far each reaches.
          </PageHeader>
        }
        filters={
          <FilterBar>
            {tabs}
            <FilterChoice
              label="State"
              value={state}
              onChange={(next) => setFilters({ stands: next })}
              choices={keyStates.map((value) => ({ value, label: sentence(value) }))}
            />
            <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
          </FilterBar>
        }
        empty={
          state || customer ? (
            <Empty
              icon={<KeyRound />}
              title="No key matches these filters"
              action={
                <Button onClick={() => setFilters({ stands: undefined, customer: undefined })}>
                  Clear all filters
                </Button>
              }
            />
          ) : (
            <Empty icon={<KeyRound />} title="No API keys yet" action={add}>
              A program that asks for usage or raises alerts shows a key. Its scopes say what it may.
            </Empty>
          )
        }
        panelTitle="API key"
        onClosePanel={close}
        panel={
          open &&
          (opened ? (
            <KeyPanel key={open} apiKey={opened} onMade={told} onClose={close} />
          ) : list.query.data ? (
            <NotInList
              what="This key"
              icon={<KeyRound />}
              onClose={close}
              onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
            />
          ) : (
            <DetailSkeleton />
          ))
        }
      >
        <VirtualTable
          table="api-keys"
          label="API keys"
          rows={list.rows}
          columns={columns}
          narrow={narrow}
          openId={open}
          onOpen={(row) => setFilters({ open: row.id })}
          onClose={close}
          list={list}
        />
      </ListFrame>
      {create && <MakeKey onMade={told} onClose={() => setFilters({ create: undefined })} />}
      {made && (
        <ShownOnce title="Keep this key" label="The key" secret={made} onClose={() => setMade(undefined)}>
          Copy it to where the program reads it. It is not shown again; only its hash is kept.
        </ShownOnce>
      )}
    </>
  )
}
