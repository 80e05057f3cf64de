import { clsx } from 'clsx'
import type { CSSProperties, ReactNode } from 'react'
import type { Column } from './table-columns.ts'

export type Marks<Row> = {
  marked: ReadonlySet<string>
  onChange: (marked: ReadonlySet<string>) => void
  canMark: (row: Row) => boolean
}

export function TableHead<Row extends { id: string }>({
  columns,
  template,
  rows,
  marks,
}: {
  columns: Column<Row>[]
  template: string
  rows: Row[]
  marks?: Marks<Row>
}) {
  const markable = marks ? rows.filter(marks.canMark) : []
  const allMarked = markable.length > 0 && markable.every((row) => marks?.marked.has(row.id))
  return (
    <div role="rowgroup" className="sticky top-0 z-10">
      <div
        role="row"
        aria-rowindex={1}
        className="grid h-8 items-center gap-4 border-b bg-surface px-4 text-xs font-medium text-ink-2"
        style={{ gridTemplateColumns: template }}
      >
        {marks && (
          <div role="columnheader" className="flex items-center">
            <input
              type="checkbox"
              aria-label="Mark all rows"
              checked={allMarked}
              disabled={markable.length === 0}
              onChange={() => marks.onChange(new Set(allMarked ? [] : markable.map((row) => row.id)))}
              className="size-3.5 accent-accent"
            />
          </div>
        )}
        {columns.map((column) => (
          <div
            key={column.id}
            role="columnheader"
            className={clsx('truncate', column.align === 'right' && 'text-right')}
          >
            {column.header}
          </div>
        ))}
      </div>
    </div>
  )
}

export function TableRow<Row extends { id: string }>({
  row,
  index,
  columns,
  template,
  narrow,
  marks,
  isMarked,
  isOpen,
  isCursor,
  isGone,
  arrives,
  style,
  onPoint,
  onMark,
}: {
  row: Row
  index: number
  columns: Column<Row>[]
  template: string
  /** The row in two lines; undefined where the columns have room. */
  narrow: ReactNode | undefined
  marks?: Marks<Row>
  isMarked: boolean
  isOpen: boolean
  isCursor: boolean
  isGone: boolean
  arrives: boolean
  style: CSSProperties
  onPoint: () => void
  onMark: () => void
}) {
  const isNarrow = narrow !== undefined
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys; its rows are reached by j, k and Enter
    <div
      id={`row-${row.id}`}
      role="row"
      aria-rowindex={index + (isNarrow ? 1 : 2)}
      aria-selected={isMarked || isOpen}
      onClick={onPoint}
      className={clsx(
        'group/row absolute inset-x-0 top-0 border-b px-4 text-sm transition-colors duration-75',
        isNarrow ? 'flex items-center' : 'grid items-center gap-4',
        isOpen || isMarked ? 'bg-chosen' : isCursor ? 'bg-hover' : 'hover:bg-hover',
        isCursor && 'shadow-[inset_2px_0_0_var(--accent)]',
        isGone && 'opacity-55',
      )}
      style={isNarrow ? style : { ...style, gridTemplateColumns: template }}
    >
      {isNarrow ? (
        <div role="gridcell" className={clsx('min-w-0 flex-1', arrives && 'animate-arrive')}>
          {narrow}
        </div>
      ) : (
        <>
          {marks && (
            <div role="gridcell" className="relative z-10 flex items-center">
              <input
                type="checkbox"
                aria-label={`Mark row ${index + 1}`}
                checked={isMarked}
                disabled={!marks.canMark(row)}
                onChange={onMark}
                className="size-3.5 accent-accent disabled:opacity-40"
              />
            </div>
          )}
          {columns.map((column) => (
            <div
              key={column.id}
              role="gridcell"
              className={clsx(
                'flex min-w-0 items-center',
                column.align === 'right' && 'figures justify-end text-right',
                arrives && 'animate-arrive',
              )}
            >
              {column.cell(row)}
            </div>
          ))}
        </>
      )}
    </div>
  )
}
