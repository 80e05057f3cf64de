import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowUp, LoaderCircle } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Button } from './button.tsx'
import { formatCount } from './format.ts'
import { leaveControl, useShortcuts } from './shortcuts.ts'
import { type Column, columnGap, fittingColumns, rowHeights, useTablePreferences } from './table-columns.ts'
import { type Marks, TableHead, TableRow } from './table-row.tsx'
import { useWidth } from './use-width.ts'

const narrowHeight = 60
const narrowBelow = 560
const markWidth = 32

/** A list that grows at both ends while it is read. */
export type Feed = {
  /** How many rows have come in above and wait to be shown. */
  fresh: number
  showFresh: () => void
  /** Rows that no longer belong here, but stay until the reader looks away. */
  gone: ReadonlySet<string>
  loadingMore: boolean
  loadMore: () => void
  /** Why the rows that follow could not be had; they are asked for again when the reader says so. */
  moreRefused?: string | undefined
  /** The reader has scrolled or points at a row: nothing may move. */
  setReading: (reading: boolean) => void
  /** Which row stands at the top of what is seen. */
  setAround: (index: number) => void
}

export function VirtualTable<Row extends { id: string }>({
  table,
  label,
  rows,
  columns,
  narrow,
  openId,
  onOpen,
  onClose,
  onFullPage,
  list: feed,
  marks,
}: {
  /** The name under which columns are remembered. */
  table: string
  label: string
  rows: Row[]
  columns: Column<Row>[]
  /** A row in two lines, for where there is no room for columns. */
  narrow: (row: Row) => ReactNode
  openId?: string
  onOpen: (row: Row) => void
  onClose?: () => void
  onFullPage?: (row: Row) => void
  list?: Feed
  marks?: Marks<Row>
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const width = useWidth(scroller)
  const { hidden, density } = useTablePreferences(table)
  const [cursor, setCursor] = useState<string>()
  const isNarrow = width > 0 && width < narrowBelow
  const rowHeight = isNarrow ? narrowHeight : rowHeights[density]
  const headHeight = isNarrow ? 0 : 32

  const shown = useMemo(
    () =>
      fittingColumns(
        columns.filter((column) => column.priority === 0 || !hidden.includes(column.id)),
        width - 32 - (marks ? markWidth : 0),
      ),
    [columns, hidden, width, marks],
  )
  const template = [
    ...(marks ? [`${markWidth - columnGap}px`] : []),
    ...shown.map((column) => (column.grow ? `minmax(${column.width}px, ${column.grow}fr)` : `${column.width}px`)),
  ].join(' ')

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight + 4,
    scrollPaddingEnd: 8,
  })
  // a changed height makes the measured sizes worthless
  useLayoutEffect(() => virtual.measure(), [rowHeight])

  const items = virtual.getVirtualItems()
  const lastIndex = items.at(-1)?.index ?? 0
  const firstIndex = virtual.range?.startIndex ?? 0
  const { loadMore, moreRefused, setAround, setReading } = feed ?? {}
  useEffect(() => {
    if (rows.length > 0 && lastIndex >= rows.length - 15 && moreRefused === undefined) loadMore?.()
  }, [lastIndex, rows.length, loadMore, moreRefused])
  useEffect(() => setAround?.(firstIndex), [firstIndex, setAround])
  useEffect(() => {
    if (openId) setCursor(openId)
  }, [openId])

  const pointing = useRef(false)
  const scrolled = useRef(false)
  const tell = () => setReading?.(pointing.current || scrolled.current)

  const seen = useRef<ReadonlySet<string>>(new Set())
  const firstSeen = seen.current.size === 0 ? 0 : rows.findIndex((row) => seen.current.has(row.id))
  useEffect(() => {
    seen.current = new Set(rows.map((row) => row.id))
  }, [rows])

  const cursorIndex = cursor === undefined ? -1 : rows.findIndex((row) => row.id === cursor)
  const atCursor = rows[cursorIndex]
  function move(by: number) {
    const index = Math.max(0, Math.min(rows.length - 1, cursorIndex < 0 ? 0 : cursorIndex + by))
    const row = rows[index]
    if (!row) return
    leaveControl()
    setCursor(row.id)
    virtual.scrollToIndex(index, { align: 'auto' })
    if (openId) onOpen(row)
  }
  function mark(row: Row) {
    if (!marks?.canMark(row)) return
    const next = new Set(marks.marked)
    if (!next.delete(row.id)) next.add(row.id)
    marks.onChange(next)
  }
  const group = 'Rows'
  useShortcuts([
    { keys: 'j', label: 'Next row', group, run: () => move(1) },
    { keys: 'k', label: 'Row before', group, run: () => move(-1) },
    { keys: 'arrowdown', label: 'Next row', group, run: () => move(1), unlisted: true },
    { keys: 'arrowup', label: 'Row before', group, run: () => move(-1), unlisted: true },
    { keys: 'enter', label: 'Open the row', group, run: () => atCursor && onOpen(atCursor) },
    ...(onClose && openId ? [{ keys: 'escape', label: 'Close the panel', group, run: onClose }] : []),
    ...(onFullPage
      ? [{ keys: 'o', label: 'Open as a full page', group, run: () => atCursor && onFullPage(atCursor) }]
      : []),
    ...(marks ? [{ keys: 'x', label: 'Mark the row', group, run: () => atCursor && mark(atCursor) }] : []),
  ])

  return (
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onPointerEnter={(event) => {
        pointing.current = event.pointerType === 'mouse'
        tell()
      }}
      onPointerLeave={() => {
        pointing.current = false
        tell()
      }}
    >
      {feed && feed.fresh > 0 && (
        <button
          type="button"
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 })
            feed.showFresh()
          }}
          className="figures absolute top-10 left-1/2 z-20 flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full bg-accent px-3 text-xs font-medium text-on-accent shadow-float hover:bg-accent-hover"
        >
          <ArrowUp aria-hidden className="size-3.5" />
          {formatCount(feed.fresh, 'new row')}
        </button>
      )}
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length + (isNarrow ? 0 : 1)}
        aria-colcount={isNarrow ? 1 : shown.length + (marks ? 1 : 0)}
        aria-activedescendant={items.some(({ index }) => index === cursorIndex) ? `row-${cursor}` : undefined}
        aria-multiselectable={marks ? true : undefined}
        tabIndex={0}
        onScroll={(event) => {
          scrolled.current = event.currentTarget.scrollTop > 24
          tell()
        }}
        className="scroll-thin min-h-0 flex-1 overflow-auto focus-visible:outline-offset-[-2px]"
      >
        {!isNarrow && <TableHead columns={shown} template={template} rows={rows} marks={marks} />}
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (!row || width === 0) return null
            return (
              <TableRow
                key={row.id}
                row={row}
                index={item.index}
                columns={shown}
                template={template}
                narrow={isNarrow ? narrow(row) : undefined}
                marks={marks}
                isMarked={marks?.marked.has(row.id) ?? false}
                isOpen={row.id === openId}
                isCursor={row.id === cursor}
                isGone={feed?.gone.has(row.id) ?? false}
                arrives={item.index < firstSeen}
                style={{ height: item.size, transform: `translateY(${item.start - headHeight}px)` }}
                onPoint={() => setCursor(row.id)}
                onMark={() => mark(row)}
              />
            )
          })}
        </div>
        {feed?.loadingMore && (
          <div aria-hidden className="flex items-center justify-center gap-2 py-3 text-xs text-ink-3">
            <LoaderCircle className="size-3.5 animate-spin" />
            Loading older rows
          </div>
        )}
      </div>
      {moreRefused !== undefined && (
        <div
          role="alert"
          className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t px-4 py-2 text-sm text-bad-ink"
        >
          <span className="min-w-0 flex-1">Older rows could not be loaded. {moreRefused}</span>
          <Button size="small" onClick={loadMore}>
            Try again
          </Button>
        </div>
      )}
      {/* a grid holds rows and nothing else */}
      <p role="status" className="sr-only">
        {feed?.loadingMore && 'Loading older rows'}
      </p>
    </div>
  )
}
