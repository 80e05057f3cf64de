import { keyRule } from '@trunkline/core/sessions/scope'
import { useState } from 'react'
import type { ApiKeyRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Id } from '../ui/copy.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { KeyState, scopeWords } from './words.tsx'

export function KeyPanel({
  apiKey,
  onMade,
  onClose,
}: {
  apiKey: ApiKeyRow
  onMade: (made: { key: string }) => void
  onClose: () => void
}) {
  const [asking, setAsking] = useState<'rotate' | 'revoke'>()
  const failed = (title: string) => (error: unknown) => toast.error(title, { description: problemOf(error).message })
  const rotate = rpc.apiKeys.rotate.useMutation({
    onSuccess: (made) => {
      setAsking(undefined)
      onMade(made)
    },
    onError: failed('The key was not replaced'),
  })
  const revoke = rpc.apiKeys.revoke.useMutation({
    onSuccess: () => {
      setAsking(undefined)
      toast.success(`${apiKey.name} is revoked`)
    },
    onError: failed('The key was not revoked'),
  })
  const isGood = apiKey.state === 'active' || apiKey.state === 'replaced'
  return (
    <DetailFrame
      title={apiKey.name}
      sub={
        <>
          <KeyState state={apiKey.state} />
          <Id id={apiKey.id} />
        </>
      }
      actions={
        isGood && (
          <>
            {apiKey.state === 'active' && <Button onClick={() => setAsking('rotate')}>Replace…</Button>}
            <Button variant="danger" onClick={() => setAsking('revoke')}>
              Revoke…
            </Button>
          </>
        )
      }
      onClose={onClose}
    >
      <Section title="What it may">
        <ul className="grid gap-1 text-sm">
          {apiKey.scopes.map((scope) => (
            <li key={scope}>
              {scopeWords[scope]} <code className="font-mono text-xs text-ink-2">{scope}</code>
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Facts">
        <Facts>
          <Fact label="Begins with">
            <code className="font-mono text-xs">{apiKey.prefix}</code>
          </Fact>
          <Fact label="Customer">{apiKey.customerName ?? 'All customers'}</Fact>
          <Fact label="Made by">{apiKey.createdBy}</Fact>
          <Fact label="Made">
            <TimeAgo at={apiKey.createdAt} />
          </Fact>
          <Fact label="Last used">{apiKey.lastUsedAt === null ? 'Never' : <TimeAgo at={apiKey.lastUsedAt} />}</Fact>
          <Fact label="Expires">
            <TimeAgo at={apiKey.expiresAt} />
          </Fact>
          {apiKey.revokedAt && (
            <Fact label="Revoked">
              <TimeAgo at={apiKey.revokedAt} />
            </Fact>
          )}
        </Facts>
      </Section>
      <Confirm
        open={asking === 'rotate'}
        onOpenChange={(open) => !open && setAsking(undefined)}
        title={`Replace ${apiKey.name}?`}
        act="Make the new key"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate({ id: apiKey.id })}
      >
        <p>{`You get a new key with the same scopes. The old one stays good for ${keyRule.overlapHours} hours, so that the program can be changed meanwhile.`}</p>
      </Confirm>
      <Confirm
        open={asking === 'revoke'}
        onOpenChange={(open) => !open && setAsking(undefined)}
        title={`Revoke ${apiKey.name}?`}
        act="Revoke the key"
        danger
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate({ id: apiKey.id })}
      >
        <p>Whatever uses it is refused from the next request on. This cannot be undone.</p>
      </Confirm>
    </DetailFrame>
  )
}
