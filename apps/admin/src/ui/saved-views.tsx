import { Bookmark, Check, X } from 'lucide-react'
import { useId, useState } from 'react'
import { Button, IconButton } from './button.tsx'
import { Input } from './field.tsx'
import { Popover, PopoverClose } from './menu.tsx'

type SavedView = { id: string; name: string; filters: Record<string, string> }

/** Filters kept under a name. */
export function SavedViews({
  views,
  filters,
  onChoose,
  onSave,
  onForget,
}: {
  views: readonly SavedView[]
  filters: Record<string, string | undefined>
  onChoose: (filters: Record<string, string>) => void
  onSave: (name: string, filters: Record<string, string>) => void
  onForget: (id: string) => void
}) {
  const [name, setName] = useState('')
  const [open, setOpen] = useState(false)
  const field = useId()
  const set = Object.fromEntries(
    Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const same = ({ filters: kept }: SavedView) =>
    Object.keys(kept).length === Object.keys(set).length && Object.keys(kept).every((name) => kept[name] === set[name])
  const current = views.find(same)
  return (
    <Popover
      label="Saved views"
      align="end"
      open={open}
      onOpenChange={setOpen}
      className="w-64"
      trigger={
        <Button size="small" variant="ghost" aria-label={current ? `Saved view ${current.name}` : 'Saved views'}>
          <Bookmark aria-hidden className="size-4" />
          <span className="max-w-32 truncate max-sm:hidden">{current?.name ?? 'Views'}</span>
        </Button>
      }
    >
      {views.length === 0 && (
        <p className="px-2 py-1.5 text-sm text-ink-2">No saved views. Set filters and keep them under a name.</p>
      )}
      {views.map((view) => (
        <div key={view.id} className="flex items-center gap-1">
          <PopoverClose asChild>
            <Button
              variant="ghost"
              className="min-w-0 flex-1 justify-start px-2 font-normal text-ink"
              onClick={() => onChoose(view.filters)}
            >
              <span className="truncate">{view.name}</span>
              {same(view) && <Check aria-hidden className="ml-auto size-4 text-accent-ink" />}
            </Button>
          </PopoverClose>
          <IconButton label={`Forget ${view.name}`} size="icon-small" onClick={() => onForget(view.id)}>
            <X aria-hidden className="size-3.5" />
          </IconButton>
        </div>
      ))}
      {Object.keys(set).length > 0 && !current && (
        <form
          className="mt-1 flex gap-2 border-t p-1.5 pt-2"
          onSubmit={(event) => {
            event.preventDefault()
            const clean = name.trim()
            if (!clean) return
            onSave(clean, set)
            setName('')
            setOpen(false)
          }}
        >
          <label htmlFor={field} className="sr-only">
            Name of this view
          </label>
          <Input
            id={field}
            placeholder="Name these filters"
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" variant="primary">
            Save
          </Button>
        </form>
      )}
    </Popover>
  )
}
