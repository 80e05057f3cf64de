import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import type { ExplainedLine } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { IconButton } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatCents, formatCount, formatMicros, formatNumber, shortId } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { periodName } from '../usage/period.ts'
import { tierName } from '../usage/tiers.ts'
import { formatUsage } from '../usage/usage-meter.tsx'
import { entryWords, kindOf } from '../usage/words.ts'
import { CostFigure, MarginFigure } from './cost.tsx'
import { LineAmount } from './invoice-preview.tsx'
import { LineMark } from './lines-tab.tsx'
import { lineName, PaymentMark } from './words.tsx'

const way = 'text-accent-ink hover:underline'

/** Why a line says what it says: the ledger entries in it, the call or message of each, and its bytes. */
export function ExplainLine({ id, customerId, onClose }: { id: string; customerId: string; onClose: () => void }) {
  const query = rpc.billing.lines.explain.useQuery({ id })
  return (
    <Loaded
      query={query}
      what="This line"
      skeleton={
        <div className="relative">
          <IconButton label="Close" keys="escape" className="absolute top-2 right-2" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </IconButton>
          <DetailSkeleton />
        </div>
      }
    >
      {(explained) => <Opened explained={explained} customerId={customerId} onClose={onClose} />}
    </Loaded>
  )
}

function Opened({
  explained,
  customerId,
  onClose,
}: {
  explained: ExplainedLine
  customerId: string
  onClose: () => void
}) {
  const { line, correctedBy, entries, entryCount, payment, statements } = explained
  return (
    <DetailFrame
      title={
        <span className="figures">
          {lineName(line)}, {formatCents(line.amountCents)}
        </span>
      }
      sub={
        <>
          <LineMark line={line} />
          <span className="figures">{periodName(line.periodStart)}</span>
          <Id id={line.id} />
        </>
      }
      onClose={onClose}
    >
      <Section title="Facts">
        <Facts>
          <Fact label="Tier">{tierName(line.tier)}</Fact>
          <Fact label="Quantity">
            <LineAmount line={line} />
          </Fact>
          {line.unitPriceMicros > 0 && <Fact label="A unit costs">{formatMicros(line.unitPriceMicros)}</Fact>}
          <Fact label="Providers take">
            <span className="figures">
              <CostFigure of={line} />
            </span>
          </Fact>
          <Fact label="Margin">
            <span className="figures font-medium">
              <MarginFigure of={line} />
            </span>
          </Fact>
          {line.correctsLineId && (
            <Fact label="Corrects">
              <LineLink id={line.correctsLineId} />
            </Fact>
          )}
          {correctedBy.length > 0 && (
            <Fact label="Corrected by">
              <span className="flex flex-wrap gap-2">
                {correctedBy.map((id) => (
                  <LineLink key={id} id={id} />
                ))}
              </span>
            </Fact>
          )}
        </Facts>
      </Section>
      {payment && (
        <Section title="Payment">
          <Facts>
            <Fact label="State">
              <PaymentMark state={payment.state} />
            </Fact>
            <Fact label="Amount">{formatCents(payment.amountCents)}</Fact>
            {payment.creditedAt && (
              <Fact label="Credited">
                <TimeAgo at={payment.creditedAt} />
              </Fact>
            )}
          </Facts>
          <ul className="mt-3 grid gap-1 text-sm">
            {statements.map((said) => (
              <li key={said.eventId} className="flex flex-wrap items-baseline justify-between gap-x-3">
                {said.webhookId ? (
                  <Link to="/webhooks/$webhookId" params={{ webhookId: said.webhookId }} className={way}>
                    {said.type}
                  </Link>
                ) : (
                  said.type
                )}
                <TimeAgo at={said.at} className="text-xs text-ink-3" />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {(entryCount > 0 || line.kind === 'usage') && (
        <section aria-label="Its ledger entries" className="border-t pt-3">
          <h3 className="figures px-4 pb-2 text-sm font-semibold sm:px-5">
            {formatCount(entryCount, 'ledger entry', 'ledger entries')}
            {entryCount > entries.length && (
              <span className="font-normal text-ink-2">, the first {formatNumber(entries.length)} of them</span>
            )}
          </h3>
          <PlainTable
            label="Ledger entries of this line"
            rows={entries}
            keyOf={({ id }) => id}
            columns={[
              {
                header: 'Entry',
                cell: (entry) => (
                  <Link
                    to="/customers/$customerId"
                    params={{ customerId }}
                    search={{ tab: 'ledger', open: entry.id }}
                    className={way}
                  >
                    {entryWords[entry.kind as keyof typeof entryWords] ?? entry.kind}
                  </Link>
                ),
              },
              {
                header: 'Amount',
                align: 'right',
                cell: (entry) => formatUsage(line.meter ? kindOf(line.meter) : 'calls', entry.quantity),
              },
              { header: 'Share', align: 'right', cell: (entry) => formatCents(entry.amountCents) },
              {
                header: line.meter === 'sms_segments' ? 'Message' : 'Call',
                cell: ({ kind, eventId, reason }) =>
                  kind === 'adjustment' ? (
                    <span className="text-ink-2">{reason ?? 'By hand'}</span>
                  ) : line.meter === 'sms_segments' ? (
                    <Link
                      to="/messages/$messageId"
                      params={{ messageId: eventId }}
                      search={{ customer: customerId }}
                      className={way}
                    >
                      {shortId(eventId)}
                    </Link>
                  ) : (
                    <Link
                      to="/calls/$callId"
                      params={{ callId: eventId }}
                      search={{ customer: customerId }}
                      className={way}
                    >
                      {shortId(eventId)}
                    </Link>
                  ),
              },
              {
                header: 'Bytes',
                cell: ({ webhookId }) =>
                  webhookId ? (
                    <Link to="/webhooks/$webhookId" params={{ webhookId }} className={way}>
                      {shortId(webhookId)}
                    </Link>
                  ) : (
                    '—'
                  ),
              },
            ]}
          />
        </section>
      )}
    </DetailFrame>
  )
}

function LineLink({ id }: { id: string }) {
  return (
    <Link to="." search={(before) => ({ ...before, open: id })} className={way}>
      {shortId(id)}
    </Link>
  )
}
