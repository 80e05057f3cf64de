import { clsx } from 'clsx'
import { type ReactNode, useState } from 'react'
import { formatCount, formatNumber } from './format.ts'

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
/** What few values hold opens by itself, but not down to any depth: a page ends of what is nested without end. */
const fewOpenDepth = 12
const lengthShownAtOnce = 5_000
const lengthShownMore = 50_000

type Entry = { name: string | undefined; value: unknown }

function entriesOf(value: unknown): Entry[] | undefined {
  if (Array.isArray(value)) return value.map((each: unknown) => ({ name: undefined, value: each }))
  if (typeof value !== 'object' || value === null || value instanceof Digits) return undefined
  return Object.entries(value).map(([name, each]) => ({ name, value: each as unknown }))
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === 'string') return <Text text={JSON.stringify(value)} className="text-ok-ink" />
  if (typeof value === 'number') return <span className="text-info-ink">{String(value)}</span>
  if (value instanceof Digits) return <Text text={value.text} className="text-info-ink" />
  return <span className="text-accent-ink">{String(value)}</span>
}

/** As much of a text as can be laid out at once, and more of it when asked. */
function Text({ text, className }: { text: string; className: string }) {
  const [length, setLength] = useState(lengthShownAtOnce)
  return (
    <>
      <span className={clsx('break-all', className)}>{text.slice(0, length)}</span>
      {text.length > length && (
        <More onClick={() => setLength(length + lengthShownMore)}>
          … {formatCount(text.length - length, 'more character')}
        </More>
      )}
    </>
  )
}

const More = ({ onClick, children }: { onClick: () => void; children: ReactNode }) => (
  <button type="button" className="ml-4 text-accent-ink hover:underline" onClick={onClick}>
    {children}
  </button>
)

const Name = ({ name }: { name: string | undefined }) =>
  name === undefined ? undefined : (
    <>
      <Text text={JSON.stringify(name)} className="text-ink-2" />
      <span className="text-ink-2">: </span>
    </>
  )

/** Values that fold: arrow keys, Enter and pointer open and close them. */
export function JsonTree({ value, name, depth = 0 }: { value: unknown; name?: string; depth?: number }): ReactNode {
  const entries = entriesOf(value)
  const [isOpen, setOpen] = useState(depth < openDepth || (depth < fewOpenDepth && (entries?.length ?? 0) <= 3))
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
            {formatNumber(entries.length)} {right}
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
            <More onClick={() => setShown(shown + shownAtOnce)}>
              Show {Math.min(shownAtOnce, entries.length - shown)} more of {formatNumber(entries.length)}
            </More>
          )}
          <div>{right}</div>
        </>
      )}
    </details>
  )
}
