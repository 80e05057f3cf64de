import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { formatCount } from './format.ts'
import { useShortcuts } from './shortcuts.ts'

/** What can be done with the rows that are marked. */
export function BulkBar({ count, onClear, children }: { count: number; onClear: () => void; children: ReactNode }) {
  useShortcuts(count > 0 ? [{ keys: 'escape', label: 'Unmark all rows', group: 'Rows', run: onClear }] : [])
  if (count === 0) return null
  return (
    <div
      role="region"
      aria-label="Marked rows"
      className="absolute inset-x-3 bottom-4 z-20 mx-auto flex w-fit max-w-full animate-rise flex-wrap items-center gap-2 rounded-lg bg-raised py-2 pr-2 pl-4 shadow-float"
    >
      <span className="figures mr-2 text-sm font-medium">{formatCount(count, 'row')} marked</span>
      {children}
      <Button variant="ghost" onClick={onClear}>
        Unmark
      </Button>
    </div>
  )
}
