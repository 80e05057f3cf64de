import { useState } from 'react'
import { problemOf, rpc } from '../app/rpc.ts'
import { rememberSignedIn } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'

/** Asks why, then shows the house as the owner has it. This session is the owner's until the view ends. */
export function ViewAsOwner({
  customer,
  onClose,
}: {
  customer: { id: string; businessName: string }
  onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const start = rpc.views.start.useMutation({
    onSuccess: () => {
      rememberSignedIn({ role: 'owner' })
      // everything that was loaded was loaded as somebody else
      location.assign('/admin/usage')
    },
  })
  const problem = start.error ? problemOf(start.error) : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`See ${customer.businessName} as its owner does`}
      description="For half an hour, in every tab of this session. Nothing can be changed meanwhile. The audit keeps who looked, and why."
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          start.mutate({ id: customer.id, reason })
        }}
      >
        <Field label="Why" error={problem?.fields.reason ?? problem?.message}>
          {(described) => (
            <Input
              {...described}
              value={reason}
              autoFocus
              maxLength={500}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            busy={start.isPending}
            refused={reason.trim().length < 5 ? 'Say why.' : undefined}
          >
            See it for 30 minutes
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
