import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { problemOf } from './rpc.ts'

/** How long a reason must be here, as the server asks it: what is missing, and what is said beforehand. */
const reasons = {
  1: { missing: 'Say why.', hint: 'Stands in the audit log.' },
  3: { missing: 'Say why, in three letters or more.', hint: 'Three letters or more. Stands in the audit log.' },
  5: { missing: 'Say why, in five letters or more.', hint: 'Five letters or more. Stands in the audit log.' },
} as const

/** Something that moves money or access: what it is, its figures, why, and a button that says the act. */
export function ActDialog({
  title,
  description,
  act,
  danger = false,
  wide = false,
  refused,
  busy,
  error,
  shownFields = [],
  reason,
  letters = 3,
  onReason,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  description?: ReactNode
  act: string
  danger?: boolean
  wide?: boolean
  /** Why it cannot be sent as it stands. */
  refused?: string
  busy: boolean
  error: unknown
  /** Fields whose refusals are told at the field. */
  shownFields?: string[]
  /** Absent where no reason is asked. */
  reason?: string
  letters?: keyof typeof reasons
  onReason?: (reason: string) => void
  onSubmit: () => void
  onClose: () => void
  /** Another act among them that needs the reason goes through `withReason`. */
  children?: ReactNode | ((withReason: (act: () => void) => void) => ReactNode)
}) {
  const problem = error ? problemOf(error) : undefined
  const isAtField = ['reason', ...shownFields].some((name) => problem?.fields[name])
  const silent = reason !== undefined && reason.trim().length < letters ? reasons[letters].missing : undefined
  const [asked, setAsked] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const withReason = (act: () => void) => {
    if (busy) return
    if (!silent) return act()
    setAsked(true)
    field.current?.focus()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description} wide={wide}>
      <form
        noValidate
        aria-label={title}
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          // half a date reads as none, which may mean «for ever»
          const half = event.currentTarget.querySelector<HTMLInputElement>('input[type=datetime-local]:invalid')
          if (half) half.reportValidity()
          else if (!refused) withReason(onSubmit)
        }}
      >
        {problem && !isAtField && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        {typeof children === 'function' ? children(withReason) : children}
        {reason !== undefined && (
          <Field label="Why" hint={reasons[letters].hint} error={asked && silent ? silent : problem?.fields.reason}>
            {(described) => (
              <Input
                {...described}
                ref={field}
                value={reason}
                autoFocus={children === undefined}
                maxLength={500}
                autoComplete="off"
                onChange={(event) => onReason?.(event.target.value)}
              />
            )}
          </Field>
        )}
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant={danger ? 'danger' : 'primary'} busy={busy} refused={refused}>
            {act}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
