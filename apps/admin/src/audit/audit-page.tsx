import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Download, ScrollText } from 'lucide-react'
import { useMemo } from 'react'
import { actorName } from '../app/actor-name.ts'
import type { AuditRow } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { PageHeader } from '../app/page.tsx'
import { useListBounds } from '../app/range.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { AuditSearch } from '../app/search.ts'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice, FilterText } from '../ui/filter-bar.tsx'
import { formatWords } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { AuditDetail } from './audit-detail.tsx'
import { actWords, domains } from './words.ts'

const topics = ['audit'] as const
const path = ['audit', 'list'] as const

function RowLink({ row }: { row: AuditRow }) {
  return (
    <Link
      to="/audit/$auditId"
      params={{ auditId: row.id }}
      search={sameFilters}
      className="row-link truncate font-medium"
    >
      {actWords(row.action)}
    </Link>
  )
}

const columns: Column<AuditRow>[] = [
  { id: 'act', header: 'Act', width: 190, grow: 1.4, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'actor',
    header: 'By',
    width: 180,
    grow: 1,
    priority: 1,
    cell: (row) => <span className="truncate text-ink-2">{actorName(row.actor).name}</span>,
  },
  {
    id: 'subject',
    header: 'On',
    width: 170,
    grow: 1,
    priority: 3,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.subject}</span>,
  },
  {
    id: 'address',
    header: 'From',
    width: 130,
    priority: 5,
    cell: (row) => <span className="figures truncate text-ink-2">{row.address ?? '—'}</span>,
  },
  {
    id: 'request',
    header: 'Request',
    width: 160,
    priority: 7,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.requestId}</span>,
  },
  {
    id: 'at',
    header: 'When',
    width: 84,
    align: 'right',
    priority: 2,
    cell: (row) => <TimeAgo at={row.at} className="text-ink-2" />,
  },
]

function narrow(row: AuditRow) {
  return (
    <>
      <RowLink row={row} />
      <div className="mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">{actorName(row.actor).name}</span>
        <TimeAgo at={row.at} />
      </div>
    </>
  )
}

export function AuditPage() {
  const navigate = useNavigate()
  const { auditId } = useParams({ strict: false })
  const [{ actor, action, subject, customer }, setFilters] = useFilters<AuditSearch>()
  const bounds = useListBounds()
  const filter = useMemo(
    () => ({ actor, action, subject, customerId: customer, ...bounds }),
    [actor, action, subject, customer, bounds],
  )
  const list = useLiveList<AuditRow>({
    path,
    filter,
    topics,
    openId: auditId,
    load: (page, signal) => rpcClient.audit.list.query({ ...filter, ...page }, { signal }),
  })
  const given = Object.entries(filter).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const opened = list.rows.find((row) => row.id === auditId)
  const close = () => void navigate({ to: '/audit', search: sameFilters })

  return (
    <ListFrame
      what="The audit log"
      list={list}
      header={
        <PageHeader
          title="Audit log"
          count={list.count}
          actions={
            <Button asChild>
              <a href={`/api/admin/audit-log.csv?${new URLSearchParams(given)}`} download>
                <Download aria-hidden className="size-3.5" />
                CSV
              </a>
            </Button>
          }
        >
          Who changed what, from where. Rows are only ever added; numbers in them are masked.
        </PageHeader>
      }
      filters={
        <FilterBar>
          <FilterChoice
            label="Kind"
            value={domains.find((domain) => domain === action)}
            onChange={(next) => setFilters({ action: next })}
            choices={domains.map((value) => ({ value, label: formatWords(value) }))}
          />
          <FilterText
            label="By"
            value={actor}
            placeholder="ada@example.com"
            onChange={(next) => setFilters({ actor: next })}
          />
          <FilterText
            label="On"
            value={subject}
            placeholder="cus_…, usr_…, whk_…"
            onChange={(next) => setFilters({ subject: next })}
          />
          <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
          <span className="ml-auto flex items-center">
            <SavedViews
              list="audit"
              filters={{ actor, action, subject, customer }}
              onChoose={(chosen) =>
                setFilters({ actor: undefined, action: undefined, subject: undefined, customer: undefined, ...chosen })
              }
            />
            <ColumnChooser table="audit" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        <Empty
          icon={<ScrollText />}
          title="Nothing was done that matches"
          action={
            <Button onClick={() => void navigate({ to: '/audit', search: { range: undefined } })}>
              Clear all filters
            </Button>
          }
        >
          Every change that somebody makes stands here, with who, from where, before and after.
        </Empty>
      }
      panelTitle="Audit row"
      onClosePanel={close}
      panel={
        auditId &&
        (opened ? (
          <AuditDetail key={auditId} row={opened} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This row"
            icon={<ScrollText />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="audit"
        label="Audit log"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={auditId}
        onOpen={(row) =>
          void navigate({
            to: '/audit/$auditId',
            params: { auditId: row.id },
            search: sameFilters,
            replace: Boolean(auditId),
          })
        }
        onClose={close}
        list={list}
      />
    </ListFrame>
  )
}
