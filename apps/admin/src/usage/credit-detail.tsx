import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { ActDialog } from '../app/act-dialog.tsx'
import { actorName } from '../app/actor-name.ts'
import type { CreditRow } from '../app/contract.ts'
import { DetailFrame } from '../app/detail-frame.tsx'
import { rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { Id } from '../ui/copy.tsx'
import { formatLocal } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { Fact, Facts, Section } from '../ui/panel.tsx'
import { State } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { toast } from '../ui/toast.tsx'
import { formatUsage } from './usage-meter.tsx'
import { creditWords, kindOf } from './words.ts'

const endWords = { spent: 'Spent', expired: 'Expired', revoked: 'Revoked', refunded: 'Refunded' } as const

export function CreditMark({ row }: { row: CreditRow }) {
  if (row.endedBy) return <State>{endWords[row.endedBy]}</State>
  return <State tone={row.remaining > 0 ? 'ok' : 'neutral'}>{row.remaining > 0 ? 'Living' : 'Used up'}</State>
}

export function Left({ row }: { row: CreditRow }) {
  const kind = kindOf(row.meter)
  return (
    <span className="flex w-full items-center gap-2.5">
      <Meter
        label={`Left of ${creditWords[row.source].toLowerCase()}`}
        text={`${formatUsage(kind, row.remaining)} of ${formatUsage(kind, row.quantity)} left`}
        value={row.remaining}
        limit={row.quantity}
        marks={[]}
      />
      <span className="figures w-20 shrink-0 text-right text-xs whitespace-nowrap">
        {formatUsage(kind, row.remaining)}
      </span>
    </span>
  )
}

/** One grant: what is left, who gave it and why; and how it is taken back. */
export function CreditDetail({
  row,
  refusal,
  onClose,
}: {
  row: CreditRow
  refusal: string | undefined
  onClose: () => void
}) {
  const [revoking, setRevoking] = useState(false)
  const kind = kindOf(row.meter)
  return (
    <DetailFrame
      title={`${creditWords[row.source]}, ${formatUsage(kind, row.quantity)}`}
      sub={
        <>
          <CreditMark row={row} />
          <TimeAgo at={row.grantedAt} />
          <Id id={row.id} />
        </>
      }
      actions={
        row.endedAt === null && (
          <Button refused={refusal} onClick={() => setRevoking(true)}>
            <Undo2 aria-hidden className="size-3.5" />
            Revoke…
          </Button>
        )
      }
      onClose={onClose}
    >
      <Section title="What is left">
        <Left row={row} />
      </Section>
      <Section title="Facts">
        <Facts>
          <Fact label="Priority">{row.priority}, the lowest is spent first</Fact>
          <Fact label="Expires">{row.expiresAt ? formatLocal(Date.parse(row.expiresAt)) : 'Never'}</Fact>
          <Fact label="Granted">{formatLocal(Date.parse(row.grantedAt))}</Fact>
          {row.grantedBy && <Fact label="By">{actorName(row.grantedBy).name}</Fact>}
          {row.takenBack > 0 && <Fact label="Taken back">{formatUsage(kind, row.takenBack)}, with their money</Fact>}
          <Fact label="Why">{row.reason ?? <span className="text-ink-3">Not said</span>}</Fact>
          {row.endedAt && <Fact label="Ended">{formatLocal(Date.parse(row.endedAt))}</Fact>}
        </Facts>
      </Section>
      {revoking && <Revoke row={row} onClose={() => setRevoking(false)} />}
    </DetailFrame>
  )
}

function Revoke({ row, onClose }: { row: CreditRow; onClose: () => void }) {
  const utils = rpc.useUtils()
  const [reason, setReason] = useState('')
  const left = formatUsage(kindOf(row.meter), row.remaining)
  const revoke = rpc.usage.credits.revoke.useMutation({
    onSuccess: async ({ lost }) => {
      onClose()
      toast.success(`${formatUsage(kindOf(row.meter), lost)} are taken back`)
      await Promise.all([utils.usage.invalidate(), utils.customers.invalidate()])
    },
  })
  return (
    <ActDialog
      title="Revoke this credit"
      description="What is left of it goes; what was spent stays spent. Another grant can give it back."
      act={`Revoke ${left}`}
      danger
      busy={revoke.isPending}
      error={revoke.error}
      reason={reason}
      onReason={setReason}
      onClose={onClose}
      onSubmit={() => revoke.mutate({ id: row.id, reason })}
    />
  )
}
