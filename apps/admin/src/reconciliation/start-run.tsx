import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import { rpc } from '../app/rpc.ts'
import { Choices } from '../ui/field.tsx'
import { toast } from '../ui/toast.tsx'

const hour = 3_600_000
const windows = {
  '2': { label: 'The last two days', hint: 'What the nightly run compares.' },
  '7': { label: 'The last week', hint: 'After an outage that lasted longer.' },
  '30': { label: 'The last 30 days', hint: 'Every call and message of a month: it takes a while.' },
}
type Days = keyof typeof windows

/** Begins a run by hand. One that is under way is opened instead. */
export function StartRun({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const utils = rpc.useUtils()
  const [days, setDays] = useState<Days>('2')
  const trigger = rpc.reconciliation.runs.trigger.useMutation({
    onSuccess: async (run) => {
      if (run.started) toast.success('The run has begun')
      else toast.info('A run is under way', { description: 'No second one was begun. This is the present one.' })
      await utils.reconciliation.invalidate()
      void navigate({ to: '/reconciliation/$runId', params: { runId: run.id } })
    },
  })
  return (
    <ActDialog
      title="Reconcile now"
      description="What is booked is compared with itself and with what the providers list. Nothing is changed by it. What ended in the last six hours is left out: it may not have been told of yet."
      act="Reconcile"
      busy={trigger.isPending}
      error={trigger.error}
      onClose={onClose}
      onSubmit={() =>
        trigger.mutate(
          days === '2' ? {} : { from: new Date(Date.now() - (Number(days) * 24 + 6) * hour).toISOString() },
        )
      }
    >
      <Choices
        label="What began in"
        name="window"
        value={days}
        onChange={setDays}
        choices={(['2', '7', '30'] as const).map((value) => ({ value, ...windows[value] }))}
      />
    </ActDialog>
  )
}
