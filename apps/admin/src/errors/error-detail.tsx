import { Link } from '@tanstack/react-router'
import { BellOff, BellRing, Building2, Check, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { SeverityPill, severityTones } from '../alerts/severity.tsx'
import { actorName } from '../app/actor-name.ts'
import type { ErrorDetail as Detail } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { Dot } from '../ui/pill.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { useDecide } from './decide.ts'
import { IgnoreErrorDialog, ResolveErrorDialog } from './decide-dialogs.tsx'
import { ErrorsChart } from './errors-chart.tsx'
import { chip, Occurrences } from './occurrence.tsx'
import { ErrorState, sourceNames, timesOf } from './words.tsx'

type Frame = { onClose?: () => void; onFullPage?: () => void }

/** One error: how often, since when, whom it hit, where in our code, and what can be done. */
export function ErrorDetail({ id, ...frame }: { id: string } & Frame) {
  const query = rpc.errors.find.useQuery({ id })
  return (
    <Loaded query={query} what="This error" skeleton={<DetailSkeleton />}>
      {(error) => <Opened error={error} {...frame} />}
    </Loaded>
  )
}

function Opened({ error, onClose, onFullPage }: { error: Detail } & Frame) {
  const refusal = useRefusal()
  const { reopen, busy } = useDecide()
  const [asking, setAsking] = useState<'resolve' | 'ignore'>()
  const isOpen = error.state === 'open'
  const asks = (which: typeof asking) => ({
    id: error.id,
    open: asking === which,
    onOpenChange: (open: boolean) => setAsking(open ? which : undefined),
  })
  useShortcuts(
    isOpen && !refusal
      ? [
          { keys: 'e', label: 'Resolve the error', group: 'Page', run: () => setAsking('resolve') },
          { keys: 'i', label: 'Ignore the error', group: 'Page', run: () => setAsking('ignore') },
        ]
      : [],
  )
  return (
    <DetailFrame
      title={error.title}
      sub={
        <>
          <SeverityPill severity={error.severity} />
          <ErrorState state={error.state} />
          <span className="figures">{timesOf(error.occurrences)}</span>
          <TimeAgo at={error.lastSeenAt} />
          <Id id={error.id} />
        </>
      }
      actions={
        isOpen ? (
          <>
            <Button refused={refusal} onClick={() => setAsking('ignore')}>
              <BellOff aria-hidden className="size-3.5" />
              Ignore
            </Button>
            <Button variant="primary" refused={refusal} onClick={() => setAsking('resolve')}>
              <Check aria-hidden className="size-3.5" />
              Resolve
            </Button>
          </>
        ) : (
          <Button refused={refusal} busy={busy} onClick={() => void reopen(error.id)}>
            <RotateCcw aria-hidden className="size-3.5" />
            Open again
          </Button>
        )
      }
      onClose={onClose}
      onFullPage={onFullPage}
    >
      <ErrorsChart errorId={error.id} height={120} />
      <Section title="Why it is so">
        <History error={error} />
        {error.alert && (
          <div className="mt-3">
            <Link className={chip} to="/alerts/$alertId" params={{ alertId: error.alert.id }}>
              <BellRing aria-hidden />
              <Dot tone={severityTones[error.alert.severity]} />
              <span className="truncate">{error.alert.title}</span>
            </Link>
          </div>
        )}
      </Section>
      <Occurrences key={error.id} samples={error.samples} />
      <Hits error={error} />
      <Section title="Facts">
        <Facts>
          <Fact label="Type">
            <span className="font-mono text-xs">{error.type}</span>
          </Fact>
          <Fact label="Place">
            <span className="font-mono text-xs break-all">{error.culprit}</span>
          </Fact>
          <Fact label="Source">{sourceNames[error.source]}</Fact>
          {error.firstRelease && (
            <Fact label="Releases">
              <span className="font-mono text-xs">
                {error.firstRelease === error.lastRelease
                  ? error.firstRelease
                  : `${error.firstRelease} to ${error.lastRelease}`}
              </span>
            </Fact>
          )}
        </Facts>
      </Section>
      <ResolveErrorDialog {...asks('resolve')} />
      <IgnoreErrorDialog {...asks('ignore')} />
    </DetailFrame>
  )
}

function History({ error }: { error: Detail }) {
  const { ignored, resolved } = error
  return (
    <Timeline>
      <Moment tone="accent" title="First seen" at={<TimeAgo at={error.firstSeenAt} />} />
      {error.returns > 0 && <Moment tone="warn" title={`Came back ${timesOf(error.returns)}`} />}
      <Moment tone="bad" title="Last seen" at={<TimeAgo at={error.lastSeenAt} />} />
      {ignored && (
        <Moment title="Ignored" at={<TimeAgo at={ignored.at} />}>
          by {actorName(ignored.by).name}, until{' '}
          {[
            ignored.until &&
              `${new Date(ignored.until).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}`,
            ignored.occurrences && `${formatNumber(ignored.occurrences)} occurrences in all`,
            ignored.customers && `${formatCount(ignored.customers, 'customer')} in all`,
          ]
            .filter(Boolean)
            .join(' or ')}
        </Moment>
      )}
      {resolved && (
        <Moment tone="ok" title="Resolved" at={<TimeAgo at={resolved.at} />}>
          by {actorName(resolved.by).name}
          {resolved.notes && <>: {resolved.notes}</>}
        </Moment>
      )}
    </Timeline>
  )
}

function Hits({ error }: { error: Detail }) {
  if (error.hits.length === 0) return null
  return (
    <Section title={`Customers affected (${formatNumber(error.customers)})`}>
      <ul className="flex flex-wrap gap-1.5">
        {error.hits.map(({ customer, occurrences }) => (
          <li key={customer.id} className="max-w-full">
            <Link className={chip} to="/customers/$customerId" params={{ customerId: customer.id }}>
              <Building2 aria-hidden />
              <span className="truncate">{customer.businessName}</span>
              <span className="figures text-ink-2">{timesOf(occurrences)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  )
}
