import { Link, useNavigate } from '@tanstack/react-router'
import { Gauge } from 'lucide-react'
import { useMemo } from 'react'
import type { StandingRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { UsageSearch } from '../app/search.ts'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice, FilterSearch } from '../ui/filter-bar.tsx'
import { formatWords } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { ViewTabs } from '../ui/tabs.tsx'
import { tierName, tiers } from './tiers.ts'
import { UsageChart } from './usage-chart.tsx'
import { formatShare, UsageBar, UsageState } from './usage-meter.tsx'
import { groupings, meterChoices } from './words.ts'

const topics = ['usage', 'customers'] as const
const path = ['usage', 'standings'] as const

function RowLink({ row }: { row: StandingRow }) {
  return (
    <Link to="/customers/$customerId" params={{ customerId: row.id }} className="row-link truncate font-medium">
      {row.businessName}
    </Link>
  )
}

const share = (kind: 'calls' | 'sms', row: StandingRow) => (
  <span className="figures truncate text-ink-2">
    {formatShare(kind, row[kind].used, row[kind].cap + row[kind].credit)}
  </span>
)

const columns: Column<StandingRow>[] = [
  { id: 'name', header: 'Customer', width: 160, grow: 2, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'tier', header: 'Tier', width: 60, priority: 5, cell: (row) => <Pill>{tierName(row.tier)}</Pill> },
  {
    id: 'calls',
    header: 'Minutes of the cap',
    width: 140,
    grow: 1,
    priority: 1,
    cell: (row) => <UsageBar kind="calls" meter={row.calls} whose={row.businessName} />,
  },
  { id: 'minutes', header: 'Minutes', width: 130, align: 'right', priority: 3, cell: (row) => share('calls', row) },
  {
    id: 'sms',
    header: 'Messages of the cap',
    width: 140,
    grow: 1,
    priority: 2,
    cell: (row) => <UsageBar kind="sms" meter={row.sms} whose={row.businessName} />,
  },
  { id: 'messages', header: 'Messages', width: 130, align: 'right', priority: 4, cell: (row) => share('sms', row) },
  {
    id: 'state',
    header: 'Minutes stand',
    width: 120,
    priority: 6,
    cell: (row) => <UsageState state={row.calls.state} />,
  },
]

function narrow(row: StandingRow) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_7.5rem] items-center gap-x-3">
      <RowLink row={row} />
      <UsageBar kind="calls" meter={row.calls} whose={row.businessName} />
      <span className="truncate text-xs text-ink-2">{tierName(row.tier)}</span>
      <UsageBar kind="sms" meter={row.sms} whose={row.businessName} />
    </div>
  )
}

/** What everybody uses, over time and against the caps. */
export function UsagePage() {
  const navigate = useNavigate()
  const [{ meter = 'calls', grain = 'day', by, customer, tier, q }, setFilters] = useFilters<UsageSearch>()
  const filter = useMemo(() => ({ q, tier }), [q, tier])
  const list = useLiveList<StandingRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.usage.standings.query({ ...filter, ...page }, { signal }),
  })
  return (
    <ListFrame
      what="The customers"
      list={list}
      header={
        <>
          <PageHeader title="Usage" count={list.count}>
            What is used over time, and every customer by the share of its cap: the nearest first.
          </PageHeader>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t px-3 py-1.5">
            <ViewTabs
              label="Meter"
              value={meter}
              onChange={(next) => setFilters({ meter: next === 'calls' ? undefined : next })}
              views={meterChoices}
            />
            <ViewTabs
              label="Step of time"
              value={grain}
              onChange={(next) => setFilters({ grain: next === 'day' ? undefined : next })}
              views={[
                { value: 'hour', label: 'Hour' },
                { value: 'day', label: 'Day' },
                { value: 'month', label: 'Month' },
              ]}
            />
            <FilterChoice
              label="By"
              value={by}
              onChange={(next) => setFilters({ by: next })}
              choices={groupings.map((value) => ({ value, label: formatWords(value) }))}
            />
            <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
          </div>
          <div className="border-t">
            <UsageChart kind={meter} grain={grain} by={by} customerId={customer} height={160} />
          </div>
        </>
      }
      filters={
        <div className="border-t">
          <FilterBar>
            <FilterSearch value={q} onChange={(next) => setFilters({ q: next })} placeholder="Customer’s name" />
            <FilterChoice
              label="Tier"
              value={tier}
              onChange={(next) => setFilters({ tier: next })}
              choices={tiers.map((value) => ({ value, label: tierName(value) }))}
            />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="usage"
                filters={{
                  meter: meter === 'calls' ? undefined : meter,
                  grain: grain === 'day' ? undefined : grain,
                  by,
                  customer,
                  tier,
                  q,
                }}
                onChoose={(chosen) =>
                  setFilters({
                    meter: undefined,
                    grain: undefined,
                    by: undefined,
                    customer: undefined,
                    tier: undefined,
                    q: undefined,
                    ...chosen,
                  })
                }
              />
              <ColumnChooser table="usage" columns={columns} />
            </span>
          </FilterBar>
        </div>
      }
      empty={
        q || tier ? (
          <Empty
            icon={<Gauge />}
            title="No customer matches these filters"
            action={<Button onClick={() => setFilters({ q: undefined, tier: undefined })}>Clear the filters</Button>}
          />
        ) : (
          <Empty icon={<Gauge />} title="No customers yet">
            Every customer stands here with what it has used of its cap in the present period.
          </Empty>
        )
      }
      panelTitle="Customer"
      onClosePanel={() => {}}
    >
      <VirtualTable
        table="usage"
        label="Customers by share of cap"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        onOpen={(row) => void navigate({ to: '/customers/$customerId', params: { customerId: row.id } })}
        list={list}
      />
    </ListFrame>
  )
}
