import { Command } from 'cmdk'
import { LoaderCircle, Search } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Keys } from './keys.tsx'

/** Every word typed must begin a word of the entry; entries that begin with it come first. */
function score(value: string, search: string, keywords: string[] = []): number {
  const words = [value, ...keywords].join(' ').toLowerCase().split(/\s+/)
  const typed = search.toLowerCase().trim().split(/\s+/)
  if (!typed.every((part) => words.some((word) => word.startsWith(part)))) return 0
  return value.toLowerCase().includes(typed.join(' ')) ? 1 : 0.5
}

/** One field that goes anywhere, finds anything, and runs what can be run. */
export function Palette({
  open,
  onOpenChange,
  query,
  onQuery,
  busy,
  placeholder,
  found,
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  query: string
  onQuery: (query: string) => void
  busy: boolean
  placeholder: string
  /** How many entries stay whatever is typed. */
  found: number
  children: ReactNode
}) {
  const list = useRef<HTMLDivElement>(null)
  const [chosen, setChosen] = useState('')
  const moved = useRef(false)
  // until the reader moves, Enter means the first entry, also when one comes in above
  useEffect(() => {
    if (!open) moved.current = false
    if (moved.current) return
    const first = list.current?.querySelector('[cmdk-item]:not([aria-disabled=true])')
    setChosen(first?.getAttribute('data-value') ?? '')
  })
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-appear bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[min(12vh,110px)] z-50 mx-auto max-w-xl animate-rise overflow-hidden rounded-lg bg-raised shadow-float outline-none"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command
            label="Search and commands"
            loop
            filter={score}
            value={chosen}
            onValueChange={setChosen}
            onKeyDown={(event) => {
              if (event.key === 'ArrowDown' || event.key === 'ArrowUp') moved.current = true
            }}
            onPointerMove={() => {
              moved.current = true
            }}
            className="flex max-h-[min(70vh,460px)] flex-col"
          >
            <div className="flex items-center gap-2.5 border-b px-4">
              {busy ? (
                <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin text-ink-3" />
              ) : (
                <Search aria-hidden className="size-4 shrink-0 text-ink-3" />
              )}
              <Command.Input
                value={query}
                onValueChange={(next) => {
                  moved.current = false
                  onQuery(next)
                }}
                placeholder={placeholder}
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-ink-3 max-sm:text-lg"
              />
              <Keys keys="escape" />
            </div>
            {/* beside the list: whatever stands in a listbox is something to choose */}
            {found === 0 && (
              <Command.Empty className="px-4 pt-8 pb-6 text-center text-sm text-ink-2">
                {busy ? 'Searching…' : 'Nothing matches. Try a phone number, a name or an id.'}
              </Command.Empty>
            )}
            <Command.List ref={list} className="scroll-thin min-h-0 flex-1 overflow-y-auto p-1.5">
              {children}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

export function PaletteGroup({
  heading,
  always = false,
  children,
}: {
  heading: string
  always?: boolean
  children: ReactNode
}) {
  return (
    <Command.Group
      forceMount={always}
      heading={heading}
      className="mb-1 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3"
    >
      {children}
    </Command.Group>
  )
}

export function PaletteItem({
  value,
  keywords,
  icon,
  aside,
  keys,
  always = false,
  disabled = false,
  onSelect,
  children,
}: {
  value: string
  keywords?: string[]
  icon?: ReactNode
  aside?: ReactNode
  keys?: string
  /** What the server found stays, whatever the letters typed. */
  always?: boolean
  /** It stands there still and is no answer to what is typed now. */
  disabled?: boolean
  onSelect: () => void
  children: ReactNode
}) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      forceMount={always}
      disabled={disabled}
      onSelect={onSelect}
      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 text-sm data-[selected=true]:bg-chosen"
    >
      {icon && <span className="text-ink-3 [&_svg]:size-4">{icon}</span>}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {aside && <span className="figures shrink-0 text-xs text-ink-3">{aside}</span>}
      {keys && <Keys keys={keys} />}
    </Command.Item>
  )
}
