import { Scale } from 'lucide-react'
import { useMemo } from 'react'
import type { DifferenceRow, ReconciliationRunDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { rpcClient } from '../app/rpc.ts'
import type { DifferenceSearch } from '../app/search.ts'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatCount } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import { providerChoices } from '../webhooks/words.tsx'
import { columns, narrow } from './difference-columns.tsx'
import { DifferenceDetail } from './difference-detail.tsx'
import { classChoices, phaseWords } from './words.tsx'

const path = ['reconciliation', 'differences'] as const
const flags = [
  { value: 'yes' as const, label: 'Flagged' },
  { value: 'no' as const, label: 'Not flagged' },
]

/** What a run found: what is flagged first, then by size. */
export function Differences({ run }: { run: ReconciliationRunDetail }) {
  const [{ class: found, provider, customer, flagged, open }, setFilters] = useFilters<DifferenceSearch>()
  const filter = useMemo(
    () => ({
      runId: run.id,
      class: found,
      provider,
      customerId: customer,
      flagged: flagged && flagged === 'yes',
    }),
    [run.id, found, provider, customer, flagged],
  )
  // what was taken in is a webhook, whose state is told of by the webhooks
  const isFollowed = run.healed > 0
  const topics = useMemo(
    () => (isFollowed ? (['reconciliation', 'webhooks'] as const) : (['reconciliation'] as const)),
    [isFollowed],
  )
  const list = useLiveList<DifferenceRow>({
    path,
    filter,
    topics,
    openId: open,
    load: (page, signal) => rpcClient.reconciliation.differences.list.query({ ...filter, ...page }, { signal }),
  })
  const listed: readonly string[] =
    run.sources.length > 0 ? run.sources.map((source) => source.provider) : ['retell', 'twilio']
  const opened = list.rows.find((row) => row.id === open)
  const close = () => setFilters({ open: undefined })
  const none = { class: undefined, provider: undefined, customer: undefined, flagged: undefined }
  return (
    <ListFrame
      what="The differences"
      list={list}
      header={null}
      filters={
        <FilterBar>
          <FilterChoice
            label="Class"
            value={found}
            onChange={(next) => setFilters({ class: next })}
            choices={classChoices}
          />
          <FilterChoice
            label="Provider"
            value={provider}
            onChange={(next) => setFilters({ provider: next })}
            choices={providerChoices.filter(({ value }) => listed.includes(value))}
          />
          <FilterChoice
            label="Flagged"
            value={flagged}
            onChange={(next) => setFilters({ flagged: next })}
            choices={flags}
          />
          <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
          <span className="ml-auto flex items-center gap-2">
            <span className="figures text-sm text-ink-3">{list.count}</span>
            <ColumnChooser table="differences" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        (found ?? provider ?? customer ?? flagged) ? (
          <Empty
            icon={<Scale />}
            title="No difference matches these filters"
            action={<Button onClick={() => setFilters(none)}>Clear all filters</Button>}
          />
        ) : run.state === 'running' ? (
          <Empty icon={<Scale />} title="Nothing was found yet">
            {phaseWords[run.phase]}. What differs appears here by itself.
          </Empty>
        ) : (
          <Empty
            icon={<Scale />}
            title="Nothing differs"
            action={<Button onClick={() => setFilters({ tab: 'compared' })}>What was compared</Button>}
          >
            {formatCount(run.checked, 'figure')} compared, and ours is theirs.
          </Empty>
        )
      }
      panelTitle="Difference"
      onClosePanel={close}
      panel={
        open &&
        (opened ? (
          <DifferenceDetail key={open} row={opened} onHeal={() => setFilters({ act: 'one' })} onClose={close} />
        ) : list.query.data ? (
          <NotInList
            what="This difference"
            icon={<Scale />}
            onClose={close}
            onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
          />
        ) : (
          <DetailSkeleton />
        ))
      }
    >
      <VirtualTable
        table="differences"
        label="Differences"
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
