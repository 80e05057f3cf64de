import { Construction } from 'lucide-react'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatLocal } from '../ui/format.ts'
import { InstantField, instantOf } from '../ui/instant-field.tsx'
import { Note } from '../ui/notice.tsx'
import { toast } from '../ui/toast.tsx'

/** The switch by which every caller hears that the line is being worked on. */
export function MaintenanceSwitch() {
  const [isAsked, setAsked] = useState(false)
  const refusal = useRefusal()
  const { data } = rpc.answering.get.useQuery({})
  if (data === undefined) return null
  return (
    <>
      <Button refused={refusal} onClick={() => setAsked(true)}>
        <Construction aria-hidden className="size-3.5" />
        {data.isInMaintenance ? 'Answer calls again…' : 'Maintenance…'}
      </Button>
      {isAsked && !refusal && <SwitchDialog isOn={data.isInMaintenance} onClose={() => setAsked(false)} />}
    </>
  )
}

/** Says that nobody is answered, since otherwise the list only stays still. */
export function MaintenanceNote() {
  const { data } = rpc.answering.get.useQuery({})
  if (!data?.isInMaintenance) return null
  return (
    <Note tone="warn" live className="mx-3 mb-2">
      Every caller hears that the line is being worked on: {data.reason}.{' '}
      {data.until
        ? `Calls are answered again from ${formatLocal(Date.parse(data.until))}.`
        : 'It lasts until somebody ends it.'}
    </Note>
  )
}

function SwitchDialog({ isOn, onClose }: { isOn: boolean; onClose: () => void }) {
  const utils = rpc.useUtils()
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const set = rpc.answering.set.useMutation({
    onSuccess: async ({ isInMaintenance }) => {
      onClose()
      toast.success(isInMaintenance ? 'Callers hear that the line is being worked on' : 'Calls are answered')
      await utils.answering.invalidate()
    },
  })
  const fields = set.error ? problemOf(set.error).fields : {}
  return (
    <ActDialog
      title={isOn ? 'Answer calls again' : 'Answer no calls'}
      description={
        isOn
          ? 'From the next call on, callers reach their agent or line.'
          : 'From the next call on, every caller of every customer hears that the line is being worked on. Calls under way go on.'
      }
      act={isOn ? 'Answer calls again' : 'Answer no calls'}
      danger={!isOn}
      busy={set.isPending}
      error={set.error}
      shownFields={['until']}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => set.mutate({ isInMaintenance: !isOn, reason, ...(!isOn && { until: instantOf(until) }) })}
    >
      {!isOn && (
        <InstantField
          label="Until"
          hint="Without it, until somebody ends it."
          error={fields.until}
          value={until}
          onChange={setUntil}
        />
      )}
    </ActDialog>
  )
}
