import type { CreditRow, HoldRow, LedgerRow, UsageStatus } from '../app/contract.ts'
import type { Tone } from '../ui/pill.tsx'
import type { MeterKind } from './usage-meter.tsx'

/** The meters as the address names them. */
export const meters = ['calls', 'sms'] as const
export const grains = ['hour', 'day', 'month'] as const
export const groupings = ['provider', 'direction', 'customer'] as const
type MeterKey = LedgerRow['meter']

export const meterKeys: Record<MeterKind, MeterKey> = { calls: 'call_seconds', sms: 'sms_segments' }
export const kindOf = (meter: MeterKey): MeterKind => (meter === 'call_seconds' ? 'calls' : 'sms')
export const meterNames: Record<MeterKind, string> = { calls: 'Minutes', sms: 'Messages' }
export const meterChoices = meters.map((value) => ({ value, label: meterNames[value] }))

export const entryWords: Record<LedgerRow['kind'], string> = {
  usage: 'Usage',
  revision: 'Revision',
  void: 'Taken back',
  adjustment: 'Adjustment',
}
export const entryKinds = Object.keys(entryWords) as LedgerRow['kind'][]

export const holdWords: Record<HoldRow['state'], { tone: Tone; word: string }> = {
  open: { tone: 'info', word: 'Held' },
  settled: { tone: 'ok', word: 'Settled' },
  expired: { tone: 'neutral', word: 'Given back' },
  reported: { tone: 'ok', word: 'Charged by report' },
}
export const holdStates = Object.keys(holdWords) as HoldRow['state'][]

export const creditWords: Record<CreditRow['source'], string> = {
  topup: 'Top-up',
  goodwill: 'Goodwill',
  rollover: 'Roll-over',
  proration: 'Change of tier',
}

type Cause = UsageStatus['pauses'][number]['cause']
export const causeWords: Record<Cause, string> = {
  force: 'By hand',
  payment: 'Payment',
  compliance: 'Compliance',
  provider: 'Provider',
}
export const causes = Object.keys(causeWords) as Cause[]
