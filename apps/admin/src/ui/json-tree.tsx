import { type ReactNode, useState } from 'react'

/** A number whose digits say more than a number can hold. */
class Digits {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Told = { source?: string }

/** JSON as values, numbers with all their digits; undefined where it is none. */
export function readJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text, (_name: string, value: unknown, told?: Told) =>
      typeof value === 'number' && told?.source !== undefined && told.source !== String(value)
        ? new Digits(told.source)
        : value,
    )
    return { value }
  } catch {
    return undefined
  }
}

const shownAtOnce = 200
const openDepth = 2

type Entry = { name: string | undefined; value: unknown }

function entriesOf(value: unknown): Entry[] | undefined {
  if (Array.isArray(value)) return value.map((each: unknown) => ({ name: undefined, value: each }))
  if (typeof value !== 'object' || value === null || value instanceof Digits) return undefined
  return Object.entries(value).map(([name, each]) => ({ name, value: each as unknown }))
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span className="break-all text-ok-ink">{JSON.stringify(value)}</span>
  if (typeof value === 'number') return <span className="text-info-ink">{String(value)}</span>
  if (value instanceof Digits) return <span className="text-info-ink">{value.text}</span>
  return <span className="text-accent-ink">{String(value)}</span>
}

const Name = ({ name }: { name: string | undefined }) =>
  name === undefined ? undefined : <span className="text-ink-2">{JSON.stringify(name)}: </span>

/** Values that fold: arrow keys, Enter and pointer open and close them. */
export function JsonTree({ value, name, depth = 0 }: { value: unknown; name?: string; depth?: number }): ReactNode {
  const entries = entriesOf(value)
  const [isOpen, setOpen] = useState(depth < openDepth || (entries?.length ?? 0) <= 3)
  const [shown, setShown] = useState(shownAtOnce)
  if (entries === undefined || entries.length === 0)
    return (
      <div className="pl-4">
        <Name name={name} />
        {entries === undefined ? <Scalar value={value} /> : Array.isArray(value) ? '[]' : '{}'}
      </div>
    )
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)} className="pl-4">
      <summary className="-ml-4 cursor-pointer rounded-sm marker:text-ink-3">
        <Name name={name} />
        {left}
        {!isOpen && (
          <span className="text-ink-2">
            {' '}
            {entries.length} {right}
          </span>
        )}
      </summary>
      {isOpen && (
        <>
          {entries.slice(0, shown).map((entry, index) => (
            // what was received does not change
            <JsonTree key={index} name={entry.name} value={entry.value} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button
              type="button"
              className="ml-4 text-accent-ink hover:underline"
              onClick={() => setShown(shown + shownAtOnce)}
            >
              Show {Math.min(shownAtOnce, entries.length - shown)} more of {entries.length}
            </button>
          )}
          <div>{right}</div>
        </>
      )}
    </details>
  )
}
