import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { Field, Select } from '../ui/field.tsx'
import { InstantField, instantOf } from '../ui/instant-field.tsx'
import { Note } from '../ui/notice.tsx'
import { toast } from '../ui/toast.tsx'
import type { Steered } from './steer.tsx'
import { causes, causeWords } from './words.ts'

/** A customer stands still, for one cause, until somebody or the clock lifts it. */
export function PauseCustomer({ customer, onClose }: Steered) {
  const utils = rpc.useUtils()
  const [cause, setCause] = useState<(typeof causes)[number]>('force')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const pause = rpc.usage.pause.useMutation({
    onSuccess: async ({ changed }) => {
      onClose()
      if (changed) toast.success(`${customer.businessName} is paused`)
      else toast.error('It was paused for this cause already')
      await Promise.all([utils.usage.invalidate(), utils.customers.invalidate()])
    },
  })
  const fields = pause.error ? problemOf(pause.error).fields : {}
  return (
    <ActDialog
      title={`Pause ${customer.businessName}`}
      description="No call and no message is admitted until the cause is lifted. What is under way goes on to its end."
      act={`Pause ${customer.businessName}`}
      danger
      busy={pause.isPending}
      error={pause.error}
      shownFields={['expiresAt']}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => pause.mutate({ customerId: customer.id, cause, reason, expiresAt: instantOf(until) })}
    >
      <div className="grid gap-3.5 sm:grid-cols-2">
        <Field label="Cause" hint="Each cause is lifted by itself.">
          {(described) => (
            <Select {...described} value={cause} onChange={(event) => setCause(event.target.value as typeof cause)}>
              {causes.map((value) => (
                <option key={value} value={value}>
                  {causeWords[value]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <InstantField
          label="Until"
          hint="Without it, until it is lifted."
          error={fields.expiresAt}
          value={until}
          onChange={setUntil}
        />
      </div>
    </ActDialog>
  )
}

/** Lifts one cause and no other. */
export function ResumeCustomer({ customer, onClose }: Steered) {
  const utils = rpc.useUtils()
  const status = rpc.usage.status.useQuery({ customerId: customer.id }).data
  const standing = status?.pauses ?? []
  const [chosen, setChosen] = useState<(typeof causes)[number]>()
  const cause = chosen ?? standing[0]?.cause
  const [reason, setReason] = useState('')
  const others = standing.filter((pause) => pause.cause !== cause)
  const resume = rpc.usage.resume.useMutation({
    onSuccess: async ({ isPaused }) => {
      onClose()
      toast.success(isPaused ? 'Lifted; another cause still stands' : `${customer.businessName} goes on`)
      await Promise.all([utils.usage.invalidate(), utils.customers.invalidate()])
    },
  })
  return (
    <ActDialog
      title={`Resume ${customer.businessName}`}
      act={cause ? `Lift the pause: ${causeWords[cause].toLowerCase()}` : 'Resume'}
      refused={cause ? undefined : 'It is not paused.'}
      busy={resume.isPending}
      error={resume.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => cause && resume.mutate({ customerId: customer.id, cause, reason })}
    >
      {standing.length > 1 && (
        <Field label="Cause">
          {(described) => (
            <Select {...described} value={cause} onChange={(event) => setChosen(event.target.value as typeof cause)}>
              {standing.map((pause) => (
                <option key={pause.cause} value={pause.cause}>
                  {causeWords[pause.cause]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {others.length > 0 && (
        <Note tone="warn">
          It stays paused for: {others.map((pause) => causeWords[pause.cause].toLowerCase()).join(', ')}.
        </Note>
      )}
    </ActDialog>
  )
}
