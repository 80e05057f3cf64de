import { useState } from 'react'
import { Chart } from '../ui/chart.tsx'
import { Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'

const start = Date.UTC(2026, 0, 5) / 1000
const at = Array.from({ length: 48 }, (_, index) => start + index * 3600)
const wave = (size: number, shift: number) =>
  at.map((_, index) => Math.round(size * (1 + Math.sin((index + shift) / 4)) + (index % 3)))

const stacked = [
  { label: 'Completed', color: '--chart-1', values: wave(30, 0) },
  { label: 'Missed', color: '--chart-2', values: wave(6, 3) },
  { label: 'Failed', color: '--chart-3', values: wave(3, 7), striped: true },
]
const line = [
  {
    label: 'Lag',
    color: '--chart-1',
    values: wave(4, 2).map((value, index) => (index > 20 && index < 26 ? null : value)),
  },
]
const thresholds = [
  { value: 8, label: '80 %' },
  { value: 10, label: '100 %' },
]

export function GalleryCharts() {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <div className="rounded-lg border bg-surface">
        <Chart
          title="Stacked"
          summary="Bars on each other"
          kind="stacked"
          unit="rows an hour"
          bucket="hour"
          at={at}
          series={stacked}
          onBrush={() => {}}
        />
      </div>
      <div className="rounded-lg border bg-surface">
        <Chart
          title="Line"
          summary="A line with a gap"
          kind="line"
          unit="seconds"
          bucket="hour"
          at={at}
          series={line}
          thresholds={thresholds}
        />
      </div>
    </div>
  )
}

type Row = { id: string; name: string; amount: number }
const rows: Row[] = Array.from({ length: 10_000 }, (_, index) => ({
  id: String(index),
  name: `Row ${index + 1}`,
  amount: (index * 7919) % 1000,
}))
const columns: Column<Row>[] = [
  { id: 'name', header: 'Name', width: 160, grow: 1, priority: 0, cell: (row) => row.name },
  { id: 'kind', header: 'Kind', width: 80, priority: 2, cell: (row) => <Pill>{row.amount % 2 ? 'odd' : 'even'}</Pill> },
  { id: 'amount', header: 'Amount', width: 80, align: 'right', priority: 1, cell: (row) => row.amount },
]
const nothing: ReadonlySet<string> = new Set()

export function GalleryTable() {
  const [open, setOpen] = useState<string>()
  const [marked, setMarked] = useState(nothing)
  return (
    <div className="flex h-80 flex-col overflow-hidden rounded-lg border bg-surface">
      <VirtualTable
        table="gallery"
        label="Ten thousand rows"
        rows={rows}
        columns={columns}
        narrow={(row) => row.name}
        openId={open}
        onOpen={(row) => setOpen(row.id)}
        onClose={() => setOpen(undefined)}
        marks={{ marked, onChange: setMarked, canMark: () => true }}
      />
    </div>
  )
}

export function FruitTable() {
  return (
    <Panel title="Plain table" flush>
      <PlainTable
        label="Fruit"
        rows={[
          { name: 'Apples', count: 12 },
          { name: 'Pears', count: 1204 },
        ]}
        keyOf={({ name }) => name}
        columns={[
          { header: 'Fruit', cell: ({ name }) => name },
          { header: 'Count', align: 'right', cell: ({ count }) => count },
        ]}
        foot={['Together', '1,216']}
      />
    </Panel>
  )
}
