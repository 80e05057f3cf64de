import { Link } from '@tanstack/react-router'
import { Webhook } from 'lucide-react'
import type { UnknownPhone } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { useRefusal } from '../app/session.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatCount } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'
import { Pill } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Resolution } from './resolution.tsx'

/** An agent or a call is no number: its webhooks are those that name it. */
function searchOf(name: string): { phone: string } | { q: string } {
  const [, named] = /^(?:agent|retell|twilio):(.+)$/.exec(name) ?? []
  return named === undefined ? { phone: name } : { q: named }
}

export function UnknownNumberDetail({
  number,
  onResolve,
  onClose,
}: {
  number: UnknownPhone
  onResolve: () => void
  onClose: () => void
}) {
  const refusal = useRefusal()
  return (
    <DetailFrame
      title={<Phone number={number.phoneNumber} />}
      sub={
        <>
          <Resolution number={number} />
          <Id id={number.id} />
        </>
      }
      actions={
        <>
          <Button asChild>
            <Link to="/webhooks" search={searchOf(number.phoneNumber)}>
              <Webhook aria-hidden className="size-3.5" />
              Its webhooks
            </Link>
          </Button>
          {!number.resolvedAt && (
            <Button variant="primary" refused={refusal} onClick={onResolve}>
              Resolve…
            </Button>
          )}
        </>
      }
      onClose={onClose}
    >
      <Section title="Why it is so">
        <p className="text-sm text-ink-2">
          {number.resolvedAt
            ? 'It was nobody’s when it was first heard of. Somebody has said whose it is.'
            : 'No customer has a line with this number, or this agent. What concerns it is recorded and waits; it counts for nobody until somebody says whose it is.'}
        </p>
      </Section>
      <Section title="Facts">
        <Facts>
          <Fact label="Waiting">
            <span className="figures">{formatCount(number.waiting, 'webhook')}</span>
          </Fact>
          <Fact label="Heard in">
            <span className="flex flex-wrap gap-1">
              {number.eventTypes.map((type) => (
                <Pill key={type} className="font-mono">
                  {type}
                </Pill>
              ))}
            </span>
          </Fact>
          <Fact label="First heard">
            <TimeAgo at={number.firstSeenAt} />
          </Fact>
          <Fact label="Last heard">
            <TimeAgo at={number.lastSeenAt} />
          </Fact>
          {number.resolvedAt && (
            <Fact label="Resolved">
              <TimeAgo at={number.resolvedAt} />
            </Fact>
          )}
          {number.customer && (
            <Fact label="Customer">
              <CustomerLink customer={number.customer} />
            </Fact>
          )}
        </Facts>
      </Section>
    </DetailFrame>
  )
}
