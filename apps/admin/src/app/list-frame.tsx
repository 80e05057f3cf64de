import { type ReactNode, useSyncExternalStore } from 'react'
import { Sheet } from '../ui/dialog.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { Loaded } from './loaded.tsx'
import { mediaQuery } from './media.ts'
import { WayOut } from './way-out.ts'

const wide = mediaQuery('(min-width: 1160px)')

/** A list, and beside it the row that is open. Where there is no room beside, the open row lies over the list. */
export function ListFrame({
  header,
  filters,
  bulk,
  list,
  what,
  empty,
  panel,
  panelTitle,
  onClosePanel,
  children,
}: {
  header: ReactNode
  filters: ReactNode
  bulk?: ReactNode
  list: {
    rows: readonly unknown[]
    query: { data: unknown; error: unknown; isFetching: boolean; refetch: () => unknown }
  }
  what: string
  empty: ReactNode
  panel?: ReactNode
  panelTitle: string
  onClosePanel: () => void
  children: ReactNode
}) {
  const isWide = useSyncExternalStore(wide.subscribe, wide.matches)
  const leavable = <WayOut value={onClosePanel}>{panel}</WayOut>
  return (
    <div className="flex h-full min-h-0 bg-surface">
      <div className="flex min-w-0 flex-1 flex-col">
        {header}
        {filters}
        <div className="relative flex min-h-0 flex-1 flex-col">
          <Loaded query={list.query} what={what} skeleton={<SkeletonRows rows={14} />}>
            {() => (list.rows.length === 0 ? <div className="overflow-auto">{empty}</div> : children)}
          </Loaded>
          {bulk}
        </div>
      </div>
      {panel &&
        (isWide ? (
          <aside
            aria-label={panelTitle}
            className="flex w-[clamp(440px,40%,640px)] shrink-0 animate-slide flex-col border-l bg-surface"
          >
            {leavable}
          </aside>
        ) : (
          <Sheet open onOpenChange={(open) => !open && onClosePanel()} title={panelTitle} side="right">
            {leavable}
          </Sheet>
        ))}
    </div>
  )
}
