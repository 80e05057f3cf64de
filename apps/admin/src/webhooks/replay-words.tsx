import type { ReplayRow } from '../app/contract.ts'
import { formatCents, formatCount, formatDuration, formatNumber, formatWords } from '../ui/format.ts'
import { State, type Tone } from '../ui/pill.tsx'
import { providerNames, providers, stateWord, webhookStates } from './words.tsx'

type ReplayState = ReplayRow['state']
const states: Record<ReplayState, { tone: Tone; word: string }> = {
  planning: { tone: 'info', word: 'Being planned' },
  planned: { tone: 'warn', word: 'Waits to be confirmed' },
  running: { tone: 'info', word: 'Running' },
  done: { tone: 'ok', word: 'Done' },
  cancelled: { tone: 'neutral', word: 'Cancelled' },
  stopped: { tone: 'bad', word: 'Stopped by itself' },
}
export const replayStates = Object.keys(states) as ReplayState[]
export const replayStateChoices = replayStates.map((value) => ({ value, label: states[value].word }))

export function ReplayMark({ state }: { state: ReplayState }) {
  return <State tone={states[state].tone}>{states[state].word}</State>
}

const hiddenWords: Record<string, string> = {
  phone: 'one number',
  q: 'a text',
  json: 'a JSON path',
  cause: 'one cause',
}
const stamp = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** What was asked for, in words; numbers and texts are not kept, so that they were named is all there is to tell. */
export function filterWords({ filter }: ReplayRow): string {
  const { ids, state, provider, customerId, from, to, hidden } = filter
  const known = webhookStates.find((each) => each === state)
  const source = providers.find((each) => each === provider)
  const parts = [
    ids !== null && `${formatNumber(ids)} chosen`,
    known && stateWord(known),
    source && providerNames[source],
    customerId && 'one customer',
    ...hidden.map((name) => hiddenWords[name] ?? formatWords(name)),
    from && `since ${stamp.format(Date.parse(from))}`,
    to && `until ${stamp.format(Date.parse(to))}`,
  ].filter((part) => typeof part === 'string')
  return parts.join(', ') || 'All'
}

/** «+1 h 05 m», «−3 SMS»; nothing moved is said as such. */
export function formatMove(unit: 'seconds' | 'segments', amount: number): string {
  if (amount === 0) return 'None'
  const size = unit === 'seconds' ? formatDuration(Math.abs(amount)) : `${formatNumber(Math.abs(amount))} SMS`
  return `${amount > 0 ? '+' : '−'}${size}`
}

export const formatMoney = (cents: number): string => (cents > 0 ? `+${formatCents(cents)}` : formatCents(cents))

/** What moves and what that costs or saves, in a row; empty where nothing does. */
export const formatMoves = (moved: { seconds: number; segments: number; cents: number }): string =>
  [
    moved.seconds !== 0 && formatMove('seconds', moved.seconds),
    moved.segments !== 0 && formatMove('segments', moved.segments),
    moved.cents !== 0 && formatMoney(moved.cents),
  ]
    .filter((part) => part !== false)
    .join(', ')

/** What becomes of periods whose invoice is written. */
export const closedPeriodWords = (closed: number): string =>
  `${formatCount(closed, 'closed period')} ${closed === 1 ? 'gets' : 'get'} a correction line.`
