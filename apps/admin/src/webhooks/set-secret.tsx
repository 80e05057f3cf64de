import { providerFacts } from '@trunkline/core/webhooks/provider'
import { leavesAnother, secretRule } from '@trunkline/core/webhooks/secret'
import { type ReactNode, useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { SourceRow, SourceSecret } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { Choices, Field, Input, Select } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { toast } from '../ui/toast.tsx'
import type { Written } from './secret-kept.tsx'
import { sourceName } from './sources-words.tsx'

const overlaps = [
  { hours: 0, words: 'Not at all: it ends at once' },
  { hours: 1, words: '1 hour' },
  { hours: secretRule.overlapHours, words: '24 hours' },
  { hours: secretRule.longestOverlapHours, words: '7 days' },
]

/** Sets a secret beside those there are, or in the place of one. */
export function SetSecret({
  of,
  isNew = false,
  replaced,
  refused,
  onWritten,
  onClose,
  children,
}: {
  of: Pick<SourceRow, 'provider' | 'door'>
  /** The source is added with it. */
  isNew?: boolean
  replaced?: SourceSecret | undefined
  refused?: string | undefined
  onWritten: (written: Written) => void
  onClose: () => void
  children?: ReactNode
}) {
  const utils = rpc.useUtils()
  const [from, setFrom] = useState<'us' | 'them'>(of.provider === 'standard' ? 'us' : 'them')
  const [secret, setSecret] = useState('')
  const [label, setLabel] = useState('')
  const [overlapHours, setOverlapHours] = useState<number>(secretRule.overlapHours)
  const settled = {
    onSuccess: async (made: { generated: string | null; replaced?: { notAfter: string | null } }) => {
      onWritten({ generated: made.generated, replacedUntil: made.replaced?.notAfter ?? null })
      await utils.webhooks.invalidate()
    },
  }
  const add = rpc.webhooks.secrets.add.useMutation(settled)
  const rotate = rpc.webhooks.secrets.rotate.useMutation(settled)
  const { error, isPending } = replaced ? rotate : add
  const fields = error ? problemOf(error).fields : {}
  const given = { name: label.trim() || undefined, secret: from === 'them' ? secret.trim() : undefined }
  const [title, act, description] = replaced
    ? [
        `Replace ${replaced.name}`,
        'Replace the secret',
        'From now on both count, so that the sender can be changed meanwhile.',
      ]
    : isNew
      ? ['Add a source', 'Add the source', 'Its door opens as soon as its secret is set.']
      : [`Set a secret of ${sourceName(of)}`, 'Set the secret', 'It counts from now on, beside those that are set.']
  return (
    <ActDialog
      title={title}
      description={description}
      act={act}
      refused={refused ?? (from === 'them' && secret.trim() === '' ? 'Give the secret.' : undefined)}
      busy={isPending}
      error={error}
      shownFields={['secret', 'name']}
      onClose={onClose}
      onSubmit={() =>
        replaced
          ? rotate.mutate({ id: replaced.id, overlapHours, ...given })
          : add.mutate({ provider: of.provider, door: of.door ?? undefined, ...given })
      }
    >
      {children}
      {of.provider === 'standard' && (
        <Choices<'us' | 'them'>
          label="Who makes the secret"
          name="from"
          value={from}
          onChange={setFrom}
          choices={[
            { value: 'us', label: 'Make one here', hint: 'It is shown once, for you to give to the sender.' },
            { value: 'them', label: 'The sender gave me one', hint: 'Its secret, or its public key.' },
          ]}
        />
      )}
      {from === 'them' && (
        <Field label="Secret" hint={providerFacts[of.provider].whence} error={fields.secret}>
          {(described) => (
            <Input
              {...described}
              type="password"
              value={secret}
              maxLength={secretRule.longest}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setSecret(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field
        label="Called"
        optional
        hint="Each webhook says which secret it was signed with, by this name."
        error={fields.name}
      >
        {(described) => (
          <Input
            {...described}
            value={label}
            maxLength={60}
            autoComplete="off"
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      {replaced && (
        <Field
          label="The old one counts on for"
          hint={overlapHours === 0 ? 'For one that is known to others.' : undefined}
        >
          {(described) => (
            <Select
              {...described}
              value={overlapHours}
              onChange={(event) => setOverlapHours(Number(event.target.value))}
            >
              {overlaps.map(({ hours, words }) => (
                <option key={hours} value={hours}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </ActDialog>
  )
}

/** Ends a secret now. */
export function EndSecret({
  source,
  secret,
  onClose,
}: {
  source: SourceRow
  secret: SourceSecret
  onClose: () => void
}) {
  const utils = rpc.useUtils()
  const all = source.secrets.map(({ id, notAfter }) => ({
    id,
    notAfter: notAfter === null ? null : new Date(notAfter),
  }))
  const isLast = !leavesAnother(secret.id, all)
  const name = sourceName(source)
  const end = rpc.webhooks.secrets.end.useMutation({
    onSuccess: async () => {
      onClose()
      toast.success(`${secret.name} of ${name} has ended`)
      await utils.webhooks.invalidate()
    },
  })
  return (
    <ActDialog
      title={`End ${secret.name}`}
      description="What is signed with it is refused from now on, and kept in quarantine."
      act={isLast ? 'End the last secret' : 'End the secret'}
      danger
      busy={end.isPending}
      error={end.error}
      onClose={onClose}
      onSubmit={() => end.mutate({ id: secret.id, evenIfLast: isLast })}
    >
      {isLast && (
        <Note tone="bad">
          No other secret of {name} stays. Everything it sends will be refused: replace this one instead, unless you
          mean that.
        </Note>
      )}
    </ActDialog>
  )
}
