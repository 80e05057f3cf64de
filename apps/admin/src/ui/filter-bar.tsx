import { clsx } from 'clsx'
import { Plus, Search, X } from 'lucide-react'
import { type ComponentProps, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Button } from './button.tsx'
import { Input } from './field.tsx'
import { Keys } from './keys.tsx'
import { Menu, MenuChoices, Popover } from './menu.tsx'
import { useShortcuts } from './shortcuts.ts'

export function FilterBar({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2">{children}</div>
}

/** The words to look for. `/` comes here; the list follows when the typing pauses. */
export function FilterSearch({
  value,
  onChange,
  placeholder,
}: {
  value: string | undefined
  onChange: (value: string | undefined) => void
  placeholder: string
}) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value ?? '')
  const sent = useRef(value ?? '')
  const tell = useRef(onChange)
  useEffect(() => {
    tell.current = onChange
  })
  useEffect(() => {
    if ((value ?? '') !== sent.current) {
      sent.current = value ?? ''
      setText(value ?? '')
    }
  }, [value])
  useEffect(() => {
    // what stands around the words filters nothing, and stays while more is typed
    const words = text.trim()
    if (words === sent.current.trim()) return
    const timer = setTimeout(() => {
      sent.current = words
      tell.current(words || undefined)
    }, 180)
    return () => clearTimeout(timer)
    // not with each row that comes in meanwhile: it would be put off for as long as they come
  }, [text])
  useShortcuts([{ keys: '/', label: 'Filter the list', group: 'Page', run: () => field.current?.focus() }])
  return (
    <div className="relative min-w-40 flex-1 sm:max-w-64">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3"
      />
      <Input
        ref={field}
        type="search"
        aria-label={placeholder}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (text) setText('')
            event.currentTarget.blur()
          }
        }}
        compact
        className="pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 max-sm:hidden">
        <Keys keys="/" />
      </span>
    </div>
  )
}

function Chip({
  label,
  shown,
  onClear,
  ...rest
}: { label: string; shown?: string; onClear: () => void } & ComponentProps<'button'>) {
  return (
    <span
      className={clsx(
        'inline-flex h-7 max-w-full items-center rounded-md border text-sm',
        shown ? 'border-accent-line bg-accent-soft text-accent-ink' : 'border-dashed border-line-strong text-ink-2',
      )}
    >
      <button
        type="button"
        aria-label={shown ? `${label}: ${shown}` : label}
        className={clsx(
          'inline-flex h-full min-w-0 items-center gap-1 rounded-md px-2 hover:text-ink',
          shown && 'pr-1',
        )}
        {...rest}
      >
        {!shown && <Plus aria-hidden className="size-3.5" />}
        <span>
          {label}
          {shown && ':'}
        </span>
        {shown && <span className="truncate font-medium">{shown}</span>}
      </button>
      {shown && (
        <button
          type="button"
          aria-label={`Clear ${label.toLowerCase()}`}
          onClick={onClear}
          className="mr-1 inline-flex size-5 items-center justify-center rounded-sm hover:bg-accent-line"
        >
          <X aria-hidden className="size-3" />
        </button>
      )}
    </span>
  )
}

export function FilterChoice<Value extends string>({
  label,
  value,
  onChange,
  choices,
  unlisted,
}: {
  label: string
  value: Value | undefined
  onChange: (value: Value | undefined) => void
  choices: { value: Value; label: string; icon?: ReactNode }[]
  /** What is said of a value that is not among the choices, or not yet. */
  unlisted?: string
}) {
  const shown = value === undefined ? undefined : (choices.find((choice) => choice.value === value)?.label ?? unlisted)
  return (
    <Menu align="start" width="w-48" trigger={<Chip label={label} shown={shown} onClear={() => onChange(undefined)} />}>
      <MenuChoices
        value={value ?? ('' as Value)}
        onChange={(next) => onChange(next === value ? undefined : next)}
        choices={choices}
      />
    </Menu>
  )
}

export function FilterText({
  label,
  value,
  shown = value,
  onChange,
  placeholder,
  clean = (text) => text.trim(),
  refuse,
}: {
  label: string
  value: string | undefined
  /** What the value stands for, where it says nothing by itself. */
  shown?: string | undefined
  onChange: (value: string | undefined) => void
  placeholder?: string
  clean?: (text: string) => string
  /** Why this text filters nothing. An empty one always clears the filter. */
  refuse?: (text: string) => string | undefined
}) {
  const [open, setOpen] = useState(false)
  const [text, setText] = useState(value ?? '')
  const [refused, setRefused] = useState<string>()
  const below = useId()
  return (
    <FilterPopover
      label={label}
      shown={shown}
      onClear={() => onChange(undefined)}
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        setRefused(undefined)
        if (next) setText(value ?? '')
      }}
    >
      <form
        className="flex flex-wrap gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          const problem = text.trim() === '' ? undefined : refuse?.(text)
          setRefused(problem)
          if (problem) return
          onChange(clean(text) || undefined)
          setOpen(false)
        }}
      >
        <Input
          autoFocus
          aria-label={label}
          aria-invalid={refused ? true : undefined}
          aria-describedby={refused ? below : undefined}
          value={text}
          placeholder={placeholder}
          onChange={(event) => {
            setText(event.target.value)
            setRefused(undefined)
          }}
          className="min-w-0 flex-1"
        />
        <Button type="submit" variant="primary">
          Apply
        </Button>
        {refused && (
          <p id={below} role="alert" className="w-full text-xs text-bad-ink">
            {refused}
          </p>
        )}
      </form>
    </FilterPopover>
  )
}

/** A chip that opens what the filter is chosen with. */
export function FilterPopover({
  label,
  shown,
  onClear,
  open,
  onOpenChange,
  children,
}: {
  label: string
  shown: string | undefined
  onClear: () => void
  open: boolean
  onOpenChange: (open: boolean) => void
  children: ReactNode
}) {
  return (
    <Popover
      label={label}
      open={open}
      onOpenChange={onOpenChange}
      className="w-72 p-2"
      trigger={<Chip label={label} shown={shown} onClear={onClear} />}
    >
      {children}
    </Popover>
  )
}
