import { Bookmark, Check, Pencil, X } from 'lucide-react'
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
  onRename,
  onForget,
}: {
  /** Undefined while they are not known: a name could be that of another. */
  views: readonly SavedView[] | undefined
  filters: Record<string, string | undefined>
  onChoose: (filters: Record<string, string>) => void
  onSave: (name: string, filters: Record<string, string>) => void
  onRename: (id: string, name: string) => void
  onForget: (id: string) => void
}) {
  const [open, setOpen] = useState(false)
  const [renamed, setRenamed] = useState<string>()
  const set = Object.fromEntries(
    Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const same = ({ filters: kept }: SavedView) =>
    Object.keys(kept).length === Object.keys(set).length && Object.keys(kept).every((name) => kept[name] === set[name])
  const current = views?.find(same)
  return (
    <Popover
      label="Saved views"
      align="end"
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        setRenamed(undefined)
      }}
      className="w-64"
      trigger={
        <Button size="small" variant="ghost" aria-label={current ? `Saved view ${current.name}` : 'Saved views'}>
          <Bookmark aria-hidden className="size-4" />
          <span className="max-w-32 truncate max-sm:hidden">{current?.name ?? 'Views'}</span>
        </Button>
      }
    >
      {views?.length === 0 && (
        <p className="px-2 py-1.5 text-sm text-ink-2">No saved views. Set filters and keep them under a name.</p>
      )}
      {views?.map((view) =>
        view.id === renamed ? (
          <NameForm
            key={view.id}
            label={`New name of ${view.name}`}
            before={view.name}
            act="Rename"
            onName={(name) => {
              setRenamed(undefined)
              if (name !== view.name) onRename(view.id, name)
            }}
          />
        ) : (
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
            <IconButton label={`Rename ${view.name}`} size="icon-small" onClick={() => setRenamed(view.id)}>
              <Pencil aria-hidden className="size-3.5" />
            </IconButton>
            <IconButton label={`Forget ${view.name}`} size="icon-small" onClick={() => onForget(view.id)}>
              <X aria-hidden className="size-3.5" />
            </IconButton>
          </div>
        ),
      )}
      {views && Object.keys(set).length > 0 && !current && (
        <div className="mt-1 border-t pt-1">
          <NameForm
            label="Name of this view"
            taken={views.map(({ name }) => name)}
            placeholder="Name these filters"
            act="Save"
            onName={(name) => {
              onSave(name, set)
              setOpen(false)
            }}
          />
        </div>
      )}
    </Popover>
  )
}

function NameForm({
  label,
  before = '',
  taken = [],
  placeholder,
  act,
  onName,
}: {
  label: string
  before?: string
  /** Names of others: what has one of them is replaced, once that has been said. */
  taken?: readonly string[]
  placeholder?: string
  act: string
  onName: (name: string) => void
}) {
  const [name, setName] = useState(before)
  const [isWarned, setIsWarned] = useState(false)
  const field = useId()
  return (
    <form
      className="flex flex-wrap gap-2 p-1.5"
      onSubmit={(event) => {
        event.preventDefault()
        const next = name.trim()
        if (next === '') return
        if (taken.includes(next) && !isWarned) setIsWarned(true)
        else onName(next)
      }}
    >
      <label htmlFor={field} className="sr-only">
        {label}
      </label>
      <Input
        id={field}
        className="min-w-0 flex-1"
        aria-describedby={isWarned ? `${field}-taken` : undefined}
        autoFocus={before !== ''}
        placeholder={placeholder}
        maxLength={60}
        value={name}
        onChange={(event) => {
          setName(event.target.value)
          setIsWarned(false)
        }}
      />
      <Button type="submit" variant={isWarned ? 'danger' : 'primary'}>
        {isWarned ? 'Replace' : act}
      </Button>
      {isWarned && (
        <p id={`${field}-taken`} role="alert" className="basis-full text-xs text-warn-ink">
          A view of this name exists. Replace it?
        </p>
      )}
    </form>
  )
}
