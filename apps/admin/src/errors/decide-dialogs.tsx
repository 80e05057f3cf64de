import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Choices, Field, Input, Select } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { type IgnoreBounds, useDecide } from './decide.ts'

type Asking = { id: string; open: boolean; onOpenChange: (open: boolean) => void }

/** Mended: with a note for whoever meets it again. */
export function ResolveErrorDialog({ id, open, onOpenChange }: Asking) {
  const { resolve, busy } = useDecide()
  const [notes, setNotes] = useState('')
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Resolve this error"
      description="It leaves the list. Should it happen again it is open again by itself, and an alert says so."
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void resolve([id], notes.trim() || undefined).then((done) => done && onOpenChange(false))
        }}
      >
        <Field label="What mended it" optional hint="Read by whoever meets it again.">
          {(described) => (
            <Input
              {...described}
              value={notes}
              maxLength={1000}
              onChange={(event) => setNotes(event.target.value)}
              placeholder="Released in the evening"
            />
          )}
        </Field>
        <Actions>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" variant="primary" busy={busy}>
            Resolve the error
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

const days = [1, 7, 30] as const
type Kind = 'until' | 'occurrences' | 'customers'

/** Left alone until the first thing happens that would make it news. */
export function IgnoreErrorDialog({ id, open, onOpenChange }: Asking) {
  const { ignore, busy } = useDecide()
  const [kind, setKind] = useState<Kind>('until')
  const [forDays, setForDays] = useState(7)
  const [more, setMore] = useState('100')
  const count = Number(more)
  const isCount = Number.isInteger(count) && count >= 1 && count <= 1_000_000
  const act: Record<Kind, string> = {
    until: `Ignore for ${formatCount(forDays, 'day')}`,
    occurrences: isCount ? `Ignore ${formatCount(count, 'more occurrence')}` : 'Ignore the error',
    customers: isCount ? `Ignore until ${formatCount(count, 'more customer')}` : 'Ignore the error',
  }
  const bounds = (): IgnoreBounds =>
    kind === 'until' ? { until: new Date(Date.now() + forDays * 86_400_000).toISOString() } : { [kind]: count }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Ignore this error"
      description="It goes on being counted and raises no alert until then."
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          void ignore(id, bounds()).then((done) => done && onOpenChange(false))
        }}
      >
        <Choices<Kind>
          label="Until when"
          name="bound"
          value={kind}
          onChange={setKind}
          choices={[
            { value: 'until', label: 'For some days', hint: 'It is open again when it happens after them.' },
            { value: 'occurrences', label: 'Until it has happened more often', hint: 'Counted from now.' },
            { value: 'customers', label: 'Until it has hit more customers', hint: 'Counted from now.' },
          ]}
        />
        {kind === 'until' ? (
          <Field label="For">
            {(described) => (
              <Select {...described} value={forDays} onChange={(event) => setForDays(Number(event.target.value))}>
                {days.map((each) => (
                  <option key={each} value={each}>
                    {formatCount(each, 'day')}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        ) : (
          <Field
            label={kind === 'occurrences' ? 'More occurrences' : 'More customers'}
            error={isCount ? undefined : 'A whole number between 1 and 1,000,000'}
          >
            {(described) => (
              <Input
                {...described}
                inputMode="numeric"
                value={more}
                onChange={(event) => setMore(event.target.value.trim())}
              />
            )}
          </Field>
        )}
        <Actions>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            busy={busy}
            refused={kind === 'until' || isCount ? undefined : 'Say how many first.'}
          >
            {act[kind]}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
