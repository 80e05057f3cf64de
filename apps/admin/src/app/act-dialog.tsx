import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { problemOf } from './rpc.ts'

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
  onReason?: (reason: string) => void
  onSubmit: () => void
  onClose: () => void
  children?: ReactNode
}) {
  const problem = error ? problemOf(error) : undefined
  const isAtField = ['reason', ...shownFields].some((name) => problem?.fields[name])
  const silent = reason !== undefined && reason.trim().length < 3 ? 'Say why, in three letters or more.' : undefined
  const [asked, setAsked] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} description={description} wide={wide}>
      <form
        noValidate
        aria-label={title}
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (refused || busy) return
          if (silent) {
            setAsked(true)
            field.current?.focus()
          } else onSubmit()
        }}
      >
        {problem && !isAtField && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        {children}
        {reason !== undefined && (
          <Field
            label="Why"
            hint="Three letters or more. Stands in the audit log."
            error={asked && silent ? silent : problem?.fields.reason}
          >
            {(described) => (
              <Input
                {...described}
                ref={field}
                value={reason}
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
