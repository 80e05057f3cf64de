import { Link } from '@tanstack/react-router'
import { Eye, Webhook } from 'lucide-react'
import type { MessageRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { rpc } from '../app/rpc.ts'
import { useMe } from '../app/session.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { Note } from '../ui/notice.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { MessageStatusMark } from './words.tsx'

/** One message, as far as the provider has told. */
export function MessageDetail({ message, onClose }: { message: MessageRow; onClose: () => void }) {
  // who acts sees both as it is; who sells asks for the numbers
  const mayReveal = useMe()?.role === 'sales'
  const reveal = rpc.messages.reveal.useMutation()
  const revealed = reveal.data
  return (
    <DetailFrame
      title={message.direction === 'inbound' ? 'Inbound message' : 'Outbound message'}
      sub={
        <>
          <MessageStatusMark status={message.status} />
          <TimeAgo at={message.occurredAt} />
          <Id id={message.id} />
        </>
      }
      actions={
        message.messageSid && (
          <Button asChild>
            <Link to="/webhooks" search={{ q: message.messageSid }}>
              <Webhook aria-hidden className="size-3.5" />
              Its webhooks
            </Link>
          </Button>
        )
      }
      onClose={onClose}
    >
      {mayReveal && !revealed && (
        <Section title="Masked for you">
          <Button busy={reveal.isPending} onClick={() => reveal.mutate({ id: message.id })}>
            <Eye aria-hidden className="size-3.5" />
            Reveal the numbers
          </Button>
          <p className="mt-1.5 text-xs text-ink-3">That you look is written to the audit log.</p>
        </Section>
      )}
      <Section title="Text">
        {message.body ? (
          <p className="rounded-lg rounded-bl-sm bg-sunken px-3 py-2 text-sm break-words whitespace-pre-wrap">
            {message.body}
          </p>
        ) : (
          <p className="text-sm text-ink-2">The text is not known: only reports of its delivery have arrived.</p>
        )}
        {message.errorCode && (
          <Note tone="bad" className="mt-3">
            Twilio gave the error code {message.errorCode}.
          </Note>
        )}
      </Section>
      <Section title="Facts">
        <Facts>
          <Fact label="Customer">
            <CustomerLink customer={message.customer} />
          </Fact>
          <Fact label="From">
            <Phone number={revealed?.fromNumber ?? message.fromNumber} />
          </Fact>
          <Fact label="To">
            <Phone number={revealed?.toNumber ?? message.toNumber} />
          </Fact>
          <Fact label="Metered">
            {message.segments === null ? (
              <span className="text-ink-2">Nothing: the carrier has not taken it.</span>
            ) : (
              <span className="figures">{message.segments} SMS</span>
            )}
          </Fact>
          {message.messageSid && (
            <Fact label="Twilio message">
              <Copyable text={message.messageSid} label="Copy the Twilio message SID" className="font-mono text-xs">
                {message.messageSid}
              </Copyable>
            </Fact>
          )}
          <Fact label="Last changed">
            <TimeAgo at={message.updatedAt} />
          </Fact>
        </Facts>
      </Section>
    </DetailFrame>
  )
}
