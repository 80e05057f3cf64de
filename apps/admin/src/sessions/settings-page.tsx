import { useLocation } from '@tanstack/react-router'
import { Laptop, MonitorSmartphone, Smartphone, Tablet } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { SessionRow } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { problemOf, rpc } from '../app/rpc.ts'
import { useMe } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { formatCount } from '../ui/format.ts'
import { Fact, Facts, Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { PasskeysPanel } from './passkeys-panel.tsx'
import { PasswordForm } from './password-form.tsx'
import { SecondFactorPanel } from './second-factor-panel.tsx'

const devices = { desktop: Laptop, mobile: Smartphone, tablet: Tablet } as const

export function SettingsPage() {
  const me = useMe()
  const { hash } = useLocation()
  useEffect(() => {
    if (hash) document.getElementById(hash)?.scrollIntoView({ block: 'start' })
  }, [hash])
  return (
    <div className="mx-auto max-w-3xl pb-12">
      <PageHeader title="Settings">Your account, where it is signed in, and how it is kept.</PageHeader>
      <div className="grid gap-4 px-4">
        <Panel title="Account">
          <Facts>
            <Fact label="Name">{me?.name ?? <span className="text-ink-3">Not set</span>}</Fact>
            <Fact label="E-mail">{me?.email}</Fact>
            <Fact label="Role">{me?.role}</Fact>
          </Facts>
        </Panel>
        <Sessions />
        <div id="passkeys" className="scroll-mt-4">
          <PasskeysPanel />
        </div>
        <div id="second-factor" className="scroll-mt-4">
          <SecondFactorPanel />
        </div>
        <div id="password" className="scroll-mt-4">
          <Panel title="Password">
            <PasswordForm />
          </Panel>
        </div>
      </div>
    </div>
  )
}

function Sessions() {
  const utils = rpc.useUtils()
  const query = rpc.sessions.list.useQuery({})
  const [asking, setAsking] = useState(false)
  const after = {
    onSuccess: async ({ revoked }: { revoked: number }) => {
      setAsking(false)
      toast.success(`${formatCount(revoked, 'session')} ended`)
      await utils.sessions.list.invalidate()
    },
    onError: (error: unknown) => toast.error('The session goes on', { description: problemOf(error).message }),
  }
  const revoke = rpc.sessions.revoke.useMutation(after)
  const revokeOthers = rpc.sessions.revokeOthers.useMutation(after)
  const others = query.data?.items.filter(({ current }) => !current).length ?? 0
  return (
    <div id="sessions" className="scroll-mt-4">
      <Panel
        title="Sessions"
        flush
        actions={
          others > 0 && (
            <Button size="small" onClick={() => setAsking(true)}>
              End {formatCount(others, 'other session')}
            </Button>
          )
        }
      >
        <Loaded query={query} what="Your sessions" skeleton={<SkeletonRows rows={3} height={56} />}>
          {({ items }) => (
            <ul>
              {items.map((session) => (
                <SessionItem
                  key={session.id}
                  session={session}
                  busy={revoke.isPending && revoke.variables.id === session.id}
                  onEnd={() => revoke.mutate({ id: session.id })}
                />
              ))}
            </ul>
          )}
        </Loaded>
      </Panel>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={`End ${formatCount(others, 'other session')}?`}
        act={`End ${formatCount(others, 'session')}`}
        danger
        busy={revokeOthers.isPending}
        onConfirm={() => revokeOthers.mutate({})}
      >
        <p>Whoever uses them is signed out at once and has to sign in again. This session goes on.</p>
      </Confirm>
    </div>
  )
}

function SessionItem({ session, busy, onEnd }: { session: SessionRow; busy: boolean; onEnd: () => void }) {
  const Icon = devices[session.device] ?? MonitorSmartphone
  return (
    <li className="flex items-center gap-3 border-t px-4 py-2.5">
      <Icon aria-hidden className="size-5 shrink-0 text-ink-3" />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 text-sm">
          <span className="font-medium capitalize">{session.device}</span>
          <span className="figures text-ink-2">{session.ip}</span>
          {session.current && <Pill tone="ok">This session</Pill>}
        </div>
        <div className="text-xs text-ink-2">
          Last active <TimeAgo at={session.lastActiveAt} />, signed in <TimeAgo at={session.createdAt} />
        </div>
      </div>
      {!session.current && (
        <Button
          size="small"
          busy={busy}
          onClick={onEnd}
          aria-label={`End the ${session.device} session at ${session.ip}`}
        >
          End
        </Button>
      )}
    </li>
  )
}
