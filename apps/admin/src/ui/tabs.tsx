import { clsx } from 'clsx'
import { useEffect, useRef } from 'react'
import { formatCompact } from './format.ts'

/** Scrolls the row of a tab sideways, and nothing else: the page stays where it is. */
function bringAside(tab: HTMLElement): void {
  const row = tab.parentElement
  if (!row) return
  const [inner, outer] = [tab.getBoundingClientRect(), row.getBoundingClientRect()]
  if (inner.left < outer.left) row.scrollLeft -= outer.left - inner.left
  else if (inner.right > outer.right) row.scrollLeft += inner.right - outer.right
}

/** A few exclusive views of one list, each with its count where it is known. */
export function ViewTabs<Value extends string>({
  label,
  value,
  onChange,
  views,
}: {
  label: string
  value: Value
  onChange: (value: Value) => void
  views: { value: Value; label: string; count?: number; alarming?: boolean }[]
}) {
  const chosenTab = useRef<HTMLButtonElement>(null)
  const counted = views.filter(({ count }) => count !== undefined).length
  // where not all have room, the one that is chosen is in sight; the counts take room when they come
  useEffect(() => {
    if (value && counted >= 0 && chosenTab.current) bringAside(chosenTab.current)
  }, [value, counted])
  return (
    <div
      role="group"
      aria-label={label}
      className="scroll-thin -mx-1 flex min-w-0 items-center gap-0.5 overflow-x-auto px-1 py-1"
    >
      {views.map((view) => {
        const chosen = view.value === value
        return (
          <button
            key={view.value}
            ref={chosen ? chosenTab : undefined}
            type="button"
            aria-pressed={chosen}
            onClick={() => onChange(view.value)}
            className={clsx(
              'flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-sm font-medium transition-colors duration-100',
              chosen ? 'bg-chosen text-accent-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
            )}
          >
            {view.label}
            {view.count !== undefined && (
              <span
                className={clsx(
                  'figures text-xs font-normal',
                  view.alarming && view.count > 0
                    ? 'font-medium text-bad-ink'
                    : chosen
                      ? 'text-accent-ink'
                      : 'text-ink-3',
                )}
              >
                {formatCompact(view.count)}
              </span>
            )}
          </button>
        )
      })}
    </div>
  )
}
