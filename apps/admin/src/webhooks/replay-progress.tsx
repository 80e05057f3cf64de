import type { ReplayDetail } from '../app/contract.ts'
import { formatCount, formatDuration, formatNumber } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'

/** How far a plan or its run is, how fast, and how long it may still take. It survives a reload: all of it is the server's. */
export function ReplayProgress({ replay }: { replay: ReplayDetail }) {
  const now = useNow('second')
  const { state, count, planned, progress, createdAt, startedAt } = replay
  if (state === 'planned' || (state === 'cancelled' && startedAt === null)) return null
  const isPlan = state === 'planning'
  const done = isPlan ? planned : progress.done
  const since = Date.parse((isPlan ? createdAt : startedAt) ?? createdAt)
  const until = replay.finishedAt === null ? now : Date.parse(replay.finishedAt)
  const seconds = Math.max(1, (until - since) / 1000)
  const rate = done / seconds
  const isOver = replay.finishedAt !== null
  const left = rate > 0 ? (count - done) / rate : undefined
  const text = `${formatNumber(done)} of ${formatNumber(count)} ${isPlan ? 'tried' : 'done'}`
  return (
    <div className="grid gap-1.5">
      <div
        role="progressbar"
        aria-label={isPlan ? 'Plan' : 'Run'}
        aria-valuemin={0}
        aria-valuemax={count}
        aria-valuenow={done}
        aria-valuetext={text}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className={`h-full ${progress.failed > 0 ? 'bg-warn-mark' : 'bg-accent'}`}
          style={{ width: `${(done / Math.max(1, count)) * 100}%` }}
        />
      </div>
      <p className="figures text-sm text-ink-2">
        {text}
        {progress.skipped > 0 && `, ${formatNumber(progress.skipped)} skipped`}
        {progress.failed > 0 && `, ${formatNumber(progress.failed)} failed`}
        {isOver
          ? ` in ${formatDuration(seconds)}`
          : `, ${formatCount(Math.round(rate), 'webhook')} a second${left === undefined ? '' : `, about ${formatDuration(left)} left`}`}
        .
      </p>
    </div>
  )
}
