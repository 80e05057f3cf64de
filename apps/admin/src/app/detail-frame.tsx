import { Maximize2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { IconButton } from '../ui/button.tsx'
import { SectionHeading } from '../ui/panel.tsx'
import { WayOut } from './way-out.ts'

/** The head of an open record: which one, how it stands, what can be done. Below it, the record. */
export function DetailFrame({
  title,
  sub,
  actions,
  onClose,
  onFullPage,
  children,
}: {
  title: ReactNode
  sub?: ReactNode
  actions?: ReactNode
  /** Absent where the record is the page. */
  onClose?: () => void
  onFullPage?: () => void
  children: ReactNode
}) {
  const Heading = onClose ? 'h2' : 'h1'
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="border-b px-4 py-3 sm:px-5">
        <div className="flex flex-wrap items-start gap-x-1 gap-y-2">
          <Heading className="mt-0.5 min-w-0 flex-[1_1_9rem] text-lg font-semibold break-words">{title}</Heading>
          <div className="ml-auto flex max-w-full items-start gap-x-1">
            {actions && <div className="mx-1 flex flex-wrap items-center justify-end gap-2">{actions}</div>}
            {onFullPage && (
              <IconButton label="Open as a full page" keys="o" onClick={onFullPage}>
                <Maximize2 aria-hidden className="size-3.5" />
              </IconButton>
            )}
            {onClose && (
              <IconButton label="Close" keys="escape" className="-mr-1.5" onClick={onClose}>
                <X aria-hidden className="size-4" />
              </IconButton>
            )}
          </div>
        </div>
        {sub && <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-2">{sub}</div>}
      </header>
      {/* the way out stands above */}
      <WayOut value={undefined}>
        <SectionHeading value={onClose ? 'h3' : 'h2'}>
          <div className="scroll-thin min-h-0 flex-1 overflow-y-auto">{children}</div>
        </SectionHeading>
      </WayOut>
    </div>
  )
}
