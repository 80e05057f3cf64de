import type { ReactNode } from 'react'
import { useTitle } from '../app/page.tsx'
import { Mark } from '../app/rail.tsx'

/** A page outside of the house: the name above it, one narrow column. */
export function DoorFrame({
  title,
  lead,
  children,
  below,
}: {
  title: string
  lead: ReactNode
  children: ReactNode
  below?: ReactNode
}) {
  useTitle(title)
  return (
    <main className="flex min-h-dvh items-start justify-center px-4 pt-[min(18vh,160px)] pb-8">
      <div className="w-full max-w-90">
        <div className="mb-6 flex items-center gap-2.5">
          <Mark />
          <span className="text-lg font-semibold tracking-tight">Trunkline</span>
        </div>
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="mt-1 text-sm text-ink-2">{lead}</p>
        <div className="mt-6">{children}</div>
        {below && <div className="mt-6 grid gap-2 text-xs text-ink-3">{below}</div>}
      </div>
    </main>
  )
}
