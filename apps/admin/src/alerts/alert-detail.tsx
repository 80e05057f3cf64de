import { Link } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import { actorName } from '../app/actor-name.ts'
import type { AlertDetail as Alert } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { formatCount, formatNumber, formatWords } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { State } from '../ui/pill.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { formatCap } from '../usage/usage-meter.tsx'
import { useAcknowledge } from './acknowledge.ts'
import { channelWord, deliveryTone, deliveryWord, SeverityPill } from './severity.tsx'

/** One alert: what it says, why, who was told, and what to do. */
export function AlertDetail({
  id,
  onClose,
  onFullPage,
}: {
  id: string
  onClose?: () => void
  onFullPage?: () => void
}) {
  const query = rpc.alerts.find.useQuery({ id })
  return (
    <Loaded query={query} what="This alert" skeleton={<DetailSkeleton />}>
      {(alert) => <Opened alert={alert} onClose={onClose} onFullPage={onFullPage} />}
    </Loaded>
  )
}

function Opened({ alert, onClose, onFullPage }: { alert: Alert; onClose?: () => void; onFullPage?: () => void }) {
  const refusal = useRefusal()
  const { acknowledge, busy } = useAcknowledge()
  const isOpen = alert.acknowledgedAt === null
  useShortcuts(
    isOpen && !refusal
      ? [{ keys: 'e', label: 'Acknowledge the alert', group: 'Page', run: () => void acknowledge([alert.id]) }]
      : [],
  )
  return (
    <DetailFrame
      title={alert.title}
      sub={
        <>
          <SeverityPill severity={alert.severity} />
          <State tone={isOpen ? 'bad' : 'ok'}>{isOpen ? 'Open' : 'Acknowledged'}</State>
          <TimeAgo at={alert.createdAt} />
          <Id id={alert.id} />
        </>
      }
      actions={
        isOpen && (
          <Button variant="primary" refused={refusal} busy={busy} onClick={() => void acknowledge([alert.id])}>
            <Check aria-hidden className="size-3.5" />
            Acknowledge
          </Button>
        )
      }
      onClose={onClose}
      onFullPage={onFullPage}
    >
      <Section title="What it says">
        <p className="text-sm whitespace-pre-wrap">{alert.message}</p>
      </Section>
      <Section title="Why it is so">
        <Timeline>
          <Moment tone="accent" title="Raised" at={<TimeAgo at={alert.createdAt} />} />
          {alert.deliveries.map((delivery, index) => (
            <Moment
              // the log only grows at its end
              key={index}
              tone={deliveryTone(delivery.state)}
              title={`${deliveryWord(delivery.state)} · ${channelWord(delivery)}`}
              at={<TimeAgo at={delivery.at} />}
            >
              {[delivery.reason, delivery.attempts > 1 && formatCount(delivery.attempts, 'try', 'tries')]
                .filter(Boolean)
                .join(' · ')}
            </Moment>
          ))}
          {alert.acknowledgedAt && (
            <Moment tone="ok" title="Acknowledged" at={<TimeAgo at={alert.acknowledgedAt} />}>
              by {actorName(alert.acknowledgedBy ?? '').name}
            </Moment>
          )}
        </Timeline>
      </Section>
      {alert.explanation.length > 0 && (
        <Section title="The figures behind it">
          <Facts>
            {alert.explanation.map(({ label, value }) => (
              <Fact key={label} label={formatWords(label)}>
                {label === 'error' ? (
                  <Link to="/errors/$errorId" params={{ errorId: value }} className="text-accent-ink hover:underline">
                    Its stack and occurrences
                  </Link>
                ) : (
                  <span className="figures">{figureOf(label, value, alert.explanation)}</span>
                )}
              </Fact>
            ))}
          </Facts>
        </Section>
      )}
      <Section title="Facts">
        <Facts>
          <Fact label="Customer">
            {alert.customer ? (
              <Link
                to="/customers/$customerId"
                params={{ customerId: alert.customer.id }}
                className="text-accent-ink hover:underline"
              >
                {alert.customer.businessName}
              </Link>
            ) : (
              <span className="text-ink-3">None</span>
            )}
          </Fact>
          <Fact label="Type">
            <Link
              to="/alerts"
              search={{ type: alert.type, view: 'all' }}
              className="font-mono text-xs text-accent-ink hover:underline"
            >
              {alert.type}
            </Link>
          </Fact>
          {alert.runbook && (
            <Fact label="What to do">
              <Copyable text={alert.runbook} label="Copy the runbook's place" className="font-mono text-xs">
                {alert.runbook}
              </Copyable>
            </Fact>
          )}
        </Facts>
      </Section>
    </DetailFrame>
  )
}

/** A figure behind an alert with its unit; the meter stands among the figures. */
function figureOf(label: string, value: string, all: Alert['explanation']): string {
  const meter = all.find((figure) => figure.label === 'meter')?.value
  const kind = meter === 'call_seconds' ? 'calls' : meter === 'sms_segments' ? 'sms' : undefined
  const number = Number(value)
  if (label === 'meter') return kind === 'calls' ? 'Call minutes' : kind === 'sms' ? 'SMS segments' : value
  if (label === 'level') return `${value} %`
  if (!kind || !['used', 'cap'].includes(label) || Number.isNaN(number)) return value
  return `${formatCap(kind, number)}${kind === 'calls' ? ` (${formatNumber(number)} s)` : ''}`
}
