import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft, Ban, RotateCcw } from 'lucide-react'
import { actorName } from '../app/actor-name.ts'
import type { ReplayDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import type { ReplaySearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { ReplayConfirm } from './replay-confirm.tsx'
import { ReplayItems } from './replay-items.tsx'
import { ReplayMoney } from './replay-money.tsx'
import { ReplayProgress } from './replay-progress.tsx'
import { filterWords, formatMoney, formatMove, ReplayMark } from './replay-words.tsx'

const isMoving = (state: ReplayDetail['state']) => state === 'planning' || state === 'running'

/** One replay: its plan, its confirmation, its run and what came of it. */
export function ReplayPage() {
  const { replayId } = useParams({ from: '/shell/replays/$replayId' })
  const query = rpc.webhooks.replays.find.useQuery(
    { id: replayId },
    { refetchInterval: ({ state }) => (state.data && isMoving(state.data.state) ? 2000 : false) },
  )
  return (
    <Loaded query={query} what="This replay" skeleton={<DetailSkeleton />}>
      {(replay) => <Opened key={replay.id} replay={replay} />}
    </Loaded>
  )
}

function Opened({ replay }: { replay: ReplayDetail }) {
  const mayNot = useRefusal()
  const refusal = mayNot ?? (isFruitless(replay) ? 'None of them can be replayed.' : undefined)
  const utils = rpc.useUtils()
  const [{ act }, setFilters] = useFilters<ReplaySearch>()
  const cancel = rpc.webhooks.replays.cancel.useMutation({
    onSuccess: ({ progress }) =>
      toast.info('The replay is cancelled', {
        description:
          progress.done === 0
            ? 'Nothing was replayed.'
            : `${formatCount(progress.done, 'webhook')} had been replayed, and stay so.`,
      }),
    onError: (error) => toast.error('It was not cancelled', { description: problemOf(error).message }),
    onSettled: () => utils.webhooks.replays.invalidate(),
  })
  const confirm = () => replay.state === 'planned' && !refusal && setFilters({ act: 'confirm' })
  useShortcuts([{ keys: 'r', label: 'Confirm the plan', group: 'Page', run: confirm }])
  return (
    <div className="flex h-full min-h-0 flex-col overflow-auto bg-surface">
      <div className="flex h-9 shrink-0 items-center px-4 pt-2">
        <Link to="/replays" className="inline-flex items-center gap-1.5 text-sm text-ink-2 hover:text-ink">
          <ArrowLeft aria-hidden className="size-4" />
          All replays
        </Link>
      </div>
      <PageHeader
        title={`Replay of ${formatCount(replay.count, 'webhook')}`}
        actions={
          <>
            {(isMoving(replay.state) || replay.state === 'planned') && (
              <Button refused={mayNot} busy={cancel.isPending} onClick={() => cancel.mutate({ id: replay.id })}>
                <Ban aria-hidden className="size-3.5" />
                {replay.state === 'planned' ? 'Discard the plan' : 'Cancel'}
              </Button>
            )}
            {replay.state === 'planned' && (
              <Button variant="primary" refused={refusal} onClick={confirm}>
                <RotateCcw aria-hidden className="size-3.5" />
                Replay {formatCount(replay.count, 'webhook')}…
              </Button>
            )}
          </>
        }
      >
        <span className="figures flex flex-wrap items-center gap-x-3 gap-y-1">
          <ReplayMark state={replay.state} />
          <span>{filterWords(replay)}</span>
          <span>
            by {actorName(replay.by).name}, <TimeAgo at={replay.createdAt} />
          </span>
        </span>
      </PageHeader>
      <div className="grid gap-4 p-4 pt-0">
        <ReplayProgress replay={replay} />
        <Outcome replay={replay} />
        <Figures replay={replay} />
        <ReplayMoney replay={replay} />
        <ReplayItems replay={replay} />
      </div>
      {act === 'confirm' && replay.state === 'planned' && !refusal && (
        <ReplayConfirm replay={replay} onClose={() => setFilters({ act: undefined })} />
      )}
    </div>
  )
}

const wasGivenUp = ({ state, startedAt, planned, count }: ReplayDetail) =>
  state === 'cancelled' && startedAt === null && planned < count

/** A plan whose run would bring nothing but failures. */
const isFruitless = ({ state, count, effects }: ReplayDetail) => state === 'planned' && effects.refused === count

function Outcome({ replay }: { replay: ReplayDetail }) {
  const { state, progress, effects, stopAbovePercent } = replay
  const replayed = progress.done - progress.skipped - progress.failed
  const booked = [
    formatMove('seconds', effects.bookedSeconds),
    ...(effects.bookedSegments === 0 ? [] : [formatMove('segments', effects.bookedSegments)]),
  ].join(' and ')
  if (wasGivenUp(replay))
    return (
      <Note tone="warn" live>
        {formatNumber(replay.planned)} of {formatCount(replay.count, 'webhook')} had been tried when it was cancelled.
        What the others would change is not known, and nothing was replayed.
      </Note>
    )
  if (isFruitless(replay))
    return (
      <Note tone="bad" live>
        {replay.count === 1
          ? 'The webhook cannot be replayed.'
          : `None of the ${formatCount(replay.count, 'webhook')} can be replayed.`}{' '}
        Look below why, mend the cause and plan it again.
      </Note>
    )
  if (state === 'stopped')
    return (
      <Note tone="bad" live>
        It stopped by itself: {formatNumber(progress.failed)} of {formatNumber(progress.done)} failed, more than{' '}
        {stopAbovePercent} %. Look at what failed below, mend the cause and plan the rest again.
      </Note>
    )
  if (state === 'done' || (state === 'cancelled' && progress.done > 0))
    return (
      <Note tone={progress.failed > 0 ? 'warn' : 'ok'} live>
        {formatCount(replayed, 'webhook')} replayed. Usage booked: {booked.toLowerCase()}.
        {progress.skipped > 0 && ` ${formatNumber(progress.skipped)} skipped, because they had changed since the plan.`}
        {progress.failed > 0 && ` ${formatNumber(progress.failed)} failed.`}
      </Note>
    )
  return null
}

const words = {
  processed: 'processed',
  dead: 'dead',
  failed: 'failed',
  received: 'received',
  quarantined: 'quarantined',
}

function Figures({ replay }: { replay: ReplayDetail }) {
  const { counts, count, planned, effects } = replay
  const tried = planned < count ? `Of ${formatNumber(planned)} tried` : undefined
  const states = Object.entries(counts.states).map(
    ([state, rows]) => `${formatNumber(rows)} ${words[state as keyof typeof words]}`,
  )
  const figures = [
    { label: 'Webhooks', value: formatNumber(count), below: states.join(', ') },
    {
      label: 'Would change',
      value: formatNumber(effects.changed),
      below: [
        tried,
        effects.refused > 0
          ? `${formatNumber(effects.refused)} cannot be replayed`
          : tried === undefined && 'All can be replayed',
      ]
        .filter(Boolean)
        .join(', '),
    },
    {
      label: 'Minutes',
      value: formatMove('seconds', effects.seconds),
      below: effects.segments === 0 ? (tried ?? 'No SMS moves') : formatMove('segments', effects.segments),
    },
    { label: 'Money', value: formatMoney(effects.cents), below: 'At the terms of each period' },
    {
      label: 'Customers charged',
      value: formatNumber(effects.customers),
      below: 'Whose usage moves',
    },
    {
      label: 'Closed periods',
      value: formatNumber(effects.closedPeriods),
      below: effects.closedPeriods === 0 ? (tried ?? 'No correction line') : 'Each gets a correction line',
    },
  ]
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 2xl:grid-cols-6" aria-label="What the plan comes to">
      {figures.map(({ label, value, below }) => (
        <div key={label} className="min-w-0 rounded-lg border bg-surface px-4 py-3">
          <dt className="text-sm text-ink-2">{label}</dt>
          <dd>
            <span className="figures block text-xl font-semibold">{value}</span>
            <span className="figures block text-xs text-ink-2">{below}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}
