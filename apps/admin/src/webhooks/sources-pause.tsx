import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { SourceRow } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { CustomerPicker } from '../customers/customer-picker.tsx'
import { formatCount } from '../ui/format.ts'
import { InstantField, instantOf } from '../ui/instant-field.tsx'
import { toast } from '../ui/toast.tsx'
import { sourceName } from './sources-words.tsx'

type Customer = { id: string; businessName: string }
const targetOf = (source: SourceRow | undefined, customer: Customer | undefined) =>
  source ? { provider: source.provider, door: source.door ?? undefined } : { customerId: customer?.id }

/** Keeps what comes of a source, or of a customer who is chosen here, and processes none of it. */
export function PauseSource({ source, onClose }: { source?: SourceRow; onClose: () => void }) {
  const utils = rpc.useUtils()
  const [customer, setCustomer] = useState<Customer>()
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const name = source ? sourceName(source) : (customer?.businessName ?? 'a customer')
  const pause = rpc.webhooks.sources.pause.useMutation({
    onSuccess: async ({ changed }) => {
      onClose()
      if (changed) toast.success(`${name} is paused`)
      else toast.error('It was paused already')
      await utils.webhooks.invalidate()
    },
  })
  const fields = pause.error ? problemOf(pause.error).fields : {}
  return (
    <ActDialog
      title={`Pause ${name}`}
      description="Webhooks are taken and kept, and not processed: nothing is counted and nobody is alerted until it is resumed. Who texts STOP is left alone all the same."
      act={`Pause ${name}`}
      danger
      refused={source || customer ? undefined : 'Choose a customer.'}
      busy={pause.isPending}
      error={pause.error}
      shownFields={['expiresAt']}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => pause.mutate({ ...targetOf(source, customer), reason, expiresAt: instantOf(until) })}
    >
      {!source && <CustomerPicker autoFocus chosen={customer?.id} onChoose={setCustomer} />}
      <InstantField
        label="Until"
        hint="Without it, until it is resumed."
        error={fields.expiresAt}
        value={until}
        onChange={setUntil}
      />
    </ActDialog>
  )
}

/** Gives what was kept back to the worker, oldest first. */
export function ResumeSource({
  source,
  customer,
  onClose,
}: {
  source: SourceRow | undefined
  customer: Customer | undefined
  onClose: () => void
}) {
  const utils = rpc.useUtils()
  const [reason, setReason] = useState('')
  const name = source ? sourceName(source) : (customer?.businessName ?? '')
  const resume = rpc.webhooks.sources.resume.useMutation({
    onSuccess: async ({ changed }) => {
      onClose()
      if (changed) toast.success(`${name} goes on`)
      else toast.error('It was resumed already')
      await utils.webhooks.invalidate()
    },
  })
  return (
    <ActDialog
      title={`Resume ${name}`}
      description={
        source && source.paused > 0
          ? `${formatCount(source.paused, 'webhook')} kept are processed now, oldest first.`
          : 'What was kept is processed now, oldest first.'
      }
      act={`Resume ${name}`}
      busy={resume.isPending}
      error={resume.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => resume.mutate({ ...targetOf(source, customer), reason })}
    />
  )
}
