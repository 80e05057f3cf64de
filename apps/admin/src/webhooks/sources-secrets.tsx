import { useState } from 'react'
import { actorName } from '../app/actor-name.ts'
import type { SourceRow, SourceSecret } from '../app/contract.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input } from '../ui/field.tsx'
import { formatUtc } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { SecretKept, type Written } from './secret-kept.tsx'
import { EndSecret, SetSecret } from './set-secret.tsx'
import { sourceName } from './sources-words.tsx'

type Doing = { act: 'set' } | { act: 'rotate' | 'end'; secret: SourceSecret }

/** What a source signs with, by name and time; and how one is set, replaced and ended. */
export function SourceSecrets({ source, onClose }: { source: SourceRow; onClose: () => void }) {
  const [doing, setDoing] = useState<Doing>()
  const [written, setWritten] = useState<Written>()
  const name = sourceName(source)
  if (written) return <SecretKept name={name} provider={source.provider} written={written} onClose={onClose} />
  const back = () => setDoing(undefined)
  if (doing?.act === 'end') return <EndSecret source={source} secret={doing.secret} onClose={back} />
  if (doing) {
    const replaced = doing.act === 'rotate' ? doing.secret : undefined
    return <SetSecret of={source} replaced={replaced} onWritten={setWritten} onClose={back} />
  }
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`Secrets of ${name}`}
      description="What it signs with. A secret is never shown again once it is saved."
    >
      {source.secrets.length === 0 ? (
        <Note tone="warn">
          No secret is set: everything that claims to be of {name} is refused, and kept for a while.
        </Note>
      ) : (
        <ul aria-label={`Secrets of ${name}`} className="grid gap-2">
          {source.secrets.map((secret) => (
            <li
              key={secret.id}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md border border-line-strong px-3 py-2"
            >
              <span className="min-w-0 flex-1 basis-56">
                <span className="block truncate text-sm font-medium">{secret.name}</span>
                <span className="block text-xs text-ink-2">
                  {secret.by === null ? 'From the environment' : `By ${actorName(secret.by).name}`},{' '}
                  <TimeAgo at={secret.since} />
                  {secret.notAfter && `. Counts until ${formatUtc(Date.parse(secret.notAfter))}`}
                </span>
              </span>
              {secret.notAfter === null && (
                <Button
                  size="small"
                  aria-label={`Replace ${secret.name}…`}
                  onClick={() => setDoing({ act: 'rotate', secret })}
                >
                  Replace…
                </Button>
              )}
              <Button size="small" aria-label={`End ${secret.name}…`} onClick={() => setDoing({ act: 'end', secret })}>
                End…
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Actions>
        <Button onClick={onClose}>Close</Button>
        <Button variant="primary" onClick={() => setDoing({ act: 'set' })}>
          Set a secret…
        </Button>
      </Actions>
    </Dialog>
  )
}

const good = /^[a-z0-9][a-z0-9_-]{0,39}$/

/** Somebody else who speaks Standard Webhooks: a name, which stands in its door's address, and what it signs with. */
export function AddSource({ onClose }: { onClose: () => void }) {
  const [door, setDoor] = useState('')
  const [written, setWritten] = useState<Written>()
  const source = { provider: 'standard' as const, door }
  if (written)
    return <SecretKept name={sourceName(source)} provider="standard" written={written} door={door} onClose={onClose} />
  return (
    <SetSecret
      of={source}
      isNew
      refused={good.test(door) ? undefined : 'Name the source: a-z, 0-9, - and _.'}
      onWritten={setWritten}
      onClose={onClose}
    >
      <Field label="Name" hint="Whatever signs by Standard Webhooks, such as calendar. It stands in the address.">
        {(described) => (
          <Input
            {...described}
            value={door}
            maxLength={40}
            autoComplete="off"
            onChange={(event) => setDoor(event.target.value.trim().toLowerCase())}
          />
        )}
      </Field>
    </SetSecret>
  )
}
