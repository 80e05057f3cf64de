import { clsx } from 'clsx'
import { formatPercent } from './format.ts'
import type { Tone } from './pill.tsx'

const fill: Record<Tone, string> = {
  neutral: 'bg-control',
  ok: 'bg-accent',
  info: 'bg-info-mark',
  warn: 'bg-warn-mark',
  bad: 'bg-bad-mark',
  critical: 'bg-bad-solid',
  accent: 'bg-accent',
}

/** How much of a limit is used and held, with marks where something happens. Beyond the limit the scale grows to hold the bar. */
export function Meter({
  label,
  text,
  value,
  held = 0,
  limit,
  marks = [80, 100],
  tone = 'accent',
  size = 'small',
}: {
  label: string
  /** What a screen reader says for the value. */
  text?: string
  value: number
  held?: number
  limit: number
  marks?: number[]
  tone?: Tone
  size?: 'small' | 'large'
}) {
  const scale = Math.max(limit * 1.02, value + held, 1)
  const share = (amount: number) => `${Math.min(100, (amount / scale) * 100)}%`
  return (
    <div className={clsx('w-full', size === 'large' && marks.length > 0 && 'pb-5')}>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.round(Math.max(limit, value))}
        aria-valuenow={Math.round(value)}
        aria-valuetext={text ?? `${formatPercent(limit > 0 ? (value / limit) * 100 : 0)} used`}
        className={clsx('relative rounded-full bg-sunken', size === 'large' ? 'h-2.5' : 'h-1.5')}
      >
        <div className="absolute inset-0 flex overflow-hidden rounded-full">
          <div className={clsx('h-full', fill[tone], value > 0 && 'min-w-0.5')} style={{ width: share(value) }} />
          {held > 0 && <div className="hatched h-full text-control" style={{ width: share(held) }} />}
        </div>
        {limit > 0 &&
          marks.map((mark) => (
            <div
              key={mark}
              aria-hidden
              className="absolute -inset-y-[3px]"
              style={{ left: share((limit * mark) / 100) }}
            >
              <div className={clsx('h-full w-px', mark >= 100 ? 'bg-ink-2' : 'bg-control')} />
              {size === 'large' && (
                <span
                  className={clsx(
                    'figures absolute top-full mt-1 text-2xs whitespace-nowrap text-ink-3',
                    mark < 100 ? '-translate-x-full pr-1' : scale > limit * 1.2 ? 'left-0 pl-1' : 'right-0',
                  )}
                >
                  {formatPercent(mark)}
                </span>
              )}
            </div>
          ))}
      </div>
    </div>
  )
}
