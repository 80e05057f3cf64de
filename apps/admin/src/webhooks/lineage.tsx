import { Link } from '@tanstack/react-router'
import { BellRing, Gauge, MessageSquareText, PhoneCall, PhoneMissed, ReceiptText } from 'lucide-react'
import type { ReactNode } from 'react'
import { severityTones } from '../alerts/severity.tsx'
import type { WebhookDetail } from '../app/contract.ts'
import { formatCents, formatDuration, formatWords } from '../ui/format.ts'
import { formatPhone } from '../ui/phone.tsx'
import { Dot } from '../ui/pill.tsx'
import { formatUsage } from '../usage/usage-meter.tsx'

const chip =
  'inline-flex min-h-7 max-w-full items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2 py-0.5 text-sm hover:border-accent hover:bg-accent-soft [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-ink-3'

function Step({ label, children }: { label: string; children: ReactNode }) {
  return (
    <li className="relative flex flex-col gap-1.5 border-l border-line-strong pb-3 pl-4 last:pb-0">
      <span aria-hidden className="absolute top-[7px] -left-[3.5px] size-1.5 rounded-full bg-control" />
      <span className="text-xs text-ink-3">{label}</span>
      <span className="flex flex-wrap gap-1.5">{children}</span>
    </li>
  )
}

/** What came of these bytes, one step after the other, each a link. */
export function Lineage({ webhook }: { webhook: WebhookDetail }) {
  const { calls, messages, usage, lines, alerts, unknownPhone } = webhook.lineage
  const nothing = calls.length + messages.length + usage.length + alerts.length === 0 && !unknownPhone
  if (nothing)
    return (
      <p className="text-sm text-ink-2">
        {webhook.state === 'processed'
          ? 'It was understood and changed no call, no message and no usage.'
          : 'Nothing has come of it so far.'}
      </p>
    )
  return (
    <ol className="ml-1">
      {unknownPhone && (
        <Step label="Nobody owns its number">
          <Link
            className={chip}
            to="/unknown-numbers/$unknownPhoneId"
            params={{ unknownPhoneId: unknownPhone.id }}
            search={{ phone: unknownPhone.phoneNumber }}
          >
            <PhoneMissed aria-hidden />
            <span className="figures">{formatPhone(unknownPhone.phoneNumber)}</span>
          </Link>
        </Step>
      )}
      {calls.length > 0 && (
        <Step label={calls.length === 1 ? 'Call' : 'Calls'}>
          {calls.map((call) => (
            <Link key={call.id} className={chip} to="/calls/$callId" params={{ callId: call.id }}>
              <PhoneCall aria-hidden />
              <span className="truncate">
                {formatWords(call.status)}
                {call.seconds !== null && <span className="figures text-ink-2">, {formatDuration(call.seconds)}</span>}
                {call.customer && <span className="text-ink-2"> · {call.customer.businessName}</span>}
              </span>
            </Link>
          ))}
        </Step>
      )}
      {messages.length > 0 && (
        <Step label={messages.length === 1 ? 'Message' : 'Messages'}>
          {messages.map((message) => (
            <Link key={message.id} className={chip} to="/messages/$messageId" params={{ messageId: message.id }}>
              <MessageSquareText aria-hidden />
              <span className="truncate">
                {formatWords(message.status)}
                {message.segments !== null && <span className="figures text-ink-2">, {message.segments} SMS</span>}
                {message.customer && <span className="text-ink-2"> · {message.customer.businessName}</span>}
              </span>
            </Link>
          ))}
        </Step>
      )}
      {usage.length > 0 && (
        <Step label="Usage">
          {usage.map((entry) => {
            const face = (
              <>
                <Gauge aria-hidden />
                <span className="figures">
                  {formatUsage(entry.meter === 'call_seconds' ? 'calls' : 'sms', entry.quantity)}
                </span>
                {entry.kind !== 'usage' && <span className="text-ink-2">{entry.kind}</span>}
              </>
            )
            return webhook.customer ? (
              <Link
                key={entry.id}
                className={chip}
                to="/customers/$customerId"
                params={{ customerId: webhook.customer.id }}
                hash="ledger"
              >
                {face}
              </Link>
            ) : (
              <span key={entry.id} className={chip}>
                {face}
              </span>
            )
          })}
        </Step>
      )}
      {lines.length > 0 && (
        <Step label={lines.length === 1 ? 'Line of the bill' : 'Lines of the bill'}>
          {lines.map((line) => (
            <Link
              key={line.id}
              className={chip}
              to="/customers/$customerId"
              params={{ customerId: line.customerId }}
              search={{ tab: 'lines', open: line.id }}
            >
              <ReceiptText aria-hidden />
              <span className="figures">{formatCents(line.amountCents)}</span>
              <span className="text-ink-2">
                {formatWords(line.kind).toLowerCase()}, {line.state}
              </span>
            </Link>
          ))}
        </Step>
      )}
      {alerts.length > 0 && (
        <Step label={alerts.length === 1 ? 'Alert' : 'Alerts'}>
          {alerts.map((alert) => (
            <Link key={alert.id} className={chip} to="/alerts/$alertId" params={{ alertId: alert.id }}>
              <BellRing aria-hidden />
              <Dot tone={severityTones[alert.severity]} />
              <span className="truncate">{alert.title}</span>
            </Link>
          ))}
        </Step>
      )}
    </ol>
  )
}
