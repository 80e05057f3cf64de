import { PhoneIncoming } from 'lucide-react'
import type { Gaps } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { providerNames } from './words.tsx'

type Backfill = Gaps['backfill']
type Run = Backfill['runs'][number]
type Answers = Gaps['missing'][number]['answers']

/** What providers were asked for that never came, and what they said; an operator asks at once. */
export function BackfillRuns({ backfill }: { backfill: Backfill }) {
  const refusal = useRefusal()
  const utils = rpc.useUtils()
  const ask = rpc.webhooks.gaps.backfill.useMutation({
    onSuccess: ({ started }) => toast.info(started ? 'The providers are asked now' : 'They are being asked already'),
    onError: (error) => toast.error('Nobody was asked', { description: problemOf(error).message }),
    onSettled: () => utils.webhooks.gaps.list.invalidate(),
  })
  const { isOn, providers, runs } = backfill
  const blocked =
    refusal ?? (isOn ? undefined : 'Back-fill is switched off: WEBHOOK_BACKFILL is «off».') ?? whoIsAsked(providers)
  return (
    <Panel
      title="Asked for from the providers"
      flush
      actions={
        <Button refused={blocked} busy={ask.isPending} onClick={() => ask.mutate({})}>
          <PhoneIncoming aria-hidden className="size-3.5" />
          Ask now
        </Button>
      }
    >
      <p className="px-4 pb-3 text-sm text-ink-2">
        {!isOn
          ? 'Back-fill is switched off. What never comes is found by a reconciliation.'
          : (whoIsAsked(providers) ??
            `Every ten minutes ${providers.map((provider) => providerNames[provider]).join(', ')} are asked for what is missing. What they answer is taken in as if it had come, and charged once.`)}
      </p>
      {runs.length > 0 && (
        <PlainTable
          label="Rounds of asking"
          stacks
          rows={runs}
          keyOf={({ id }) => id}
          columns={[
            { header: 'Begun', cell: ({ startedAt }) => <TimeAgo at={startedAt} /> },
            { header: 'Asked for', align: 'right', cell: ({ asked }) => formatNumber(asked) },
            { header: 'Filled', align: 'right', cell: ({ filled, admitted }) => formatNumber(filled + admitted) },
            { header: 'Outcome', card: 'line', cell: (run) => outcomeOf(run) },
          ]}
        />
      )}
    </Panel>
  )
}

const whoIsAsked = (providers: Backfill['providers']) =>
  providers.length === 0 ? 'No provider can be asked: none has a key of its API.' : undefined

function outcomeOf({ state, error, admitted, unchanged, unknown, unanswered }: Run): string {
  if (state === 'running') return 'Under way'
  const parts = [
    error,
    admitted > 0 && `${formatNumber(admitted)} from the list of a silent source`,
    unchanged > 0 && `${formatNumber(unchanged)} of which they know no more`,
    unknown > 0 && `${formatNumber(unknown)} that they do not know`,
    unanswered > 0 && `${formatCount(unanswered, 'question')} without an answer`,
  ].filter((part) => part !== false && part !== null)
  return parts.length === 0 ? 'Done' : parts.join(' · ')
}

/** What of the gaps of one kind has been asked for, in a few words. */
export function answersOf({ filled, unchanged, unknown, unanswered }: Answers): string {
  const parts = [
    filled > 0 && `${formatNumber(filled)} filled`,
    unchanged > 0 && `${formatNumber(unchanged)} no news`,
    unknown > 0 && `${formatNumber(unknown)} not known there`,
    unanswered > 0 && `${formatNumber(unanswered)} no answer`,
  ].filter((part) => part !== false)
  return parts.length === 0 ? 'Not asked yet' : parts.join(' · ')
}
