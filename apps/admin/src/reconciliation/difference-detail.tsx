import { Link } from '@tanstack/react-router'
import { Building2, HeartPulse, MessageSquareText, PhoneCall, ReceiptText, ScrollText, Webhook } from 'lucide-react'
import type { DifferenceRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { rangeOf } from '../app/range.tsx'
import { useRefusal } from '../app/session.ts'
import { chip } from '../errors/occurrence.tsx'
import { Button } from '../ui/button.tsx'
import { Copyable, Id } from '../ui/copy.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { periodName } from '../usage/period.ts'
import { classWords, formatAmount, formatApart, formatExact, HealingMark, levelWords, providerWord } from './words.tsx'

const hours = 3 * 3_600_000

/** One difference: how far apart, whose, and the way to everything it is about. */
export function DifferenceDetail({
  row,
  onHeal,
  onClose,
}: {
  row: DifferenceRow
  onHeal: () => void
  onClose: () => void
}) {
  const refusal = useRefusal()
  const { word, means, ours, theirs } = classWords(row.class)
  return (
    <DetailFrame
      title={word}
      sub={
        <>
          {row.flagged && <Pill tone="bad">Flagged</Pill>}
          {row.healing && <HealingMark healing={row.healing} />}
          {row.occurredAt && <TimeAgo at={row.occurredAt} />}
          <Id id={row.id} />
        </>
      }
      actions={
        row.healing === 'open' && (
          <Button variant="primary" refused={refusal} onClick={onHeal}>
            <HeartPulse aria-hidden className="size-3.5" />
            Take it in…
          </Button>
        )
      }
      onClose={onClose}
    >
      <Section title="What differs">
        <p className="mb-3 text-sm">{means}</p>
        <Facts>
          <Fact label={ours}>
            <span className="figures">{formatExact(row.unit, row.ours)}</span>
          </Fact>
          <Fact label={theirs}>
            <span className="figures">{formatExact(row.unit, row.theirs)}</span>
          </Fact>
          <Fact label={row.class === 'late' ? 'Too late by' : 'Apart'}>
            <span className="figures font-medium">
              {row.class === 'late' ? formatAmount(row.unit, row.delta) : formatApart(row.unit, row.delta)}
            </span>
          </Fact>
        </Facts>
      </Section>
      <Section title="What it is about">
        <Chips row={row} />
      </Section>
      <Section title="Facts">
        <Facts>
          <Fact label="Compared">{levelWords[row.level].name}</Fact>
          {row.provider && <Fact label="Provider">{providerWord(row.provider)}</Fact>}
          {row.providerId && (
            <Fact label="Its id there">
              <Copyable text={row.providerId} label="Copy the provider’s id" className="font-mono text-xs">
                {row.providerId}
              </Copyable>
            </Fact>
          )}
          {row.periodStart && <Fact label="Period">{periodName(row.periodStart)}</Fact>}
          {row.healedAt && (
            <Fact label="Taken in">
              <TimeAgo at={row.healedAt} />
            </Fact>
          )}
        </Facts>
      </Section>
    </DetailFrame>
  )
}

function Chips({ row }: { row: DifferenceRow }) {
  const { customer, eventId, kind, occurredAt, providerId, webhookId } = row
  const at = occurredAt ? Date.parse(occurredAt) : undefined
  // the list is narrowed to where the record stands, so that it is on its first page
  const search = {
    customer: customer?.id,
    range: at === undefined ? undefined : rangeOf(new Date(at - hours), new Date(at + hours)),
  }
  const isMessages = row.unit === 'segments'
  return (
    <div className="flex flex-wrap gap-2">
      {webhookId && (
        <Link className={chip} to="/webhooks/$webhookId" params={{ webhookId }}>
          <Webhook aria-hidden />
          The webhook it became
        </Link>
      )}
      {eventId && kind === 'call' && (
        <Link className={chip} to="/calls/$callId" params={{ callId: eventId }} search={search}>
          <PhoneCall aria-hidden />
          The call here
        </Link>
      )}
      {eventId && kind === 'message' && (
        <Link className={chip} to="/messages/$messageId" params={{ messageId: eventId }} search={search}>
          <MessageSquareText aria-hidden />
          The message here
        </Link>
      )}
      {providerId && (
        <Link className={chip} to="/webhooks" search={{ q: providerId }}>
          <Webhook aria-hidden />
          Its webhooks
        </Link>
      )}
      {customer && (
        <Link className={chip} to="/customers/$customerId" params={{ customerId: customer.id }}>
          <Building2 aria-hidden />
          <span className="truncate">{customer.businessName}</span>
        </Link>
      )}
      {customer && row.level === 0 && (
        <Link
          className={chip}
          to="/customers/$customerId"
          params={{ customerId: customer.id }}
          search={{ tab: 'ledger', meter: isMessages ? 'sms' : 'calls' }}
        >
          <ScrollText aria-hidden />
          Its ledger
        </Link>
      )}
      {customer && (row.class === 'lines_differ' || row.class === 'rating_differs') && (
        <Link
          className={chip}
          to="/customers/$customerId"
          params={{ customerId: customer.id }}
          search={{ tab: 'lines' }}
        >
          <ReceiptText aria-hidden />
          Its lines
        </Link>
      )}
    </div>
  )
}
