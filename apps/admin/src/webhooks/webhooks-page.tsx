import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Webhook } from 'lucide-react'
import { useMemo } from 'react'
import type { WebhookRow, WebhookState } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { useListBounds } from '../app/range.tsx'
import { rpc, rpcClient } from '../app/rpc.ts'
import type { WebhookSearch } from '../app/search.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { CopyButton, Id } from '../ui/copy.tsx'
import { FilterBar, FilterChoice, FilterSearch, FilterText } from '../ui/filter-bar.tsx'
import { formatBytes, formatNumber } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { cleanPhone, formatPhone, Phone } from '../ui/phone.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { ViewTabs } from '../ui/tabs.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { WebhookDetail } from './webhook-detail.tsx'
import { providerChoices, providerNames, stateWord, WebhookStateMark, webhookStates } from './words.tsx'

const topics = ['webhooks'] as const
const path = ['webhooks', 'list'] as const

function RowLink({ row }: { row: WebhookRow }) {
  return (
    <Link
      to="/webhooks/$webhookId"
      params={{ webhookId: row.id }}
      search={sameFilters}
      className="row-link truncate font-medium"
    >
      {row.eventType ?? 'Unread'}
    </Link>
  )
}

const columns: Column<WebhookRow>[] = [
  { id: 'state', header: 'State', width: 104, priority: 0, cell: (row) => <WebhookStateMark state={row.state} /> },
  { id: 'event', header: 'Event', width: 128, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'provider', header: 'Provider', width: 72, priority: 4, cell: (row) => providerNames[row.provider] },
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
    cell: (row) => <span className="truncate text-ink-2">{row.lastError}</span>,
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

function narrow(row: WebhookRow) {
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
        </span>
        <TimeAgo at={row.receivedAt} />
      </div>
    </>
  )
}

export function WebhooksPage() {
  const navigate = useNavigate()
  const { webhookId } = useParams({ strict: false })
  const [{ state, provider, phone, q }, setFilters] = useFilters<WebhookSearch>()
  const bounds = useListBounds()
  const filter = useMemo(() => ({ state, provider, phone, q, ...bounds }), [state, provider, phone, q, bounds])
  const list = useLiveList<WebhookRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.webhooks.list.query({ ...filter, ...page }, { signal }),
  })
  const counts = rpc.webhooks.counts.useQuery({}).data
  const filtered = Boolean(state ?? provider ?? phone ?? q ?? bounds.from)
  const open = (row: WebhookRow) =>
    void navigate({
      to: '/webhooks/$webhookId',
      params: { webhookId: row.id },
      search: sameFilters,
      replace: Boolean(webhookId),
    })
  const close = () => void navigate({ to: '/webhooks', search: sameFilters })
  const full = (id: string) => void navigate({ to: '/webhooks/$webhookId/full', params: { webhookId: id } })

  return (
    <ListFrame
      what="The webhooks"
      list={list}
      header={
        <PageHeader title="Webhooks" count={list.count}>
          Every delivery from a provider, as it came, and what became of it.
        </PageHeader>
      }
      filters={
        <>
          <div className="px-3 pb-1.5">
            <ViewTabs<WebhookState | 'all'>
              label="State"
              value={state ?? 'all'}
              onChange={(next) => setFilters({ state: next === 'all' ? undefined : next })}
              views={[
                { value: 'all', label: 'All' },
                ...webhookStates.map((each) => ({
                  value: each,
                  label: stateWord(each),
                  count: each === 'processed' ? undefined : counts?.[each],
                  alarming: each === 'failed' || each === 'dead',
                })),
              ]}
            />
          </div>
          <FilterBar>
            <FilterSearch value={q} onChange={(next) => setFilters({ q: next })} placeholder="Id, event or error" />
            <FilterChoice
              label="Provider"
              value={provider}
              onChange={(next) => setFilters({ provider: next })}
              choices={providerChoices}
            />
            <FilterText
              label="Number"
              value={phone}
              placeholder="+1 312 555 0101"
              clean={cleanPhone}
              onChange={(next) => setFilters({ phone: next })}
            />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="webhooks"
                filters={{ state, provider, phone, q }}
                onChoose={(chosen) =>
                  setFilters({ state: undefined, provider: undefined, phone: undefined, q: undefined, ...chosen })
                }
              />
              <ColumnChooser table="webhooks" columns={columns} />
            </span>
          </FilterBar>
        </>
      }
      empty={
        filtered ? (
          <Empty
            icon={<Webhook />}
            title="No webhook matches these filters"
            action={
              <Button onClick={() => void navigate({ to: '/webhooks', search: { range: undefined } })}>
                Clear all filters
              </Button>
            }
          >
            Nothing with these filters has arrived.
          </Empty>
        ) : (
          <Empty icon={<Webhook />} title="No webhooks yet">
            <p>Point Retell at this address, or start the simulator, and every delivery appears here.</p>
            <p className="mt-2 inline-flex items-center gap-1 rounded-md border bg-surface px-2 py-1 font-mono text-xs">
              {location.origin}/webhooks/retell
              <CopyButton text={`${location.origin}/webhooks/retell`} label="Copy the address" />
            </p>
          </Empty>
        )
      }
      panelTitle="Webhook"
      onClosePanel={close}
      panel={
        webhookId && <WebhookDetail key={webhookId} id={webhookId} onClose={close} onFullPage={() => full(webhookId)} />
      }
    >
      <VirtualTable
        table="webhooks"
        label="Webhooks"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={webhookId}
        onOpen={open}
        onClose={close}
        onFullPage={(row) => full(row.id)}
        list={list}
      />
    </ListFrame>
  )
}
