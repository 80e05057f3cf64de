import { type StaffRole, staffRoles } from '@trunkline/core/sessions/permission'
import { useState } from 'react'
import type { StaffRow } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Choices, Field, Input } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { toast } from '../ui/toast.tsx'
import { roleWords } from './words.tsx'

export function InviteDialog({
  onTold,
  onClose,
}: {
  onTold: (invited: StaffRow & { link: string | null }) => void
  onClose: () => void
}) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<StaffRole>('viewer')
  const invite = rpc.staff.invite.useMutation({
    onSuccess: (invited) => {
      onClose()
      toast.success(`${invited.email} is invited`)
      onTold(invited)
    },
  })
  const problem = invite.error ? problemOf(invite.error) : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Invite somebody"
      description="He gets a link, chooses a password by it, and has the role from then on."
    >
      <form
        noValidate
        aria-label="Invite somebody"
        className="grid gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate({ name, email, role })
        }}
      >
        {problem && !problem.fields.name && !problem.fields.email && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Name" error={problem?.fields.name}>
          {(described) => (
            <Input
              {...described}
              value={name}
              autoFocus
              autoComplete="off"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="E-mail" error={problem?.fields.email}>
          {(described) => (
            <Input
              {...described}
              type="email"
              value={email}
              autoComplete="off"
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <Choices<StaffRole>
          label="Role"
          name="role"
          value={role}
          onChange={setRole}
          choices={staffRoles.map((value) => ({ value, ...roleWords[value] }))}
        />
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={invite.isPending}>
            Invite
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
