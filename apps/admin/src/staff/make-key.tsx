import { fitsOneCustomer, keyRule, type Scope, scopeNames } from '@trunkline/core/sessions/scope'
import { useState } from 'react'
import { problemOf, rpc } from '../app/rpc.ts'
import { CustomerPicker } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Choices, Field, Input, Select } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { scopeWords } from './words.tsx'

const lives = [30, keyRule.usualDays, 180, keyRule.longestDays]

export function MakeKey({ onMade, onClose }: { onMade: (made: { key: string }) => void; onClose: () => void }) {
  const [name, setName] = useState('')
  const [reach, setReach] = useState<'one' | 'all'>('one')
  const [customer, setCustomer] = useState<{ id: string; businessName: string }>()
  const [chosen, setChosen] = useState<ReadonlySet<Scope>>(new Set())
  const [days, setDays] = useState<number>(keyRule.usualDays)
  const make = rpc.apiKeys.create.useMutation({
    onSuccess: (made) => {
      onClose()
      onMade(made)
    },
  })
  const problem = make.error ? problemOf(make.error) : undefined
  const offered = scopeNames.filter((scope) => reach === 'all' || fitsOneCustomer(scope))
  const scopes = offered.filter((scope) => chosen.has(scope))
  const missing =
    scopes.length === 0 ? 'Choose a scope.' : reach === 'one' && !customer ? 'Choose the customer.' : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Make an API key"
      description="It is shown once, when it is made."
    >
      <form
        noValidate
        aria-label="Make an API key"
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          make.mutate({ name, scopes, days, ...(reach === 'one' && customer ? { customerId: customer.id } : {}) })
        }}
      >
        {problem && !problem.fields.name && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Name" hint="What uses it." error={problem?.fields.name}>
          {(described) => (
            <Input
              {...described}
              value={name}
              autoFocus
              autoComplete="off"
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Choices<'one' | 'all'>
          label="Reach"
          name="reach"
          value={reach}
          onChange={setReach}
          choices={[
            { value: 'one', label: 'One customer', hint: 'The database shows it no other.' },
            { value: 'all', label: 'All customers', hint: 'For services of ours.' },
          ]}
        />
        {reach === 'one' && (
          <div className="grid gap-1.5">
            <CustomerPicker chosen={customer?.id} onChoose={setCustomer} />
            {customer && (
              <p className="text-sm text-ink-2">
                Reaches <span className="font-medium text-ink">{customer.businessName}</span>.
              </p>
            )}
          </div>
        )}
        <fieldset className="grid gap-1">
          <legend className="mb-1 text-sm font-medium">Scopes</legend>
          {offered.map((scope) => (
            <label key={scope} className="flex min-h-6 cursor-pointer items-center gap-2 text-sm">
              <input
                type="checkbox"
                checked={chosen.has(scope)}
                onChange={(event) =>
                  setChosen((now) =>
                    event.target.checked ? new Set([...now, scope]) : new Set([...now].filter((one) => one !== scope)),
                  )
                }
                className="size-3.5 accent-accent"
              />
              {scopeWords[scope]}
              <code className="font-mono text-xs text-ink-2">{scope}</code>
            </label>
          ))}
        </fieldset>
        <Field label="Good for">
          {(described) => (
            <Select {...described} value={days} onChange={(event) => setDays(Number(event.target.value))}>
              {lives.map((life) => (
                <option key={life} value={life}>
                  {life} days
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={make.isPending} refused={missing}>
            Make the key
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
