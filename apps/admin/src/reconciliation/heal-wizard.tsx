import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { HealPreview } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { formatCount, formatNumber, formatPercent } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { Note } from '../ui/notice.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { periodName } from '../usage/period.ts'
import { formatAmount, formatStamp, providerWord } from './words.tsx'

type Item = HealPreview['items'][number]
/** More than the list gives out at once is not followed one by one. */
const mostFollowed = 200

const amountsOf = ({ seconds, segments }: HealPreview) =>
  [seconds > 0 && formatAmount('seconds', seconds), segments > 0 && formatAmount('segments', segments)]
    .filter((part) => part !== false)
    .join(' and ')

/** What is missing here: shown first, taken in exactly as shown, and followed until it is booked. */
export function HealWizard({
  runId,
  differenceId,
  onClose,
}: {
  runId: string
  differenceId?: string
  onClose: () => void
}) {
  const utils = rpc.useUtils()
  const asked = { id: runId, differenceId }
  // what is agreed to must not change while it is read
  const preview = rpc.reconciliation.heal.preview.useQuery(asked, {
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    gcTime: 0,
  })
  const [taken, setTaken] = useState<Item[]>()
  const heal = rpc.reconciliation.heal.run.useMutation({
    onSuccess: async () => {
      setTaken(preview.data?.items)
      await utils.reconciliation.runs.invalidate()
    },
    // somebody else was faster: the answer shows what is left
    onError: (error) => problemOf(error).code === 'CONFLICT' && preview.refetch(),
  })
  if (taken) return <Following runId={runId} taken={taken} onClose={onClose} />
  const plan = preview.data
  return (
    <ActDialog
      title="Take in what is missing here"
      description="Each becomes a webhook from the provider’s own record and goes the ordinary way: charged once, whatever else arrives of it."
      act={plan && plan.count > 0 ? `Take in ${formatNumber(plan.count)}: ${amountsOf(plan)}` : 'Take in'}
      wide
      refused={
        plan === undefined
          ? 'Wait for the preview.'
          : plan.count === 0
            ? 'Nothing of this is missing here any more.'
            : undefined
      }
      busy={heal.isPending}
      error={heal.error}
      onClose={onClose}
      onSubmit={() => plan && heal.mutate({ ...asked, hash: plan.hash })}
    >
      <Loaded query={preview} what="The preview" skeleton={<Skeleton className="h-40 rounded-md" />}>
        {(plan) => <Plan plan={plan} />}
      </Loaded>
    </ActDialog>
  )
}

function Plan({ plan }: { plan: HealPreview }) {
  if (plan.count === 0) return <Note tone="ok">Nothing of this is missing here any more.</Note>
  const closed = plan.items.filter(({ isClosed }) => isClosed).length
  const nobodys = plan.items.filter(({ customer }) => customer === null).length
  return (
    <div className="grid gap-2" aria-live="polite">
      {plan.crossings.map(({ customer, unit, level, before, after, base }) => (
        <Note key={`${customer?.id} ${unit} ${level}`} tone="warn">
          <span className="figures">
            {customer?.businessName ?? 'A customer'} passes {formatPercent(level)}: {formatAmount(unit, before)} becomes{' '}
            {formatAmount(unit, after)} of {formatAmount(unit, base)}. An alert is raised.
          </span>
        </Note>
      ))}
      {closed > 0 && (
        <Note>
          {formatCount(closed, 'item')} {closed === 1 ? 'falls' : 'fall'} into a closed period and{' '}
          {closed === 1 ? 'becomes' : 'become'} a correction on the next lines.
        </Note>
      )}
      {nobodys > 0 && (
        <Note tone="warn">
          {formatCount(nobodys, 'item')} {nobodys === 1 ? 'belongs' : 'belong'} to a number that nobody owns:{' '}
          {nobodys === 1 ? 'it waits' : 'they wait'} in Unknown numbers.
        </Note>
      )}
      {plan.isPartial && <Note>These are the first {formatNumber(plan.count)}. The rest follows the same way.</Note>}
      <div className="scroll-thin max-h-72 overflow-y-auto rounded-md border border-t-0">
        <PlainTable
          label="What is taken in"
          rows={plan.items}
          keyOf={({ id }) => id}
          columns={[
            {
              header: 'Customer',
              cell: ({ customer }) =>
                customer ? <CustomerLink customer={customer} /> : <span className="text-ink-3">Nobody’s number</span>,
            },
            {
              header: 'What',
              cell: ({ kind, provider }) => `${kind === 'call' ? 'Call' : 'Message'}, ${providerWord(provider)}`,
            },
            {
              header: 'Amount',
              align: 'right',
              cell: ({ unit, quantity }) => <span className="font-medium">{formatAmount(unit, quantity)}</span>,
            },
            { header: 'When', cell: ({ occurredAt }) => formatStamp(occurredAt) },
            {
              header: 'Period',
              cell: ({ periodStart, isClosed }) =>
                periodStart ? `${periodName(periodStart)}${isClosed ? ', closed' : ''}` : '—',
            },
          ]}
        />
      </div>
    </div>
  )
}

/** What became of each that was taken in, until nothing is under way. */
function Following({ runId, taken, onClose }: { runId: string; taken: Item[]; onClose: () => void }) {
  const ids = new Set(taken.map(({ id }) => id))
  const query = rpc.reconciliation.differences.list.useQuery(
    { runId, class: 'missing_here', limit: mostFollowed },
    {
      refetchInterval: ({ state }) => {
        const waiting = state.data?.items.some(
          ({ id, healing }) => ids.has(id) && (healing === 'queued' || healing === 'admitted'),
        )
        return waiting === false ? false : 1000
      },
    },
  )
  const rows = (query.data?.items ?? []).filter(({ id }) => ids.has(id))
  const booked = rows.filter(({ healing }) => healing === 'processed').length
  const failed = rows.filter(({ healing }) => healing === 'failed').length
  const isFollowed = rows.length === taken.length
  const isOver = isFollowed && booked + failed === taken.length
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={isOver ? 'Taken in' : 'Being taken in'}
      description={`${formatCount(taken.length, 'record')} of the providers.`}
    >
      <div className="grid gap-3" aria-live="polite">
        {isFollowed ? (
          <>
            <Meter
              label="Booked"
              marks={[]}
              text={`${booked} of ${taken.length} booked`}
              value={booked}
              limit={taken.length}
              tone={failed > 0 ? 'bad' : 'ok'}
            />
            <p className="figures text-sm">
              {formatNumber(booked)} of {formatNumber(taken.length)} booked
              {failed > 0 && `, ${formatNumber(failed)} not`}.
            </p>
          </>
        ) : (
          <p className="text-sm">They go in one after the other. The list says of each when it is booked.</p>
        )}
        {failed > 0 && <Note tone="bad">What was not booked waits among the webhooks, with the reason.</Note>}
        {isOver && failed === 0 && (
          <Note tone="ok">Everything is booked. The next run compares it with the provider again.</Note>
        )}
      </div>
      <Actions>
        <Button variant="primary" onClick={onClose}>
          {isOver ? 'Done' : 'Close'}
        </Button>
      </Actions>
    </Dialog>
  )
}
