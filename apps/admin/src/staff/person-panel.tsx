import { type StaffRole, staffRoles } from '@trunkline/core/sessions/permission'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { StaffRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Choices } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { PersonState, roleWords } from './words.tsx'

type Told = (invited: StaffRow & { link: string | null }) => void

export function PersonPanel({ person, onTold, onClose }: { person: StaffRow; onTold: Told; onClose: () => void }) {
  const [asking, setAsking] = useState<'role' | 'disable'>()
  const who = person.name ?? person.email
  const failed = (title: string) => (error: unknown) => toast.error(title, { description: problemOf(error).message })
  const again = rpc.staff.inviteAgain.useMutation({
    onSuccess: (invited) => {
      toast.success(`${person.email} is invited again`)
      onTold(invited)
    },
    onError: failed('No other link was made'),
  })
  const enable = rpc.staff.enable.useMutation({
    onSuccess: () => void toast.success(`${who} may sign in again`),
    onError: failed(`${who} stays disabled`),
  })
  const refused = person.you ? 'Ask another administrator to change your own account.' : undefined
  return (
    <DetailFrame
      title={who}
      sub={
        <>
          <PersonState state={person.state} />
          <Id id={person.id} />
        </>
      }
      actions={
        person.state === 'disabled' ? (
          <Button variant="primary" busy={enable.isPending} onClick={() => enable.mutate({ id: person.id })}>
            Enable
          </Button>
        ) : (
          <>
            {person.state === 'invited' && (
              <Button busy={again.isPending} onClick={() => again.mutate({ id: person.id })}>
                Invite again
              </Button>
            )}
            <Button refused={refused} onClick={() => setAsking('role')}>
              Change role…
            </Button>
            <Button variant="danger" refused={refused} onClick={() => setAsking('disable')}>
              Disable…
            </Button>
          </>
        )
      }
      onClose={onClose}
    >
      <Section title="Facts">
        <Facts>
          <Fact label="E-mail">{person.email}</Fact>
          <Fact label="Role">
            {roleWords[person.role].label}. {roleWords[person.role].hint}
          </Fact>
          <Fact label="Second factor">{person.hasSecondFactor ? 'On' : 'Off'}</Fact>
          <Fact label="Sessions">{formatCount(person.sessions, 'open session')}</Fact>
          <Fact label="API keys">{formatCount(person.keys, 'good key')}</Fact>
          <Fact label="Last sign-in">
            {person.lastSignInAt === null ? 'Never' : <TimeAgo at={person.lastSignInAt} />}
          </Fact>
          <Fact label="Since">
            <TimeAgo at={person.createdAt} />
          </Fact>
        </Facts>
      </Section>
      {asking === 'role' && <RoleDialog person={person} who={who} onClose={() => setAsking(undefined)} />}
      {asking === 'disable' && <DisableDialog person={person} who={who} onClose={() => setAsking(undefined)} />}
    </DetailFrame>
  )
}

type Asking = { person: StaffRow; who: string; onClose: () => void }

function RoleDialog({ person, who, onClose }: Asking) {
  const [role, setRole] = useState<StaffRole>(person.role)
  const change = rpc.staff.changeRole.useMutation({
    onSuccess: () => {
      onClose()
      toast.success(`${who} is ${roleWords[role].label.toLowerCase()}`)
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Change the role of ${who}`}
      description={`${formatCount(person.sessions, 'session')} ${person.sessions === 1 ? 'ends' : 'end'}: he signs in again with the new role.`}
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate({ id: person.id, role })
        }}
      >
        <Choices<StaffRole>
          label="Role"
          name="new-role"
          value={role}
          onChange={setRole}
          choices={staffRoles.map((value) => ({ value, ...roleWords[value] }))}
        />
        {change.error && (
          <Note tone="bad" live>
            {problemOf(change.error).message}
          </Note>
        )}
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant="primary"
            busy={change.isPending}
            refused={role === person.role ? 'This is the role already.' : undefined}
          >
            {`Make ${roleWords[role].label.toLowerCase()}`}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function DisableDialog({ person, who, onClose }: Asking) {
  const [reason, setReason] = useState('')
  const disable = rpc.staff.disable.useMutation({
    onSuccess: () => {
      onClose()
      toast.success(`${who} is disabled`)
    },
  })
  const ends = `${formatCount(person.sessions, 'session')} and ${formatCount(person.keys, 'API key')}`
  return (
    <ActDialog
      title={`Disable ${who}?`}
      description={`${ends} end at once. Enabled again he can sign in; the keys stay ended.`}
      act={`Disable and end ${ends}`}
      danger
      busy={disable.isPending}
      error={disable.error}
      reason={reason}
      letters={1}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => disable.mutate({ id: person.id, reason })}
    />
  )
}
