import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { BellRing, Check } from 'lucide-react'
import { useMemo, useState } from 'react'
import { actorName } from '../app/actor-name.ts'
import type { AlertRow } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { AlertSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { BulkBar } from '../ui/bulk-bar.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice, FilterText } from '../ui/filter-bar.tsx'
import { formatCount } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { State } from '../ui/pill.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { ViewTabs } from '../ui/tabs.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { useAcknowledge } from './acknowledge.ts'
import { AlertDetail } from './alert-detail.tsx'
import { DeliveryState, SeverityPill, severitiesByWeight, severityWords } from './severity.tsx'

const topics = ['alerts'] as const
const path = ['alerts', 'list'] as const
const nothing: ReadonlySet<string> = new Set()
const isOpen = (row: AlertRow) => row.acknowledgedAt === null

function RowLink({ row }: { row: AlertRow }) {
  return (
    <Link
      to="/alerts/$alertId"
      params={{ alertId: row.id }}
      search={sameFilters}
      className="row-link truncate font-medium"
    >
      {row.title}
    </Link>
  )
}

const columns: Column<AlertRow>[] = [
  {
    id: 'severity',
    header: 'Severity',
    width: 72,
    priority: 0,
    cell: (row) => <SeverityPill severity={row.severity} />,
  },
  { id: 'title', header: 'Alert', width: 200, grow: 3, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'customer',
    header: 'Customer',
    width: 140,
    grow: 1,
    priority: 3,
    cell: (row) => <CustomerLink customer={row.customer} />,
  },
  {
    id: 'delivery',
    header: 'Delivery',
    width: 172,
    priority: 4,
    cell: (row) => (
      <span className="text-ink-2">
        <DeliveryState state={row.delivery} />
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: 118,
    priority: 2,
    cell: (row) => <State tone={isOpen(row) ? 'bad' : 'ok'}>{isOpen(row) ? 'Open' : 'Acknowledged'}</State>,
  },
  {
    id: 'by',
    header: 'Acknowledged by',
    width: 160,
    priority: 6,
    cell: (row) => (
      <span className="truncate text-ink-2">{row.acknowledgedBy && actorName(row.acknowledgedBy).name}</span>
    ),
  },
  {
    id: 'type',
    header: 'Type',
    width: 150,
    priority: 7,
    cell: (row) => <span className="truncate font-mono text-xs text-ink-2">{row.type}</span>,
  },
  {
    id: 'raised',
    header: 'Raised',
    width: 84,
    align: 'right',
    priority: 1,
    cell: (row) => <TimeAgo at={row.createdAt} className="text-ink-2" />,
  },
]

function narrow(row: AlertRow) {
  return (
    <>
      <RowLink row={row} />
      <div className="mt-0.5 flex items-center gap-2 text-xs text-ink-2">
        <SeverityPill severity={row.severity} />
        <span className="flex-1 truncate">{isOpen(row) ? row.customer?.businessName : 'Acknowledged'}</span>
        <TimeAgo at={row.createdAt} />
      </div>
    </>
  )
}

export function AlertsPage() {
  const navigate = useNavigate()
  const { alertId } = useParams({ strict: false })
  const [{ view = 'open', severity, type, customer }, setFilters] = useFilters<AlertSearch>()
  const filter = useMemo(
    () => ({ state: view === 'all' ? undefined : view, severity, type, customerId: customer }),
    [view, severity, type, customer],
  )
  const list = useLiveList<AlertRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.alerts.list.query({ ...filter, ...page }, { signal }),
  })
  const refusal = useRefusal()
  const [marked, setMarked] = useState(nothing)
  const { acknowledge, busy } = useAcknowledge()
  const waiting = list.rows.filter((row) => marked.has(row.id) && isOpen(row)).map((row) => row.id)
  const open = (row: AlertRow) =>
    void navigate({
      to: '/alerts/$alertId',
      params: { alertId: row.id },
      search: sameFilters,
      replace: Boolean(alertId),
    })
  const close = () => void navigate({ to: '/alerts', search: sameFilters })
  const full = (id: string) => void navigate({ to: '/alerts/$alertId/full', params: { alertId: id } })

  return (
    <ListFrame
      what="The alerts"
      list={list}
      header={
        <PageHeader title="Alerts" count={list.count}>
          What an operator should know, newest first. Acknowledge one to say that somebody looks at it.
        </PageHeader>
      }
      filters={
        <>
          <div className="px-3 pb-1.5">
            <ViewTabs
              label="Which alerts"
              value={view}
              onChange={(next) => setFilters({ view: next === 'open' ? undefined : next })}
              views={[
                { value: 'open', label: 'Open' },
                { value: 'acknowledged', label: 'Acknowledged' },
                { value: 'all', label: 'All' },
              ]}
            />
          </div>
          <FilterBar>
            <FilterChoice
              label="Severity"
              value={severity}
              onChange={(next) => setFilters({ severity: next })}
              choices={severitiesByWeight.map((value) => ({ value, label: severityWords[value] }))}
            />
            <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
            <FilterText
              label="Type"
              value={type}
              placeholder="usage.limit"
              onChange={(next) => setFilters({ type: next })}
            />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="alerts"
                filters={{ view: view === 'open' ? undefined : view, severity, type, customer }}
                onChoose={(chosen) =>
                  setFilters({ view: undefined, severity: undefined, type: undefined, customer: undefined, ...chosen })
                }
              />
              <ColumnChooser table="alerts" columns={columns} />
            </span>
          </FilterBar>
        </>
      }
      bulk={
        <BulkBar count={waiting.length} onClear={() => setMarked(nothing)}>
          <Button
            variant="primary"
            busy={busy}
            refused={refusal}
            onClick={() => void acknowledge(waiting).then(() => setMarked(nothing))}
          >
            <Check aria-hidden className="size-3.5" />
            Acknowledge {formatCount(waiting.length, 'alert')}
          </Button>
        </BulkBar>
      }
      empty={
        view === 'open' && !severity && !type && !customer ? (
          <Empty icon={<BellRing />} title="Nothing needs you">
            An alert appears here when a cap is crossed, a provider refuses us, or something waits for a person.
          </Empty>
        ) : (
          <Empty
            icon={<BellRing />}
            title="No alert matches these filters"
            action={<Button onClick={() => void navigate({ to: '/alerts', search: {} })}>Show the open alerts</Button>}
          />
        )
      }
      panelTitle="Alert"
      onClosePanel={close}
      panel={alertId && <AlertDetail key={alertId} id={alertId} onClose={close} onFullPage={() => full(alertId)} />}
    >
      <VirtualTable
        table="alerts"
        label="Alerts"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={alertId}
        onOpen={open}
        onClose={close}
        onFullPage={(row) => full(row.id)}
        list={list}
        marks={{ marked, onChange: setMarked, canMark: isOpen }}
      />
    </ListFrame>
  )
}
