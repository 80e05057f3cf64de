import { useNavigate, useSearch } from '@tanstack/react-router'
import { CalendarClock, ChevronDown } from 'lucide-react'
import { useId, useMemo, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Input } from '../ui/field.tsx'
import { lastInstant } from '../ui/instant-field.tsx'
import { Popover, PopoverClose } from '../ui/menu.tsx'

const presets = [
  { value: '1h', label: 'Last hour', seconds: 3600 },
  { value: '6h', label: 'Last 6 hours', seconds: 6 * 3600 },
  { value: '24h', label: 'Last 24 hours', seconds: 86_400 },
  { value: '7d', label: 'Last 7 days', seconds: 7 * 86_400 },
  { value: '30d', label: 'Last 30 days', seconds: 30 * 86_400 },
] as const

/** «24h», or two times joined by a tilde. Anything else is no range. */
export function cleanRange(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  if (presets.some(({ value }) => value === text)) return text
  const [from = '', to = ''] = text.split('~')
  return Date.parse(from) < Date.parse(to) ? text : undefined
}

export function rangeOf(from: Date, to: Date): string {
  return `${from.toISOString()}~${to.toISOString()}`
}

export function boundsOf(range: string, now: number): { from: number; to: number; open: boolean } {
  const preset = presets.find(({ value }) => value === range)
  if (preset) return { from: now - preset.seconds * 1000, to: now, open: true }
  const [from = '', to = ''] = range.split('~')
  return { from: Date.parse(from), to: Date.parse(to), open: false }
}

export function useRange(): string | undefined {
  return useSearch({ strict: false, select: (search: { range?: string }) => search.range })
}

/** The bounds that a list asks for. They stand still while the list is read; a range that ends now has no end. */
export function useListBounds(): { from?: string; to?: string } {
  const range = useRange()
  return useMemo(() => {
    if (!range) return {}
    const { from, to, open } = boundsOf(range, Date.now())
    return { from: new Date(from).toISOString(), ...(open ? {} : { to: new Date(to).toISOString() }) }
  }, [range])
}

const stamp = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

function nameOf(range: string): string {
  const preset = presets.find(({ value }) => value === range)
  if (preset) return preset.label
  const { from, to } = boundsOf(range, 0)
  return `${stamp.format(from)} – ${stamp.format(to)}`
}

/** A moment as the reader's clock has it, for an input. */
function forInput(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function RangePicker({ without }: { without: string }) {
  const range = useRange()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const ids = useId()
  const [backwards, setBackwards] = useState(false)
  const shown = range ? boundsOf(range, Date.now()) : { from: Date.now() - 86_400_000, to: Date.now() }
  const choose = (next: string | undefined) => {
    setOpen(false)
    void navigate({ to: '.', search: (previous) => ({ ...previous, range: next }) })
  }
  return (
    <Popover
      label="Time range"
      align="end"
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        setBackwards(false)
      }}
      className="w-64"
      trigger={
        <Button size="small" variant="ghost" aria-label={`Time range: ${range ? nameOf(range) : without}`}>
          <CalendarClock aria-hidden className="size-4" />
          <span className="figures max-lg:hidden">{range ? nameOf(range) : without}</span>
          <ChevronDown aria-hidden className="size-3.5 max-lg:hidden" />
        </Button>
      }
    >
      {[{ value: undefined, label: without }, ...presets.filter(({ label }) => label !== without)].map((preset) => (
        <PopoverClose key={preset.label} asChild>
          <Button
            variant="ghost"
            aria-pressed={range === preset.value}
            className="w-full justify-start px-2 font-normal text-ink aria-pressed:bg-chosen aria-pressed:text-accent-ink"
            onClick={() => choose(preset.value)}
          >
            {preset.label}
          </Button>
        </PopoverClose>
      ))}
      <form
        className="mt-1 grid gap-2 border-t p-2"
        onSubmit={(event) => {
          event.preventDefault()
          const form = new FormData(event.currentTarget)
          const [from, to] = ['from', 'to'].map((name) => form.get(name))
          if (typeof from !== 'string' || typeof to !== 'string') return
          if (from < to) choose(rangeOf(new Date(from), new Date(to)))
          else setBackwards(true)
        }}
        onChange={() => setBackwards(false)}
      >
        <label htmlFor={`${ids}-from`} className="grid gap-1 text-xs text-ink-2">
          From
          <Input
            id={`${ids}-from`}
            name="from"
            type="datetime-local"
            max={lastInstant}
            required
            defaultValue={forInput(shown.from)}
          />
        </label>
        <label htmlFor={`${ids}-to`} className="grid gap-1 text-xs text-ink-2">
          To
          <Input
            id={`${ids}-to`}
            name="to"
            type="datetime-local"
            max={lastInstant}
            required
            defaultValue={forInput(shown.to)}
            aria-invalid={backwards || undefined}
            aria-describedby={backwards ? `${ids}-backwards` : undefined}
          />
        </label>
        {backwards && (
          <p id={`${ids}-backwards`} role="alert" className="text-xs text-bad-ink">
            It must end after it begins.
          </p>
        )}
        <Button type="submit" variant="primary">
          Apply
        </Button>
      </form>
    </Popover>
  )
}
