import { clsx } from 'clsx'
import type { ReactNode } from 'react'

export type Tone = 'neutral' | 'ok' | 'info' | 'warn' | 'bad' | 'critical' | 'accent'

const soft: Record<Tone, string> = {
  neutral: 'bg-sunken text-ink-2 border-line',
  ok: 'bg-ok-soft text-ok-ink border-ok-line',
  info: 'bg-info-soft text-info-ink border-info-line',
  warn: 'bg-warn-soft text-warn-ink border-warn-line',
  bad: 'bg-bad-soft text-bad-ink border-bad-line',
  critical: 'bg-bad-solid text-on-accent border-bad-solid',
  accent: 'bg-accent-soft text-accent-ink border-accent-line',
}
const mark: Record<Tone, string> = {
  neutral: 'bg-control',
  ok: 'bg-ok-mark',
  info: 'bg-info-mark',
  warn: 'bg-warn-mark',
  bad: 'bg-bad-mark',
  critical: 'bg-bad-solid',
  accent: 'bg-accent',
}

export function Pill({
  tone = 'neutral',
  className,
  children,
}: {
  tone?: Tone
  className?: string
  children: ReactNode
}) {
  return (
    <span
      className={clsx(
        'inline-flex h-5 shrink-0 items-center gap-1 whitespace-nowrap rounded-sm border px-1.5 text-xs font-medium',
        soft[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}

/** A state is always a dot and a word: nobody has to tell colours apart. */
export function State({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <Dot tone={tone} />
      {children}
    </span>
  )
}

export function Dot({ tone = 'neutral', className }: { tone?: Tone; className?: string }) {
  return <span aria-hidden className={clsx('size-2 shrink-0 rounded-full', mark[tone], className)} />
}

export function Badge({ count, tone = 'neutral' }: { count: number; tone?: 'neutral' | 'bad' | 'critical' }) {
  if (count === 0) return null
  return (
    <span
      className={clsx(
        'figures inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full px-1.5 text-2xs font-semibold',
        tone === 'critical' && 'bg-bad-solid text-on-accent',
        tone === 'bad' && 'bg-bad-soft text-bad-ink',
        tone === 'neutral' && 'bg-sunken text-ink-2',
      )}
    >
      {count > 99 ? '99+' : count}
    </span>
  )
}
