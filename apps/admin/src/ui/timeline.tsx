import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import type { Tone } from './pill.tsx'

const ring: Record<Tone, string> = {
  neutral: 'border-control',
  ok: 'border-ok-mark bg-ok-mark',
  info: 'border-info-mark bg-info-mark',
  warn: 'border-warn-mark bg-warn-mark',
  bad: 'border-bad-mark bg-bad-mark',
  critical: 'border-bad-solid bg-bad-solid',
  accent: 'border-accent bg-accent',
}

export function Timeline({ children }: { children: ReactNode }) {
  return <ol className="grid">{children}</ol>
}

/** What happened, when, and in whose words. */
export function Moment({
  tone = 'neutral',
  title,
  at,
  children,
}: {
  tone?: Tone
  title: ReactNode
  at?: ReactNode
  children?: ReactNode
}) {
  return (
    <li className="group/moment relative flex gap-3 pb-3 last:pb-0">
      <span
        aria-hidden
        className="absolute top-[17px] -bottom-[3px] left-[4.5px] w-px bg-line-strong group-last/moment:hidden"
      />
      <span aria-hidden className={clsx('mt-[5px] size-2.5 shrink-0 rounded-full border-2', ring[tone])} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
          <span className="font-medium">{title}</span>
          {at && <span className="text-xs text-ink-3">{at}</span>}
        </div>
        {children && <div className="mt-0.5 text-sm break-words text-ink-2">{children}</div>}
      </div>
    </li>
  )
}
