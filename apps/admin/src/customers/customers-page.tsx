import { Link, useNavigate } from '@tanstack/react-router'
import { Building2, Plus } from 'lucide-react'
import { useMemo } from 'react'
import type { CustomerRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice, FilterSearch } from '../ui/filter-bar.tsx'
import { formatDay } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { formatPhone, Phone } from '../ui/phone.tsx'
import { Pill } from '../ui/pill.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { tierName, tiers } from '../usage/tiers.ts'
import { UsageBar } from '../usage/usage-meter.tsx'
import { CreateCustomer } from './create-customer.tsx'

const topics = ['customers', 'usage'] as const
const path = ['customers', 'list'] as const
type CustomerSearch = { q?: string; tier?: CustomerRow['tier']; create?: 'yes' }

function RowLink({ row }: { row: CustomerRow }) {
  return (
    <Link to="/customers/$customerId" params={{ customerId: row.id }} className="row-link truncate font-medium">
      {row.businessName}
    </Link>
  )
}

const columns: Column<CustomerRow>[] = [
  { id: 'name', header: 'Customer', width: 170, grow: 2, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'tier', header: 'Tier', width: 60, priority: 3, cell: (row) => <Pill>{tierName(row.tier)}</Pill> },
  {
    id: 'calls',
    header: 'Minutes of the cap',
    width: 150,
    grow: 1,
    priority: 1,
    cell: (row) => <UsageBar kind="calls" meter={row.calls} whose={row.businessName} />,
  },
  {
    id: 'sms',
    header: 'Messages of the cap',
    width: 150,
    grow: 1,
    priority: 2,
    cell: (row) => <UsageBar kind="sms" meter={row.sms} whose={row.businessName} />,
  },
  {
    id: 'number',
    header: 'Lines',
    width: 168,
    priority: 4,
    cell: (row) => (
      <>
        <Phone number={row.numbers[0] ?? null} />
        {row.numbers.length > 1 && <span className="figures text-ink-3">+{row.numbers.length - 1}</span>}
      </>
    ),
  },
  {
    id: 'owner',
    header: 'Owner',
    width: 170,
    grow: 1,
    priority: 5,
    cell: (row) => <span className="truncate text-ink-2">{row.ownerEmail ?? '—'}</span>,
  },
  {
    id: 'zone',
    header: 'Time zone',
    width: 140,
    priority: 7,
    cell: (row) => <span className="truncate text-ink-2">{row.timezone.replaceAll('_', ' ')}</span>,
  },
  {
    id: 'since',
    header: 'Since',
    width: 92,
    align: 'right',
    priority: 6,
    cell: (row) => <span className="text-ink-2">{formatDay(Date.parse(row.createdAt))}</span>,
  },
]

function narrow(row: CustomerRow) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_7.5rem] items-center gap-x-3">
      <RowLink row={row} />
      <UsageBar kind="calls" meter={row.calls} whose={row.businessName} />
      <span className="figures truncate text-xs text-ink-2">
        {tierName(row.tier)}
        {row.numbers[0] && ` · ${formatPhone(row.numbers[0])}`}
      </span>
      <UsageBar kind="sms" meter={row.sms} whose={row.businessName} />
    </div>
  )
}

export function CustomersPage() {
  const navigate = useNavigate()
  const [{ q, tier, create }, setFilters] = useFilters<CustomerSearch>()
  const filter = useMemo(() => ({ q, tier }), [q, tier])
  const list = useLiveList<CustomerRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.customers.list.query({ ...filter, ...page }, { signal }),
  })
  const refusal = useRefusal()
  const add = (
    <Button variant="primary" refused={refusal} onClick={() => setFilters({ create: 'yes' })}>
      <Plus aria-hidden className="size-4" />
      Add customer
    </Button>
  )
  return (
    <>
      <ListFrame
        what="The customers"
        list={list}
        header={
          <PageHeader title="Customers" count={list.count} actions={add}>
            Every business that pays us, and how much of its cap it has used in this period.
          </PageHeader>
        }
        filters={
          <FilterBar>
            <FilterSearch value={q} onChange={(next) => setFilters({ q: next })} placeholder="Name, number or e-mail" />
            <FilterChoice
              label="Tier"
              value={tier}
              onChange={(next) => setFilters({ tier: next })}
              choices={tiers.map((value) => ({ value, label: tierName(value) }))}
            />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="customers"
                filters={{ q, tier }}
                onChoose={(chosen) => setFilters({ q: undefined, tier: undefined, ...chosen })}
              />
              <ColumnChooser table="customers" columns={columns} />
            </span>
          </FilterBar>
        }
        empty={
          q || tier ? (
            <Empty
              icon={<Building2 />}
              title="No customer matches these filters"
              action={<Button onClick={() => setFilters({ q: undefined, tier: undefined })}>Clear all filters</Button>}
            />
          ) : (
            <Empty icon={<Building2 />} title="No customers yet" action={add}>
              A customer has a tier with caps, and one line or more. What happens on its lines counts as its usage.
            </Empty>
          )
        }
        panelTitle="Customer"
        onClosePanel={() => {}}
      >
        <VirtualTable
          table="customers"
          label="Customers"
          rows={list.rows}
          columns={columns}
          narrow={narrow}
          onOpen={(row) => void navigate({ to: '/customers/$customerId', params: { customerId: row.id } })}
          list={list}
        />
      </ListFrame>
      {create && !refusal && <CreateCustomer onClose={() => setFilters({ create: undefined })} />}
    </>
  )
}
