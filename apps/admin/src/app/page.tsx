import { type ReactNode, useEffect } from 'react'

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Trunkline`
  }, [title])
}

/** What this page is: its name, how many there are, one sentence, and what can be done. */
export function PageHeader({
  title,
  count,
  children,
  actions,
}: {
  title: string
  /** As it is told: «37», or «50+» while more may come. */
  count?: string
  children?: ReactNode
  actions?: ReactNode
}) {
  useTitle(title)
  return (
    <header className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-4 pb-3">
      <div className="min-w-60 flex-1">
        <h1 className="flex items-baseline gap-2 text-xl font-semibold">
          {title}
          {count !== undefined && <span className="figures text-base font-normal text-ink-3">{count}</span>}
        </h1>
        {children && <p className="mt-0.5 text-sm text-ink-2">{children}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  )
}
