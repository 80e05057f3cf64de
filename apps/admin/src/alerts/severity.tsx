import type { AlertDetail, AlertRow, Severity } from '../app/contract.ts'
import { Pill, State, type Tone } from '../ui/pill.tsx'
import { providerNames } from '../webhooks/words.tsx'

export const severityTones: Record<Severity, Tone> = {
  critical: 'critical',
  high: 'bad',
  medium: 'warn',
  low: 'info',
  info: 'neutral',
}
export const severityWords: Record<Severity, string> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Info',
}

/** The worst first. */
export const severitiesByWeight = Object.keys(severityTones) as Severity[]

export function SeverityPill({ severity }: { severity: Severity }) {
  return <Pill tone={severityTones[severity]}>{severityWords[severity]}</Pill>
}

const deliveries: Record<AlertRow['delivery'], { tone: Tone; word: string }> = {
  pending: { tone: 'info', word: 'Waiting to be sent' },
  sent: { tone: 'info', word: 'Sent, no receipt yet' },
  delivered: { tone: 'ok', word: 'Delivered' },
  failed: { tone: 'bad', word: 'Not delivered' },
  logged: { tone: 'neutral', word: 'Logged' },
  superseded: { tone: 'neutral', word: 'Replaced by a later one' },
}

export function deliveryTone(state: string): Tone {
  return deliveries[state as AlertRow['delivery']]?.tone ?? 'neutral'
}
export function deliveryWord(state: string): string {
  return deliveries[state as AlertRow['delivery']]?.word ?? state
}

export function DeliveryState({ state }: { state: AlertRow['delivery'] }) {
  return <State tone={deliveryTone(state)}>{deliveryWord(state)}</State>
}

const channels: Record<string, string> = { sms: 'SMS', email: 'mail', slack: 'Slack', log: 'server log' }

/** By which way somebody was told, and who carried it. */
export function channelWord({ channel, provider }: AlertDetail['deliveries'][number]): string {
  const word = channels[channel] ?? channel
  return provider === null ? word : `${word} by ${providerNames[provider]}`
}
