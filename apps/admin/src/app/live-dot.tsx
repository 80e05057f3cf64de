import { clsx } from 'clsx'
import { Button } from '../ui/button.tsx'
import { formatClock, formatRelative } from '../ui/format.ts'
import { Popover } from '../ui/menu.tsx'
import { Fact, Facts } from '../ui/panel.tsx'
import { useNow } from '../ui/use-now.ts'
import { useLiveStatus } from './live.ts'

const faces = {
  live: { word: 'Live', mark: 'bg-ok-mark', what: 'Changes appear on this screen as they happen.' },
  connecting: { word: 'Connecting', mark: 'bg-warn-mark', what: 'The stream of changes is being opened.' },
  reconnecting: {
    word: 'Reconnecting',
    mark: 'bg-warn-mark',
    what: 'The stream of changes is interrupted. What is shown may be old; it is asked again as soon as the server answers.',
  },
} as const

/** Whether this screen follows what happens, and since when. */
export function LiveDot() {
  const { phase, lastEventAt, since, why } = useLiveStatus()
  const now = useNow('second')
  const face = faces[phase]
  const last = lastEventAt === null ? undefined : formatRelative(lastEventAt, Math.max(now, lastEventAt))
  return (
    <Popover
      label="Live updates"
      align="end"
      className="w-80 p-3"
      trigger={
        <Button size="small" variant="ghost" aria-label={`Live updates: ${face.word}`} data-live={phase}>
          <span aria-hidden className="relative flex size-2">
            <span className={clsx('size-2 rounded-full', face.mark, phase !== 'live' && 'animate-wait')} />
          </span>
          <span className="figures max-sm:hidden">{face.word}</span>
        </Button>
      }
    >
      <p className="mb-2 text-sm">{face.what}</p>
      <Facts>
        <Fact label={phase === 'live' ? 'Live since' : 'Since'}>
          <span className="figures">{formatClock(since)}</span>
        </Fact>
        <Fact label="Last change">
          <span className="figures">{last ?? 'none since this page was opened'}</span>
        </Fact>
        {why && <Fact label="Reason">{why}</Fact>}
      </Facts>
    </Popover>
  )
}
