import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Receipt } from 'lucide-react'
import { useMemo } from 'react'
import type { BillingAccountRow } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { BillingSearch } from '../app/search.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterSearch } from '../ui/filter-bar.tsx'
import { formatCents, formatDay } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { ViewTabs } from '../ui/tabs.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { tierName } from '../usage/tiers.ts'
import { AccountPanel } from './account-panel.tsx'
import { CostFigure, MarginFigure } from './cost.tsx'
import { AccountMark, accountStates, accountWord } from './words.tsx'

const topics = ['billing', 'customers'] as const
const path = ['billing', 'accounts'] as const

function RowLink({ row }: { row: BillingAccountRow }) {
  return (
    <Link
      to="/billing/$customerId"
      params={{ customerId: row.id }}
      search={sameFilters}
      className="row-link truncate font-medium"
    >
      {row.businessName}
    </Link>
  )
}

const Owed = ({ row }: { row: BillingAccountRow }) => (
  <span className={row.owedCents > 0 ? 'font-medium text-bad-ink' : 'text-ink-3'}>{formatCents(row.owedCents)}</span>
)

const columns: Column<BillingAccountRow>[] = [
  { id: 'name', header: 'Customer', width: 170, grow: 2, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'state', header: 'State', width: 130, priority: 1, cell: (row) => <AccountMark state={row.state} /> },
  { id: 'owed', header: 'Owes', width: 90, align: 'right', priority: 2, cell: (row) => <Owed row={row} /> },
  {
    id: 'since',
    header: 'Since',
    width: 80,
    align: 'right',
    priority: 4,
    cell: ({ suspendedAt, pastDueSince }) => {
      const at = pastDueSince ?? suspendedAt
      return at ? <TimeAgo at={at} className="text-ink-2" /> : <span className="text-ink-3">—</span>
    },
  },
  {
    id: 'tier',
    header: 'Tier',
    width: 60,
    priority: 6,
    cell: (row) => <span className="text-ink-2">{tierName(row.tier)}</span>,
  },
  {
    id: 'amount',
    header: 'This period',
    width: 100,
    align: 'right',
    priority: 3,
    cell: ({ period }) => formatCents(period.amountCents),
  },
  {
    id: 'cost',
    header: 'Providers take',
    width: 110,
    align: 'right',
    priority: 7,
    cell: ({ period }) => (
      <span className="text-ink-2">
        <CostFigure of={period} />
      </span>
    ),
  },
  {
    id: 'margin',
    header: 'Margin',
    width: 90,
    align: 'right',
    priority: 5,
    cell: ({ period }) => <MarginFigure of={period} />,
  },
  {
    id: 'next',
    header: 'Next invoice',
    width: 150,
    align: 'right',
    priority: 8,
    cell: ({ upcoming }) =>
      upcoming ? (
        <span className="text-ink-2">
          {formatCents(upcoming.amountCents)}
          {upcoming.at && `, ${formatDay(Date.parse(upcoming.at))}`}
        </span>
      ) : (
        <span className="text-ink-3">—</span>
      ),
  },
]

function narrow(row: BillingAccountRow) {
  return (
    <>
      <div className="figures flex items-center justify-between gap-3">
        <RowLink row={row} />
        <Owed row={row} />
      </div>
      <div className="figures mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <AccountMark state={row.state} />
        <span>{formatCents(row.period.amountCents)} this period</span>
      </div>
    </>
  )
}

/** Who pays, who does not, and what is left of it. */
export function BillingPage() {
  const navigate = useNavigate()
  const { customerId } = useParams({ strict: false })
  const [{ account, q }, setFilters] = useFilters<BillingSearch>()
  const filter = useMemo(() => ({ state: account, q }), [account, q])
  const list = useLiveList<BillingAccountRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.billing.accounts.list.query({ ...filter, ...page }, { signal }),
  })
  const close = () => void navigate({ to: '/billing', search: sameFilters })
  return (
    <ListFrame
      what="The accounts"
      list={list}
      header={
        <PageHeader title="Billing" count={list.count}>
          How every customer stands with its payments: who is suspended first, then who owes.
        </PageHeader>
      }
      filters={
        <>
          <div className="px-3 py-1">
            <ViewTabs
              label="Which accounts"
              value={account ?? 'all'}
              onChange={(next) => setFilters({ account: next === 'all' ? undefined : next })}
              views={[
                { value: 'all' as const, label: 'All' },
                ...accountStates.map((value) => ({ value, label: accountWord(value) })),
              ]}
            />
          </div>
          <FilterBar>
            <FilterSearch value={q} onChange={(next) => setFilters({ q: next })} placeholder="Customer’s name" />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="billing"
                filters={{ account, q }}
                onChoose={(chosen) => setFilters({ account: undefined, q: undefined, ...chosen })}
              />
              <ColumnChooser table="billing" columns={columns} />
            </span>
          </FilterBar>
        </>
      }
      empty={
        account || q ? (
          <Empty
            icon={<Receipt />}
            title="No account matches these filters"
            action={<Button onClick={() => setFilters({ account: undefined, q: undefined })}>Clear all filters</Button>}
          />
        ) : (
          <Empty icon={<Receipt />} title="No customers yet">
            Every customer has an account here. What Stripe says of it arrives as webhooks.
          </Empty>
        )
      }
      panelTitle="Account"
      onClosePanel={close}
      panel={customerId && <AccountPanel key={customerId} customerId={customerId} onClose={close} />}
    >
      <VirtualTable
        table="billing"
        label="Accounts"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={customerId}
        onOpen={(row) =>
          void navigate({
            to: '/billing/$customerId',
            params: { customerId: row.id },
            search: sameFilters,
            replace: Boolean(customerId),
          })
        }
        onClose={close}
        onFullPage={(row) =>
          void navigate({ to: '/customers/$customerId', params: { customerId: row.id }, search: { tab: 'billing' } })
        }
        list={list}
      />
    </ListFrame>
  )
}
