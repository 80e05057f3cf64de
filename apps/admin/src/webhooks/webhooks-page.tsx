import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Radio, Webhook } from 'lucide-react'
import { useMemo } from 'react'
import type { WebhookRow, WebhookState } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { useListBounds } from '../app/range.tsx'
import { alone, rpc, rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { WebhookSearch } from '../app/search.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { FilterBar, FilterChoice, FilterSearch } from '../ui/filter-bar.tsx'
import { formatNumber } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { NumberFilter } from '../ui/number-filter.tsx'
import { VirtualTable } from '../ui/table.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { LookFurther } from './look-further.tsx'
import { ReplayLinks } from './replay-links.tsx'
import { ReverifyButton } from './reverify.tsx'
import { columnsOf, narrow } from './webhook-columns.tsx'
import { WebhookDetail } from './webhook-detail.tsx'
import { noneOf, providerChoices, stateWord, webhookStates } from './words.tsx'

const topics = ['webhooks'] as const
const path = ['webhooks', 'list'] as const

export function WebhooksPage() {
  const navigate = useNavigate()
  const { webhookId } = useParams({ strict: false })
  const [{ state, provider, cause, phone, q }, setFilters] = useFilters<WebhookSearch>()
  const bounds = useListBounds()
  const filter = useMemo(
    () => ({ state, provider, cause, phone, q, ...bounds }),
    [state, provider, cause, phone, q, bounds],
  )
  const list = useLiveList<WebhookRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.webhooks.list.query({ ...filter, ...page }, { signal }),
  })
  const counts = rpc.webhooks.counts.useQuery({}).data
  const known = rpc.webhooks.causes.list.useQuery({}, { trpc: alone })
  const causes = known.data?.items ?? []
  const isNarrowed = Boolean(provider ?? cause ?? phone ?? q ?? bounds.from)
  const filtered = isNarrowed || state !== undefined
  const columns = columnsOf(state)
  const counted = state && state !== 'processed' && !isNarrowed ? counts?.[state] : undefined
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
        <PageHeader
          title="Webhooks"
          count={counted !== undefined && counted > list.rows.length ? formatNumber(counted) : list.count}
          actions={
            <>
              <Button asChild>
                <Link to="/webhooks/tail" search={{ provider, phone }}>
                  <Radio aria-hidden className="size-3.5" />
                  Live tail
                </Link>
              </Button>
              <ReplayLinks />
              {state === 'quarantined' && <ReverifyButton causes={causes} />}
            </>
          }
        >
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
            <FilterChoice
              label="Cause"
              value={cause}
              onChange={(next) => setFilters({ cause: next })}
              choices={causes.map(({ id, text }) => ({ value: id, label: text }))}
              unlisted={known.data ? 'nothing is left of it' : '…'}
            />
            <NumberFilter value={phone} onChange={(next) => setFilters({ phone: next })} />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="webhooks"
                filters={{ state, provider, cause, phone, q }}
                onChoose={(chosen) =>
                  setFilters({
                    state: undefined,
                    provider: undefined,
                    cause: undefined,
                    phone: undefined,
                    q: undefined,
                    ...chosen,
                  })
                }
              />
              <ColumnChooser table="webhooks" columns={columns} />
            </span>
          </FilterBar>
        </>
      }
      bulk={list.rows.length > 0 && <LookFurther list={list} />}
      empty={
        list.searched ? (
          <Empty icon={<Webhook />} title="Nothing found so far" action={<LookFurther list={list} />}>
            What stands in no index is looked at row by row, so many at a time.
          </Empty>
        ) : state && !isNarrowed ? (
          <Empty icon={<Webhook />} title={noneOf(state).title}>
            {noneOf(state).text}
          </Empty>
        ) : filtered ? (
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
