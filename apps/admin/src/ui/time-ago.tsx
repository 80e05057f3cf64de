import { clsx } from 'clsx'
import { formatLocal, formatRelative, formatUtc } from './format.ts'
import { Tip } from './tip.tsx'
import { useNow } from './use-now.ts'

/** How long ago; the exact time, in the reader's zone and in UTC, on hover. */
export function TimeAgo({ at, className }: { at: string; className?: string }) {
  const time = Date.parse(at)
  const now = useNow(Date.now() - time < 90_000 ? 'second' : 'half-minute')
  return (
    <Tip
      label={
        <span className="figures grid gap-0.5 py-0.5">
          <span>{formatLocal(time)}</span>
          <span className="text-ink-3">{formatUtc(time)}</span>
        </span>
      }
    >
      <time dateTime={at} className={clsx('figures relative whitespace-nowrap', className)}>
        {formatRelative(time, Math.max(now, time))}
      </time>
    </Tip>
  )
}
