import { Link } from '@tanstack/react-router'
import { Webhook } from 'lucide-react'
import type { CallRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { CustomerLink } from '../customers/customer-link.tsx'
import { Button } from '../ui/button.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { formatDuration, formatMicros, formatWords } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { providerNames } from '../webhooks/words.tsx'
import { RevealCall } from './reveal.tsx'
import { CallStatusMark } from './words.tsx'

/** One call, merged from everything that was said about it. */
export function CallDetail({ call, onClose }: { call: CallRow; onClose: () => void }) {
  const name = call.retellCallId ?? call.twilioCallSid
  const ours = call.direction === 'outbound' ? call.fromNumber : call.toNumber
  return (
    <DetailFrame
      title={call.direction ? `${formatWords(call.direction)} call` : 'Call'}
      sub={
        <>
          <CallStatusMark status={call.status} />
          {call.seconds !== null && <span className="figures">{formatDuration(call.seconds)}</span>}
          <TimeAgo at={call.occurredAt} />
          <Id id={call.id} />
        </>
      }
      actions={
        (name ?? ours) && (
          <Button asChild>
            <Link to="/webhooks" search={name ? { q: name } : { phone: ours ?? undefined }}>
              <Webhook aria-hidden className="size-3.5" />
              Its webhooks
            </Link>
          </Button>
        )
      }
      onClose={onClose}
    >
      <Section title="What happened">
        <Timeline>
          {call.startedAt && <Moment tone="info" title="Started" at={<TimeAgo at={call.startedAt} />} />}
          {call.endedAt && (
            <Moment tone={call.status === 'failed' ? 'bad' : 'ok'} title="Ended" at={<TimeAgo at={call.endedAt} />}>
              {call.disconnectReason && formatWords(call.disconnectReason)}
            </Moment>
          )}
          {!call.startedAt && !call.endedAt && (
            <Moment title="Neither its start nor its end has been reported">Reports may come in any order.</Moment>
          )}
        </Timeline>
      </Section>
      <Section title="What it costs">
        <Facts>
          <Fact label="Metered">
            {call.seconds === null ? (
              <span className="text-ink-2">Nothing yet: no provider has reported how long it was.</span>
            ) : (
              <span className="figures">
                {formatDuration(call.seconds)}
                <span className="text-ink-2">
                  {' '}
                  ({call.seconds.toLocaleString('en-US')} s
                  {call.secondsSource && `, by ${providerNames[call.secondsSource]}`})
                </span>
              </span>
            )}
          </Fact>
          <Fact label="Provider's price">
            {call.costMicros === null ? (
              <span className="text-ink-3">Not reported</span>
            ) : (
              <span className="figures">{formatMicros(call.costMicros)}</span>
            )}
          </Fact>
        </Facts>
      </Section>
      {(call.summary || call.sentiment) && (
        <Section title="What was said">
          {call.summary && <p className="text-sm">{call.summary}</p>}
          {call.sentiment && <p className="mt-1.5 text-sm text-ink-2">Sentiment: {call.sentiment.toLowerCase()}</p>}
        </Section>
      )}
      <RevealCall id={call.id} />
      <Section title="Facts">
        <Facts>
          <Fact label="Customer">
            <CustomerLink customer={call.customer} />
          </Fact>
          <Fact label="From">
            <Phone number={call.fromNumber} />
          </Fact>
          <Fact label="To">
            <Phone number={call.toNumber} />
          </Fact>
          {call.retellCallId && (
            <Fact label="Retell call">
              <Copyable text={call.retellCallId} label="Copy the Retell call id" className="font-mono text-xs">
                {call.retellCallId}
              </Copyable>
            </Fact>
          )}
          {call.twilioCallSid && (
            <Fact label="Twilio call">
              <Copyable text={call.twilioCallSid} label="Copy the Twilio call SID" className="font-mono text-xs">
                {call.twilioCallSid}
              </Copyable>
            </Fact>
          )}
          <Fact label="Last changed">
            <TimeAgo at={call.updatedAt} />
          </Fact>
        </Facts>
      </Section>
    </DetailFrame>
  )
}
