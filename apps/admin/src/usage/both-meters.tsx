import { Info } from 'lucide-react'
import type { Projection, UsageMeter, UsageStatus } from '../app/contract.ts'
import { rpc } from '../app/rpc.ts'
import { IconButton } from '../ui/button.tsx'
import { formatDay } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'
import { formatUsage, type MeterKind, UsagePanel } from './usage-meter.tsx'

const percentOf = (used: number, base: number): number =>
  base === 0 ? (used > 0 ? 100 : 0) : Math.floor((used * 100) / base)

/** Both meters of a customer's period, each with its parts and the day on which it will be used up. */
export function BothMeters({ status, whose }: { status: UsageStatus; whose: string }) {
  const { calls, sms, customerId } = status
  const projection = rpc.usage.projection.useQuery({ customerId }).data
  const minutes: UsageMeter = {
    used: calls.usedSeconds,
    cap: calls.capSeconds,
    credit: calls.creditSeconds,
    reserved: calls.reservedSeconds,
    remaining: calls.remainingSeconds,
    percent: percentOf(calls.usedSeconds, calls.capSeconds + calls.creditSeconds),
    state: calls.state,
  }
  const messages: UsageMeter = {
    used: sms.usedSegments,
    cap: sms.capSegments,
    credit: sms.creditSegments,
    reserved: sms.reservedSegments,
    remaining: sms.remainingSegments,
    percent: percentOf(sms.usedSegments, sms.capSegments + sms.creditSegments),
    state: sms.state,
  }
  return (
    <div className="grid gap-8 sm:grid-cols-2">
      <UsagePanel
        kind="calls"
        meter={minutes}
        whose={whose}
        parts={{
          included: calls.capSeconds,
          credit: calls.creditSeconds - calls.rolloverSeconds,
          rollover: calls.rolloverSeconds,
          grace: calls.graceSeconds,
        }}
        below={projection && <UsedUp kind="calls" projection={projection} />}
      />
      <UsagePanel
        kind="sms"
        meter={messages}
        whose={whose}
        parts={{ included: sms.capSegments, credit: sms.creditSegments, rollover: 0, grace: sms.graceSegments }}
        below={projection && <UsedUp kind="sms" projection={projection} />}
      />
    </div>
  )
}

/** The day on which a meter will be used up, and how that is told. */
function UsedUp({ kind, projection }: { kind: MeterKind; projection: Projection }) {
  const now = useNow()
  const { perDay, days, limitAt, stopAt, projectedAtPeriodEnd } = projection[kind]
  const isReached = limitAt !== null && Date.parse(limitAt) <= now
  const pace = perDay === 0 ? 'Nothing was used of late' : `At ${formatUsage(kind, perDay)} a day`
  return (
    <p className="mt-3 flex items-center gap-1 border-t pt-2 text-sm">
      <span className="figures min-w-0 flex-1">
        {isReached ? (
          <strong className="font-medium">Used up</strong>
        ) : limitAt === null ? (
          <>
            {pace}
            <span className="text-ink-2">: it lasts until the period ends</span>
          </>
        ) : (
          <>
            {pace} <strong className="font-medium">used up on {formatDay(Date.parse(limitAt))}</strong>
          </>
        )}
        {stopAt !== null && Date.parse(stopAt) > now && (
          <span className="text-ink-2">, stopped on {formatDay(Date.parse(stopAt))}</span>
        )}
      </span>
      <IconButton
        size="icon-small"
        label={`${projection.method}. ${days} days are on record. The period would end at ${formatUsage(kind, projectedAtPeriodEnd)}.`}
      >
        <Info aria-hidden className="size-3.5" />
      </IconButton>
    </p>
  )
}
