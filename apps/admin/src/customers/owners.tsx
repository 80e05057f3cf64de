import { zodResolver } from '@hookform/resolvers/zod'
import { UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import type { OwnerRow } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { emailField, z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Empty, Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { State } from '../ui/pill.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'

const faces = {
  active: { tone: 'ok', word: 'Active' },
  invited: { tone: 'warn', word: 'Invited' },
  closed: { tone: 'neutral', word: 'Closed' },
} as const

/** Who signs in for a customer. Without a customer: the reader's own, who cannot have mail sent again. */
export function Owners({ customerId, refusal }: { customerId?: string; refusal?: string | undefined }) {
  const query = rpc.owners.list.useQuery(customerId ? { customerId } : {})
  const [inviting, setInviting] = useState(false)
  const invite = (
    <Button size="small" refused={refusal} onClick={() => setInviting(true)}>
      <UserPlus aria-hidden className="size-3.5" />
      Invite a colleague
    </Button>
  )
  return (
    <Panel title="People" flush actions={invite}>
      <Loaded query={query} what="The people" skeleton={<SkeletonRows rows={2} height={48} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty compact icon={<Users />} title="Nobody signs in yet">
              Who is invited chooses a password by the link of a mail, and sees this customer alone.
            </Empty>
          ) : (
            <ul>
              {items.map((owner) => (
                <OwnerItem key={owner.id} owner={owner} mayMail={customerId !== undefined} refusal={refusal} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {inviting && <Invite customerId={customerId} onClose={() => setInviting(false)} />}
    </Panel>
  )
}

function OwnerItem({ owner, mayMail, refusal }: { owner: OwnerRow; mayMail: boolean; refusal: string | undefined }) {
  const send = rpc.owners.mail.useMutation({
    onSuccess: (_, { mail }) =>
      toast.success(
        mail === 'reset' ? `A reset link goes to ${owner.email}` : `The welcome goes to ${owner.email} again`,
      ),
    onError: (error) => toast.error('Nothing was sent', { description: problemOf(error).message }),
  })
  const face = faces[owner.state]
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t px-4 py-2.5 text-sm">
      <div className="min-w-40 flex-1">
        <div className="truncate font-medium">{owner.name ?? owner.email}</div>
        <div className="truncate text-xs text-ink-2">
          {owner.name && `${owner.email} · `}
          {owner.lastSignInAt ? (
            <>
              last here <TimeAgo at={owner.lastSignInAt} />
            </>
          ) : (
            'never here'
          )}
        </div>
      </div>
      <State tone={face.tone}>{face.word}</State>
      {mayMail && owner.state !== 'closed' && (
        <span className="flex flex-wrap gap-2">
          <Button
            size="small"
            refused={refusal}
            busy={send.isPending && send.variables.mail === 'welcome'}
            aria-label={`Send ${owner.email} the welcome again`}
            onClick={() => send.mutate({ id: owner.id, mail: 'welcome' })}
          >
            Send welcome
          </Button>
          {owner.state === 'active' && (
            <Button
              size="small"
              refused={refusal}
              busy={send.isPending && send.variables.mail === 'reset'}
              aria-label={`Send ${owner.email} a reset link`}
              onClick={() => send.mutate({ id: owner.id, mail: 'reset' })}
            >
              Send reset link
            </Button>
          )}
        </span>
      )}
    </li>
  )
}

const invitation = z.object({
  name: z.string().trim().min(1, 'Type the name').max(200),
  email: emailField('Type the e-mail address'),
})
const fields = ['name', 'email'] as const

function Invite({ customerId, onClose }: { customerId: string | undefined; onClose: () => void }) {
  const utils = rpc.useUtils()
  const form = useForm({ resolver: zodResolver(invitation), defaultValues: { name: '', email: '' } })
  const invite = rpc.owners.invite.useMutation({
    onSuccess: async (_, { email }) => {
      onClose()
      toast.success(`An invitation goes to ${email}`)
      await utils.owners.invalidate()
    },
    onError: (error) => {
      const problem = problemOf(error)
      for (const name of fields)
        if (problem.fields[name])
          form.setError(name, { message: `This ${problem.fields[name]}` }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  const problem = invite.error ? problemOf(invite.error) : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Invite a colleague"
      description="A link to choose a password is mailed. It works once, within seven days."
    >
      <form
        noValidate
        aria-label="Invite a colleague"
        className="grid gap-3.5"
        onSubmit={form.handleSubmit((input) => invite.mutate({ ...input, ...(customerId ? { customerId } : {}) }))}
      >
        {problem && !fields.some((name) => problem.fields[name]) && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Name" error={errors.name?.message}>
          {(described) => <Input {...described} {...form.register('name')} autoComplete="off" autoFocus />}
        </Field>
        <Field label="E-mail" error={errors.email?.message}>
          {(described) => <Input {...described} {...form.register('email')} type="email" autoComplete="off" />}
        </Field>
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
