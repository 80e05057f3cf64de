import { useMemo, useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import { newRequestKey } from '../app/request-key.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { Field, Input, Select } from '../ui/field.tsx'
import { formatNumber } from '../ui/format.ts'
import { InstantField, instantOf } from '../ui/instant-field.tsx'
import { toast } from '../ui/toast.tsx'
import { formatUsage, type MeterKind } from './usage-meter.tsx'
import { meterChoices, meterKeys } from './words.ts'

export type Steered = { customer: { id: string; businessName: string }; onClose: () => void }

const whole = (text: string): number | undefined =>
  /^[-−+]?\d{1,9}$/.test(text.trim()) ? Number(text.replace('−', '-')) : undefined

function MeterField({ value, onChange }: { value: MeterKind; onChange: (kind: MeterKind) => void }) {
  return (
    <Field label="Meter">
      {(described) => (
        <Select {...described} value={value} onChange={(event) => onChange(event.target.value as MeterKind)}>
          {meterChoices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </Select>
      )}
    </Field>
  )
}

/** Minutes or texts beyond the tier, for nothing. */
export function GrantCredit({ customer, onClose }: Steered) {
  const utils = rpc.useUtils()
  const requestKey = useMemo(newRequestKey, [])
  const [kind, setKind] = useState<MeterKind>('calls')
  const [amount, setAmount] = useState('')
  const [priority, setPriority] = useState('30')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const units = whole(amount)
  const rank = whole(priority)
  const quantity = units === undefined ? 0 : kind === 'calls' ? units * 60 : units
  const noun = kind === 'calls' ? `${formatNumber(units ?? 0)} min` : `${formatNumber(units ?? 0)} SMS`
  const grant = rpc.usage.credits.grant.useMutation({
    onSuccess: async () => {
      onClose()
      toast.success(`${customer.businessName} has ${noun} more`)
      await utils.usage.invalidate()
    },
  })
  const fields = grant.error ? problemOf(grant.error).fields : {}
  return (
    <ActDialog
      title="Grant credit"
      description={`What ${customer.businessName} may use beyond its tier, for nothing.`}
      act={units ? `Grant ${noun}` : 'Grant credit'}
      refused={
        quantity <= 0
          ? 'Say how much.'
          : rank === undefined || rank < 0 || rank > 1000
            ? 'The priority is 0 to 1000.'
            : undefined
      }
      busy={grant.isPending}
      error={grant.error}
      shownFields={['quantity', 'priority', 'expiresAt']}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() =>
        grant.mutate({
          customerId: customer.id,
          meter: meterKeys[kind],
          quantity,
          priority: rank,
          expiresAt: instantOf(until),
          reason,
          requestKey,
        })
      }
    >
      <div className="grid gap-3.5 sm:grid-cols-2">
        <MeterField value={kind} onChange={setKind} />
        <Field label={kind === 'calls' ? 'Minutes' : 'Messages'} error={fields.quantity}>
          {(described) => (
            <Input
              {...described}
              inputMode="numeric"
              autoFocus
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          )}
        </Field>
        <Field label="Priority" hint="The lowest is spent first." error={fields.priority}>
          {(described) => (
            <Input
              {...described}
              inputMode="numeric"
              value={priority}
              onChange={(event) => setPriority(event.target.value)}
            />
          )}
        </Field>
        <InstantField
          label="Expires"
          hint="Without it, it stays."
          error={fields.expiresAt}
          value={until}
          onChange={setUntil}
        />
      </div>
    </ActDialog>
  )
}

/** A difference in the ledger that no call and no message explains. */
export function AdjustUsage({ customer, onClose }: Steered) {
  const utils = rpc.useUtils()
  const requestKey = useMemo(newRequestKey, [])
  const [kind, setKind] = useState<MeterKind>('calls')
  const [amount, setAmount] = useState('')
  const [reason, setReason] = useState('')
  const quantity = whole(amount)
  const adjust = rpc.usage.adjust.useMutation({
    onSuccess: async () => {
      onClose()
      toast.success('The ledger has one more entry')
      await Promise.all([utils.usage.invalidate(), utils.customers.invalidate()])
    },
  })
  const fields = adjust.error ? problemOf(adjust.error).fields : {}
  return (
    <ActDialog
      title="Adjust the ledger"
      description={`Adds an entry to what ${customer.businessName} has used. It is never changed; another adjustment can take it back.`}
      act={quantity ? `Book ${quantity > 0 ? '+' : ''}${formatUsage(kind, quantity)}` : 'Book the difference'}
      refused={quantity === undefined || quantity === 0 ? 'Say the difference, more or less.' : undefined}
      busy={adjust.isPending}
      error={adjust.error}
      shownFields={['quantity']}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() =>
        adjust.mutate({ customerId: customer.id, meter: meterKeys[kind], quantity: quantity ?? 0, reason, requestKey })
      }
    >
      <div className="grid gap-3.5 sm:grid-cols-2">
        <MeterField value={kind} onChange={setKind} />
        <Field
          label={kind === 'calls' ? 'Seconds more or less' : 'Messages more or less'}
          hint="−120 takes 120 off what is used."
          error={fields.quantity}
        >
          {(described) => (
            <Input
              {...described}
              autoFocus
              placeholder="−120"
              value={amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          )}
        </Field>
      </div>
    </ActDialog>
  )
}
