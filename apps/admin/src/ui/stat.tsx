import { clsx } from 'clsx'
import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatPercent } from './format.ts'
import { Skeleton } from './skeleton.tsx'

/** One number with its unit, what it is compared with, and its shape. */
export function Stat({
  label,
  value,
  unit,
  below,
  chart,
}: {
  label: ReactNode
  value: string
  unit?: string
  below?: ReactNode
  chart?: ReactNode
}) {
  return (
    <div className="flex min-w-0 flex-col rounded-lg border bg-surface px-4 pt-3 pb-3">
      <div className="text-sm text-ink-2">{label}</div>
      <div className="mt-1 flex items-end justify-between gap-3">
        <div className="figures text-2xl font-semibold tracking-tight whitespace-nowrap">
          {value}
          {unit && <span className="ml-1 text-base font-medium text-ink-2">{unit}</span>}
        </div>
        {chart && <div className="h-8 w-28 min-w-0 shrink">{chart}</div>}
      </div>
      <div className="mt-1 min-h-4 text-xs text-ink-2">{below}</div>
    </div>
  )
}

export function StatSkeleton() {
  return (
    <div className="rounded-lg border bg-surface px-4 py-3.5">
      <Skeleton className="h-3 w-24" />
      <Skeleton className="mt-3 h-6 w-28" />
      <Skeleton className="mt-3 h-3 w-40" />
    </div>
  )
}

/** How a number stands to the one before. `good` says which way is welcome; neither when it is left out. */
export function Change({
  now,
  before,
  than,
  good,
}: {
  now: number
  before: number
  than: string
  good?: 'up' | 'down'
}) {
  if (before === 0) return <span className="text-ink-3">Nothing {than}</span>
  const percent = ((now - before) / before) * 100
  const way = Math.abs(percent) < 0.5 ? 'level' : percent > 0 ? 'up' : 'down'
  const Arrow = { up: ArrowUpRight, down: ArrowDownRight, level: ArrowRight }[way]
  return (
    <span className="figures inline-flex items-center gap-1">
      <span
        className={clsx(
          'inline-flex items-center gap-0.5 font-medium',
          good && way !== 'level' ? (way === good ? 'text-ok-ink' : 'text-warn-ink') : 'text-ink-2',
        )}
      >
        <Arrow aria-hidden className="size-3.5" />
        {way === 'level' ? 'Same' : `${formatPercent(Math.abs(percent))} ${way === 'up' ? 'more' : 'less'}`}
      </span>
      <span className="text-ink-3">
        {way === 'level' ? 'as' : 'than'} {than}
      </span>
    </span>
  )
}
