import { Link } from '@tanstack/react-router'
import { ReceiptText } from 'lucide-react'
import { useMemo } from 'react'
import type { CustomerDetail, LineRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { rpcClient } from '../app/rpc.ts'
import type { CustomerSearch } from '../app/search.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatCents } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { State } from '../ui/pill.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { periodName } from '../usage/period.ts'
import { tierName } from '../usage/tiers.ts'
import { CostFigure, MarginFigure } from './cost.tsx'
import { ExplainLine } from './explain-line.tsx'
import { LineAmount } from './invoice-preview.tsx'
import { lineKinds, lineName, lineWords } from './words.tsx'

const topics = ['billing', 'usage'] as const
const path = ['billing', 'lines'] as const

function RowLink({ row }: { row: LineRow }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: row.id })} className="row-link truncate font-medium">
      {lineName(row)}
    </Link>
  )
}

export function LineMark({ line }: { line: Pick<LineRow, 'state' | 'correctsLineId'> }) {
  return (
    <State tone={line.state === 'open' ? 'info' : 'neutral'}>
      {line.state === 'open' ? 'Follows the ledger' : line.correctsLineId ? 'Correction' : 'Closed'}
    </State>
  )
}

const columns: Column<LineRow>[] = [
  { id: 'what', header: 'Line', width: 150, grow: 1, priority: 0, cell: (row) => <RowLink row={row} /> },
  {
    id: 'period',
    header: 'Period',
    width: 120,
    priority: 3,
    cell: (row) => <span className="figures text-ink-2">{periodName(row.periodStart)}</span>,
  },
  { id: 'state', header: 'State', width: 150, priority: 5, cell: (row) => <LineMark line={row} /> },
  {
    id: 'tier',
    header: 'Tier',
    width: 60,
    priority: 7,
    cell: (row) => <span className="text-ink-2">{tierName(row.tier)}</span>,
  },
  {
    id: 'quantity',
    header: 'Quantity',
    width: 100,
    align: 'right',
    priority: 2,
    cell: (row) => <LineAmount line={row} />,
  },
  {
    id: 'amount',
    header: 'Amount',
    width: 90,
    align: 'right',
    priority: 1,
    cell: (row) => <span className="font-medium">{formatCents(row.amountCents)}</span>,
  },
  {
    id: 'cost',
    header: 'Providers take',
    width: 110,
    align: 'right',
    priority: 6,
    cell: (row) => (
      <span className="text-ink-2">
        <CostFigure of={row} />
      </span>
    ),
  },
  {
    id: 'margin',
    header: 'Margin',
    width: 90,
    align: 'right',
    priority: 4,
    cell: (row) => <MarginFigure of={row} />,
  },
]

function narrow(row: LineRow) {
  return (
    <>
      <div className="figures flex items-center justify-between gap-3">
        <RowLink row={row} />
        <span className="font-medium">{formatCents(row.amountCents)}</span>
      </div>
      <div className="figures mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          <LineAmount line={row} />
        </span>
        <span>{periodName(row.periodStart)}</span>
      </div>
    </>
  )
}

/** What a customer's periods cost, line by line; a line opens to everything it was made from. */
export function LinesTab({ customer }: { customer: CustomerDetail }) {
  const [{ line: kind, open }, setFilters] = useFilters<CustomerSearch>()
  const filter = useMemo(() => ({ customerId: customer.id, kind }), [customer.id, kind])
  const list = useLiveList<LineRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.billing.lines.list.query({ ...filter, ...page }, { signal }),
  })
  const close = () => setFilters({ open: undefined })
  return (
    <ListFrame
      what="The lines"
      list={list}
      header={null}
      filters={
        <FilterBar>
          <FilterChoice
            label="Kind"
            value={kind}
            onChange={(next) => setFilters({ line: next })}
            choices={lineKinds.map((value) => ({ value, label: lineWords[value] }))}
          />
          <span className="figures text-sm text-ink-3">{list.count}</span>
          <span className="ml-auto">
            <ColumnChooser table="lines" columns={columns} />
          </span>
        </FilterBar>
      }
      empty={
        <Empty
          icon={<ReceiptText />}
          title={kind ? 'No line of this kind' : 'No line yet'}
          action={kind && <Button onClick={() => setFilters({ line: undefined })}>Show all lines</Button>}
        >
          What is used, bought or changed becomes a line within a minute.
        </Empty>
      }
      panelTitle="Line"
      onClosePanel={close}
      panel={open && <ExplainLine key={open} id={open} customerId={customer.id} onClose={close} />}
    >
      <VirtualTable
        table="lines"
        label="Lines"
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
