import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import type { UsageMeter } from '../app/contract.ts'
import { formatDuration, formatNumber, formatPercent } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { State, type Tone } from '../ui/pill.tsx'

export type MeterKind = 'calls' | 'sms'

const faces: Record<UsageMeter['state'], { tone: Tone; word: string }> = {
  ok: { tone: 'ok', word: 'Within the cap' },
  warned: { tone: 'warn', word: 'Near the cap' },
  limit: { tone: 'bad', word: 'Over the cap' },
  hard_stop: { tone: 'critical', word: 'Stopped' },
  paused: { tone: 'neutral', word: 'Paused' },
}

/** An amount in the unit of its meter: seconds as time, segments as SMS. */
export function formatUsage(kind: MeterKind, amount: number): string {
  return kind === 'calls' ? formatDuration(amount) : `${formatNumber(amount)} SMS`
}

/** Caps are sold in minutes, so that is how they are told. */
export function formatCap(kind: MeterKind, amount: number): string {
  return kind === 'calls' ? `${formatNumber(Math.floor(amount / 60))} min` : `${formatNumber(amount)} SMS`
}

export function UsageState({ state }: { state: UsageMeter['state'] }) {
  return <State tone={faces[state].tone}>{faces[state].word}</State>
}

/** «111 of 150 min»: both sides in the unit in which caps are sold. */
export function formatShare(kind: MeterKind, used: number, cap: number): string {
  return `${formatNumber(kind === 'calls' ? Math.floor(used / 60) : used)} of ${formatCap(kind, cap)}`
}

const names: Record<MeterKind, string> = { calls: 'Minutes', sms: 'Messages' }

/** The small one, for rows. */
export function UsageBar({ kind, meter, whose }: { kind: MeterKind; meter: UsageMeter; whose: string }) {
  const tone = meter.state === 'ok' ? 'accent' : faces[meter.state].tone
  return (
    <div className="flex w-full items-center gap-2.5">
      <Meter
        label={`${names[kind]} of ${whose}`}
        text={`${formatUsage(kind, meter.used)} of ${formatCap(kind, meter.cap + meter.credit)}, ${faces[meter.state].word.toLowerCase()}`}
        value={meter.used}
        held={meter.reserved}
        limit={meter.cap + meter.credit}
        tone={tone}
      />
      <span
        className={clsx(
          'figures w-11 shrink-0 text-right text-xs',
          meter.state === 'ok' || meter.state === 'paused'
            ? 'text-ink-2'
            : meter.state === 'warned'
              ? 'font-medium text-warn-ink'
              : 'font-medium text-bad-ink',
        )}
      >
        {formatPercent(meter.percent)}
      </span>
    </div>
  )
}

/** What a base is made of, and what stands beyond it. */
type Parts = { included: number; credit: number; rollover: number; grace: number }

/** The large one, with its marks, what its base is made of, what is left, and when it will be used up. */
export function UsagePanel({
  kind,
  meter,
  parts,
  below,
  whose,
}: {
  kind: MeterKind
  meter: UsageMeter
  parts: Parts
  below?: ReactNode
  whose: string
}) {
  const tone = meter.state === 'ok' ? 'accent' : faces[meter.state].tone
  const base = meter.cap + meter.credit
  const named = [
    { name: 'Included', amount: parts.included, always: true },
    { name: 'Credit', amount: parts.credit, always: true },
    { name: 'Roll-over', amount: parts.rollover, always: kind === 'calls' },
    { name: 'Grace', amount: parts.grace, always: true },
  ].filter(({ amount, always }) => always || amount > 0)
  return (
    <div className="min-w-0">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <div className="figures">
          <span className="text-xl font-semibold tracking-tight">{formatCap(kind, meter.used)}</span>
          <span className="ml-1.5 text-sm text-ink-2">
            of {formatCap(kind, meter.cap)}
            {meter.credit > 0 && ` + ${formatCap(kind, meter.credit)} credit`}
          </span>
        </div>
        <span className="text-sm">
          <UsageState state={meter.state} />
        </span>
      </div>
      <Meter
        size="large"
        label={`${names[kind]} of ${whose}`}
        text={`${formatCap(kind, meter.used)} of ${formatCap(kind, base)}`}
        value={meter.used}
        held={meter.reserved}
        limit={base}
        tone={tone}
      />
      <dl className="figures mt-3 grid grid-cols-2 gap-x-3 gap-y-2 text-sm">
        <div>
          <dt className="text-xs text-ink-3">Left</dt>
          <dd className="font-medium">{formatUsage(kind, Math.max(0, meter.remaining))}</dd>
        </div>
        <div>
          <dt className="text-xs text-ink-3">Held</dt>
          <dd className="font-medium">{formatUsage(kind, meter.reserved)}</dd>
        </div>
        {named.map(({ name, amount }) => (
          <div key={name}>
            <dt className="text-xs text-ink-3">{name}</dt>
            <dd>{amount > 0 ? formatUsage(kind, amount) : 'None'}</dd>
          </div>
        ))}
      </dl>
      {below}
    </div>
  )
}
