import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTitle } from './page.tsx'

/** A record that has the whole page, with the way back to its list. */
export function FullPage({ title, back, children }: { title: string; back: ReactNode; children: ReactNode }) {
  useTitle(title)
  return (
    <div className="mx-auto flex min-h-full max-w-4xl flex-col sm:px-4 sm:pb-8">
      <div className="flex h-11 items-center gap-1.5 self-start px-4 text-sm text-ink-2 hover:text-ink sm:px-0">
        <ArrowLeft aria-hidden className="size-4" />
        {back}
      </div>
      <div className="flex flex-col border-y bg-surface sm:rounded-lg sm:border-x">{children}</div>
    </div>
  )
}
