import { Button } from '../ui/button.tsx'
import { useFilters } from './filters.ts'

/** What the address asks for and nobody knows is said, so that a list that shows everything does not pass for an answer. */
export function LeftOut() {
  const [{ unknown }, setFilters] = useFilters<{ unknown?: string }>()
  if (!unknown) return null
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-warn-line bg-warn-soft px-4 py-1.5 text-sm text-warn-ink"
    >
      <span className="min-w-0 flex-1 break-words">
        The address asks for <span>{unknown}</span>, which is not known here: it is left out.
      </span>
      <Button size="small" onClick={() => setFilters({})}>
        Dismiss
      </Button>
    </div>
  )
}
