import { clsx } from 'clsx'
import { ChevronRight } from 'lucide-react'
import { createContext, type ReactNode, useContext, useId } from 'react'

/** A block of a page with its title. */
export function Panel({
  title,
  actions,
  className,
  flush = false,
  children,
}: {
  title?: ReactNode
  actions?: ReactNode
  className?: string
  /** The content draws its own edges: a table, a chart. */
  flush?: boolean
  children: ReactNode
}) {
  const id = useId()
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={clsx('flex min-w-0 flex-col rounded-lg border bg-surface', className)}
    >
      {(title || actions) && (
        <header className="flex min-h-11 items-center gap-2 px-4 py-1.5">
          <h2 id={id} className="min-w-0 flex-1 truncate text-sm font-semibold">
            {title}
          </h2>
          {actions}
        </header>
      )}
      <div className={clsx('min-w-0 flex-1', !flush && 'px-4 pb-4')}>{children}</div>
    </section>
  )
}

/** What a part of a detail is headed by: one below the detail's own title. */
export const SectionHeading = createContext<'h2' | 'h3'>('h3')

/** A part of a detail: a small title, and what stands under it. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const id = useId()
  const Heading = useContext(SectionHeading)
  return (
    <section aria-labelledby={id} className="border-t px-4 py-4 first:border-t-0 sm:px-5">
      <header className="mb-2.5 flex min-h-5 items-center gap-2">
        <Heading id={id} className="flex-1 text-sm font-semibold">
          {title}
        </Heading>
        {actions}
      </header>
      {children}
    </section>
  )
}

/** Folded until asked for. */
export function Fold({
  title,
  aside,
  open = false,
  children,
}: {
  title: string
  aside?: ReactNode
  open?: boolean
  children: ReactNode
}) {
  return (
    <details open={open} className="group/fold border-t">
      <summary className="flex items-center gap-2 px-4 py-3 text-sm font-semibold hover:bg-hover focus-visible:outline-offset-[-2px] sm:px-5">
        <ChevronRight aria-hidden className="size-3.5 text-ink-3 transition-transform group-open/fold:rotate-90" />
        <span className="flex-1">{title}</span>
        {aside && <span className="text-xs font-normal text-ink-3">{aside}</span>}
      </summary>
      <div className="px-4 pb-4 sm:px-5">{children}</div>
    </details>
  )
}

/** Names and values, in two columns. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm [&_dd]:min-w-0 [&_dt]:text-ink-2">
      {children}
    </dl>
  )
}

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className="break-words">{children}</dd>
    </>
  )
}
