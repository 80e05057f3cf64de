import { zodResolver } from '@hookform/resolvers/zod'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useForm } from 'react-hook-form'
import type { PasskeyRow } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatCount } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { AddPasskeyForm, ProofField, proofInput, useProof } from './add-passkey.tsx'

type Asking = { act: 'add' } | { act: 'rename' | 'remove'; passkey: PasskeyRow }

const ended = (revoked: number) => ({
  description: revoked > 0 ? `${formatCount(revoked, 'other session')} ended.` : undefined,
})

export function PasskeysPanel() {
  const utils = rpc.useUtils()
  const query = rpc.sessions.passkeys.list.useQuery({})
  const [asking, setAsking] = useState<Asking>()
  const close = () => setAsking(undefined)
  const done = (said: string, revoked = 0) => {
    close()
    toast.success(said, ended(revoked))
    void utils.sessions.invalidate()
  }
  return (
    <Panel
      title="Passkeys"
      flush
      actions={
        <Button size="small" onClick={() => setAsking({ act: 'add' })}>
          Add a passkey
        </Button>
      }
    >
      <p className="px-4 pb-3 text-sm text-ink-2">
        A passkey signs in by fingerprint, face or PIN of your device, without password and code.
      </p>
      <Loaded query={query} what="Your passkeys" skeleton={<SkeletonRows rows={1} height={56} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="border-t px-4 py-3 text-sm text-ink-3">No passkeys yet.</p>
          ) : (
            <ul aria-label="Passkeys">
              {items.map((passkey) => (
                <PasskeyItem key={passkey.id} passkey={passkey} onAsk={(act) => setAsking({ act, passkey })} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {asking?.act === 'add' && (
        <Dialog
          open
          onOpenChange={(open) => !open && close()}
          title="Add a passkey"
          description="It opens your account from then on. Every other session ends."
        >
          <AddPasskeyForm
            autoFocus
            onDone={({ revoked }) => done('The passkey is added', revoked)}
            actions={(submit) => (
              <Actions>
                <Button onClick={close}>Cancel</Button>
                {submit}
              </Actions>
            )}
          />
        </Dialog>
      )}
      {asking?.act === 'rename' && <Rename passkey={asking.passkey} onClose={close} onDone={done} />}
      {asking?.act === 'remove' && <Remove passkey={asking.passkey} onClose={close} onDone={done} />}
    </Panel>
  )
}

function PasskeyItem({ passkey, onAsk }: { passkey: PasskeyRow; onAsk: (act: 'rename' | 'remove') => void }) {
  const { name, createdAt, lastUsedAt } = passkey
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t px-4 py-2.5">
      <KeyRound aria-hidden className="size-5 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1 basis-48">
        <div className="text-sm font-medium break-words">{name}</div>
        <div className="text-xs text-ink-2">
          Added <TimeAgo at={createdAt} />,{' '}
          {lastUsedAt ? (
            <>
              last used <TimeAgo at={lastUsedAt} />
            </>
          ) : (
            'never used'
          )}
        </div>
      </div>
      <div className="flex gap-2">
        <Button size="small" onClick={() => onAsk('rename')} aria-label={`Rename ${name}`}>
          Rename
        </Button>
        <Button size="small" onClick={() => onAsk('remove')} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      </div>
    </li>
  )
}

type Ask = { passkey: PasskeyRow; onClose: () => void; onDone: (said: string, revoked?: number) => void }

const nameInput = z.object({ name: z.string().trim().min(1, 'Give it a name').max(100, 'At most 100 characters') })

function Rename({ passkey, onClose, onDone }: Ask) {
  const form = useForm({ resolver: zodResolver(nameInput), defaultValues: { name: passkey.name } })
  const rename = rpc.sessions.passkeys.rename.useMutation({
    onSuccess: ({ name }) => onDone(`The passkey is called ${name}`),
    onError: (error) => form.setError('name', { message: problemOf(error).message }, { shouldFocus: true }),
  })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Rename the passkey">
      <form
        noValidate
        aria-label="Rename the passkey"
        onSubmit={form.handleSubmit(({ name }) => rename.mutate({ id: passkey.id, name }))}
      >
        <Field label="Name" error={form.formState.errors.name?.message}>
          {(described) => <Input {...described} {...form.register('name')} autoComplete="off" autoFocus />}
        </Field>
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={rename.isPending}>
            Rename
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function Remove({ passkey, onClose, onDone }: Ask) {
  const { asks, proofOf } = useProof()
  const form = useForm({ resolver: zodResolver(proofInput), defaultValues: { proof: '' } })
  const remove = rpc.sessions.passkeys.remove.useMutation({
    // a proof that is refused is answered here and ends no session
    meta: { signsIn: true },
    onSuccess: ({ revoked }) => onDone('The passkey is removed', revoked),
    onError: (error) => {
      if (problemOf(error).fields[asks])
        form.setError('proof', { message: problemOf(error).message }, { shouldFocus: true })
    },
  })
  const problem = remove.error ? problemOf(remove.error) : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Remove ${passkey.name}?`}
      description="It signs in no longer. Every other session ends. Your device keeps it until you delete it there."
    >
      <form
        noValidate
        aria-label="Remove the passkey"
        className="grid gap-3.5"
        onSubmit={form.handleSubmit(({ proof }) => remove.mutate({ id: passkey.id, ...proofOf(proof) }))}
      >
        {problem && !problem.fields[asks] && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <ProofField asks={asks} error={form.formState.errors.proof?.message} autoFocus {...form.register('proof')} />
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" busy={remove.isPending}>
            Remove the passkey
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
