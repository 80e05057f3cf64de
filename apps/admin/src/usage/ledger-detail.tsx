import { Link } from '@tanstack/react-router'
import { MessageSquareText, PhoneCall, Receipt, Undo2, Webhook } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import type { LedgerRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { rpc } from '../app/rpc.ts'
import { useRefusal } from '../app/session.ts'
import { lineName } from '../billing/words.tsx'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatCents, formatLocal, shortId } from '../ui/format.ts'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { Moment, Timeline } from '../ui/timeline.tsx'
import { toast } from '../ui/toast.tsx'
import { EntryAmount, entryName } from './ledger-tab.tsx'
import { periodName } from './period.ts'
import { formatUsage } from './usage-meter.tsx'
import { kindOf } from './words.ts'

const way = 'inline-flex items-center gap-1.5 text-accent-ink hover:underline [&_svg]:size-3.5'

/** One entry: the bytes it came from, the call or message, and the line it went into. */
export function LedgerDetail({
  row,
  customerId,
  onClose,
}: {
  row: LedgerRow
  customerId: string
  onClose: () => void
}) {
  const refusal = useRefusal()
  const [waiving, setWaiving] = useState(false)
  const line = rpc.billing.lineOfEntry.useQuery({ entryId: row.id })
  const steps: { title: string; body: ReactNode }[] = [
    ...(row.webhookId
      ? [
          {
            title: 'Webhook',
            body: (
              <Link to="/webhooks/$webhookId" params={{ webhookId: row.webhookId }} className={way}>
                <Webhook aria-hidden />
                {shortId(row.webhookId)}, with its bytes
              </Link>
            ),
          },
        ]
      : []),
    ...(row.callId
      ? [
          {
            title: 'Call',
            body: (
              <Link
                to="/calls/$callId"
                params={{ callId: row.callId }}
                search={{ customer: customerId }}
                className={way}
              >
                <PhoneCall aria-hidden />
                {shortId(row.callId)}
              </Link>
            ),
          },
        ]
      : []),
    ...(row.messageId
      ? [
          {
            title: 'Message',
            body: (
              <Link
                to="/messages/$messageId"
                params={{ messageId: row.messageId }}
                search={{ customer: customerId }}
                className={way}
              >
                <MessageSquareText aria-hidden />
                {shortId(row.messageId)}
              </Link>
            ),
          },
        ]
      : []),
    {
      title: 'Ledger entry',
      body: (
        <>
          {formatUsage(kindOf(row.meter), row.quantity)} in {periodName(row.periodStart)}
          {row.correctsId && (
            <>
              , corrects{' '}
              <Link to="." search={(before) => ({ ...before, open: row.correctsId ?? undefined })} className={way}>
                {shortId(row.correctsId)}
              </Link>
            </>
          )}
        </>
      ),
    },
    {
      title: 'Line',
      body: line.data?.line ? (
        <Link
          to="/customers/$customerId"
          params={{ customerId }}
          search={{ tab: 'lines', open: line.data.line.id }}
          className={way}
        >
          <Receipt aria-hidden />
          {lineName(line.data.line)}, {formatCents(line.data.line.amountCents)}
        </Link>
      ) : line.data ? (
        'Not rated yet: that happens within a minute.'
      ) : line.error ? (
        'The line could not be asked for.'
      ) : (
        '…'
      ),
    },
  ]
  return (
    <DetailFrame
      title={
        <>
          {entryName(row)}, <EntryAmount row={row} />
        </>
      }
      sub={
        <>
          <TimeAgo at={row.occurredAt} />
          <Id id={row.id} />
        </>
      }
      actions={
        (row.callId || row.messageId) &&
        row.kind !== 'void' && (
          <Button refused={refusal} onClick={() => setWaiving(true)}>
            <Undo2 aria-hidden className="size-3.5" />
            Waive…
          </Button>
        )
      }
      onClose={onClose}
    >
      <Section title="Why it is so">
        <Timeline>
          {steps.map(({ title, body }, index) => (
            <Moment key={title} tone={index === steps.length - 1 ? 'accent' : 'neutral'} title={title}>
              {body}
            </Moment>
          ))}
        </Timeline>
      </Section>
      <Section title="Facts">
        <Facts>
          {row.reason && <Fact label="Reason">{row.reason}</Fact>}
          <Fact label="Happened">{formatLocal(Date.parse(row.occurredAt))}</Fact>
          <Fact label="Recorded">{formatLocal(Date.parse(row.recordedAt))}</Fact>
        </Facts>
      </Section>
      {waiving && <Waive row={row} onClose={() => setWaiving(false)} />}
    </DetailFrame>
  )
}

function Waive({ row, onClose }: { row: LedgerRow; onClose: () => void }) {
  const utils = rpc.useUtils()
  const [reason, setReason] = useState('')
  const what = row.meter === 'call_seconds' ? 'call' : 'message'
  const waive = rpc.usage.waive.useMutation({
    onSuccess: async ({ voided }) => {
      onClose()
      toast.success(`${formatUsage(kindOf(row.meter), voided)} are taken back`)
      await Promise.all([utils.usage.invalidate(), utils.customers.invalidate()])
    },
  })
  return (
    <ActDialog
      title={`Waive this ${what}`}
      description={`Everything booked under this ${what} is taken back, and whatever its provider reports later charges nothing. This cannot be undone.`}
      act={`Waive this ${what}`}
      danger
      busy={waive.isPending}
      error={waive.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => waive.mutate({ id: row.id, reason })}
    />
  )
}
