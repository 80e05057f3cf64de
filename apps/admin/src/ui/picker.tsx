import { clsx } from 'clsx'
import { Command } from 'cmdk'
import { Check, LoaderCircle, Search } from 'lucide-react'
import { useState } from 'react'

/** A long list in which one is found by typing. */
export function Picker({
  label,
  placeholder,
  query,
  onQuery,
  items,
  chosen,
  onChoose,
  busy,
  empty,
  autoFocus = false,
}: {
  label: string
  placeholder: string
  query: string
  onQuery: (query: string) => void
  /** One that `isOld` was found for other letters than those that are typed by now: Enter does not mean it. */
  items: { id: string; label: string; aside?: string; isOld?: boolean }[]
  chosen?: string
  onChoose: (id: string) => void
  busy: boolean
  empty: string
  autoFocus?: boolean
}) {
  const [marked, setMarked] = useState('')
  // what was marked may have left the list with what was typed
  const value = items.some(({ id }) => id === marked) ? marked : (items[0]?.id ?? '')
  return (
    <Command
      label={label}
      shouldFilter={false}
      loop
      value={value}
      onValueChange={setMarked}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && items.some(({ id, isOld }) => isOld && id === value)) event.preventDefault()
      }}
      className="overflow-hidden rounded-md border border-line-strong"
    >
      <div className="flex items-center gap-2 border-b px-2.5">
        {busy ? (
          <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin text-ink-3" />
        ) : (
          <Search aria-hidden className="size-3.5 shrink-0 text-ink-3" />
        )}
        <Command.Input
          autoFocus={autoFocus}
          value={query}
          onValueChange={onQuery}
          placeholder={placeholder}
          className="h-8 min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-ink-3 max-sm:text-lg"
        />
      </div>
      {/* beside the list: whatever stands in a listbox is something to choose */}
      {items.length === 0 && (
        <p role="status" className="px-3 py-5 text-center text-sm text-ink-2">
          {busy ? 'Searching…' : empty}
        </p>
      )}
      <Command.List className={clsx('scroll-thin max-h-48 overflow-y-auto p-1', items.length === 0 && 'hidden')}>
        {items.map((item) => (
          <Command.Item
            key={item.id}
            value={item.id}
            onSelect={() => onChoose(item.id)}
            className={clsx(
              'flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 text-sm data-[selected=true]:bg-chosen',
              item.id === chosen && 'font-medium text-accent-ink',
            )}
          >
            <span className="min-w-0 flex-1 truncate">{item.label}</span>
            {item.aside && <span className="figures text-xs text-ink-3">{item.aside}</span>}
            {item.id === chosen && <Check aria-label="Chosen" className="size-4 text-accent-ink" />}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  )
}
