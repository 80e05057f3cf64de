import { Link, useNavigate } from '@tanstack/react-router'
import { List, Pause, Play, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import type { TailedWebhook } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { PageHeader } from '../app/page.tsx'
import { SavedViews } from '../app/saved-views.tsx'
import type { TailSearch } from '../app/webhook-routes.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { FilterBar, FilterChoice, FilterSearch } from '../ui/filter-bar.tsx'
import { formatBytes, formatNumber, formatWords } from '../ui/format.ts'
import { NumberFilter } from '../ui/number-filter.tsx'
import { formatPhone, Phone } from '../ui/phone.tsx'
import { Dot, Pill } from '../ui/pill.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { useTail } from './tail-feed.ts'
import { NothingYet, Phase } from './tail-words.tsx'
import { WebhookDetail } from './webhook-detail.tsx'
import { ProviderName, providerChoices, providerNames, verdictTone } from './words.tsx'

function RowLink({ row }: { row: TailedWebhook }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: row.id })} replace className="row-link truncate font-medium">
      {row.eventType ?? 'Unread'}
    </Link>
  )
}

const columns: Column<TailedWebhook>[] = [
  {
    id: 'received',
    header: 'Received',
    width: 84,
    priority: 1,
    cell: (row) => <TimeAgo at={row.receivedAt} className="text-ink-2" />,
  },
  { id: 'event', header: 'Event', width: 140, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'provider', header: 'Provider', width: 90, priority: 2, cell: (row) => <ProviderName of={row.provider} /> },
  { id: 'number', header: 'Number', width: 144, priority: 3, cell: (row) => <Phone number={row.phoneNumber} /> },
  {
    id: 'signature',
    header: 'Signature',
    width: 130,
    priority: 4,
    cell: (row) => <Pill tone={verdictTone(row.verdict)}>{formatWords(row.verdict)}</Pill>,
  },
  {
    id: 'size',
    header: 'Size',
    width: 64,
    align: 'right',
    priority: 5,
    cell: (row) => <span className="text-ink-2">{formatBytes(row.bodyBytes)}</span>,
  },
  { id: 'id', header: 'Id', width: 124, priority: 6, cell: (row) => <Id id={row.id} className="text-ink-2" /> },
]

function narrow(row: TailedWebhook) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <TimeAgo at={row.receivedAt} className="text-xs text-ink-2" />
      </div>
      <div className="flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="figures truncate">
          {row.phoneNumber ? formatPhone(row.phoneNumber) : providerNames[row.provider]}
        </span>
        {row.verdict !== 'verified' && <Pill tone={verdictTone(row.verdict)}>{formatWords(row.verdict)}</Pill>}
      </div>
    </>
  )
}

const noRows: ReadonlySet<string> = new Set()
const nothingMore = () => undefined

/** The inbox as it fills: paused, it keeps its place and goes on there. */
export function TailPage() {
  const navigate = useNavigate()
  const [{ provider, phone, type, refused, after, open }, setFilters] = useFilters<TailSearch>()
  const filters = useMemo(
    () => ({ provider, phone, eventType: type, refused: refused === 'yes' || undefined }),
    [provider, phone, type, refused],
  )
  const { feed, cursorNow, clear, startAnew, showHeld, setReading } = useTail({ filters, pausedAt: after })
  const isPaused = after !== undefined
  const canPause = feed.phase !== 'opening' && feed.phase !== 'refused'
  const pause = () => setFilters({ after: cursorNow() })
  const resume = () => setFilters({ after: undefined })
  const toggle = () => (isPaused ? resume() : canPause && pause())
  useShortcuts([{ keys: 'p', label: isPaused ? 'Resume the tail' : 'Pause the tail', group: 'Page', run: toggle }])
  const close = () => setFilters({ open: undefined })
  const full = (id: string) => void navigate({ to: '/webhooks/$webhookId/full', params: { webhookId: id } })

  return (
    <ListFrame
      what="The tail"
      list={{ rows: feed.rows, query: { data: true, error: null, isFetching: false, refetch: nothingMore } }}
      header={
        <PageHeader
          title="Live tail"
          count={formatNumber(feed.total)}
          actions={
            <>
              <Button asChild>
                <Link to="/webhooks" search={{ provider, phone }}>
                  <List aria-hidden className="size-3.5" />
                  All webhooks
                </Link>
              </Button>
              <Button onClick={clear} refused={feed.total === 0 ? 'Nothing is shown yet.' : undefined}>
                <Trash2 aria-hidden className="size-3.5" />
                Clear
              </Button>
              <Button
                variant="primary"
                onClick={toggle}
                refused={isPaused || canPause ? undefined : 'It does not listen yet.'}
              >
                {isPaused ? <Play aria-hidden className="size-3.5" /> : <Pause aria-hidden className="size-3.5" />}
                {isPaused ? 'Resume' : 'Pause'}
              </Button>
            </>
          }
        >
          Webhooks as they come in, each once, in the order in which they were stored.
        </PageHeader>
      }
      filters={
        <>
          <FilterBar>
            <FilterSearch value={type} onChange={(next) => setFilters({ type: next })} placeholder="Event type" />
            <FilterChoice
              label="Provider"
              value={provider}
              onChange={(next) => setFilters({ provider: next })}
              choices={providerChoices}
            />
            <NumberFilter value={phone} onChange={(next) => setFilters({ phone: next })} />
            <FilterChoice
              label="Refused at the door"
              value={refused}
              onChange={(next) => setFilters({ refused: next })}
              choices={[{ value: 'yes', label: 'Shown too' }]}
            />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="webhook_tail"
                filters={{ provider, phone, type, refused }}
                onChoose={(chosen) =>
                  setFilters({ provider: undefined, phone: undefined, type: undefined, refused: undefined, ...chosen })
                }
              />
              <ColumnChooser table="webhook-tail" columns={columns} />
            </span>
          </FilterBar>
          <p
            role="status"
            className="flex min-h-9 flex-wrap items-center gap-x-2 border-b px-4 py-1.5 text-sm text-ink-2"
          >
            {isPaused ? (
              <>
                <Dot tone="warn" />
                <span className="min-w-0 max-sm:flex-1">Paused. What comes in meanwhile is shown when you resume.</span>
                <Copyable text={after} label="Copy the cursor" className="font-mono text-xs">
                  {after}
                </Copyable>
              </>
            ) : (
              <Phase phase={feed.phase} why={feed.why} />
            )}
            {!isPaused && feed.phase === 'refused' && (
              <Button
                size="small"
                onClick={() => {
                  startAnew()
                  setFilters({ provider: undefined, phone: undefined, type: undefined, refused: undefined })
                }}
              >
                Start anew
              </Button>
            )}
          </p>
        </>
      }
      empty={<NothingYet phase={isPaused ? 'paused' : feed.phase} />}
      panelTitle="Webhook"
      onClosePanel={close}
      panel={open && <WebhookDetail key={open} id={open} onClose={close} onFullPage={() => full(open)} />}
    >
      <VirtualTable
        table="webhook-tail"
        label="Webhooks as they come in"
        rows={feed.rows}
        columns={columns}
        narrow={narrow}
        openId={open}
        onOpen={(row) => setFilters({ open: row.id })}
        onClose={close}
        onFullPage={(row) => full(row.id)}
        list={{
          fresh: feed.held.length,
          showFresh: showHeld,
          gone: noRows,
          loadingMore: false,
          loadMore: nothingMore,
          setReading,
          setAround: nothingMore,
        }}
      />
    </ListFrame>
  )
}
