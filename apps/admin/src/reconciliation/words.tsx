import type { DifferenceRow, ReconciliationRun } from '../app/contract.ts'
import { formatCents, formatDuration, formatMicros, formatNumber, formatWords } from '../ui/format.ts'
import { State, type Tone } from '../ui/pill.tsx'
import { providerNames, providers } from '../webhooks/words.tsx'

type RunState = ReconciliationRun['state']
type FoundClass = DifferenceRow['class']
export type Unit = DifferenceRow['unit']

const states: Record<RunState, { tone: Tone; word: string }> = {
  running: { tone: 'info', word: 'Running' },
  matched: { tone: 'ok', word: 'Agrees' },
  differences: { tone: 'warn', word: 'Differences' },
  failed: { tone: 'bad', word: 'Failed' },
  stale: { tone: 'bad', word: 'Broken off' },
}
export const stateChoices = (Object.keys(states) as RunState[]).map((value) => ({ value, label: states[value].word }))

export function RunMark({ run }: { run: Pick<ReconciliationRun, 'state' | 'flagged'> }) {
  const { tone, word } = states[run.state]
  return <State tone={run.state === 'differences' && run.flagged > 0 ? 'bad' : tone}>{word}</State>
}

export const triggerWords: Record<ReconciliationRun['trigger'], string> = {
  scheduled: 'Nightly',
  manual: 'By hand',
}
export const triggerChoices = (['scheduled', 'manual'] as const).map((value) => ({
  value,
  label: triggerWords[value],
}))

export const phaseWords: Record<ReconciliationRun['phase'], string> = {
  ledger: 'Adding up the ledger',
  listing: 'Reading the providers’ lists',
  comparing: 'Comparing call by call',
  money: 'Comparing money',
  done: 'Done',
}

export const levelWords: Record<DifferenceRow['level'], { name: string; ours: string; theirs: string }> = {
  0: { name: 'Our own books', ours: 'Ledger', theirs: 'Counters and lines' },
  1: { name: 'Calls and messages', ours: 'Booked here', theirs: 'Listed by providers' },
  2: { name: 'Money', ours: 'Booked here', theirs: 'By list or terms' },
}

type Words = { word: string; means: string; ours: string; theirs: string }
const listed = { ours: 'Booked here', theirs: 'Listed there' }
const classes: Record<FoundClass, Words> = {
  missing_here: { word: 'Missing here', means: 'The provider lists it and nothing of it is booked here.', ...listed },
  missing_there: { word: 'Missing there', means: 'It is booked here and the provider does not list it.', ...listed },
  quantity_differs: { word: 'Quantity differs', means: 'Both know it, with another length or size.', ...listed },
  price_differs: { word: 'Price differs', means: 'The provider asks another price than was booked.', ...listed },
  late: {
    word: 'Late',
    means: 'It is booked, and was told of later than it may be.',
    ours: 'Booked after',
    theirs: 'Allowed',
  },
  duplicate: { word: 'Duplicate', means: 'It is booked here more than once.', ...listed },
  counter_differs: {
    word: 'Counter differs',
    means: 'What counts against the cap is not the sum of the ledger.',
    ours: 'Ledger',
    theirs: 'Counter',
  },
  lines_differ: {
    word: 'Lines differ',
    means: 'The lines of a period are not the sum of the ledger.',
    ours: 'Ledger',
    theirs: 'Lines',
  },
  rating_differs: {
    word: 'Rating differs',
    means: 'Closed lines charge something else than the terms of their period say.',
    ours: 'On the lines',
    theirs: 'By the terms',
  },
  cost_differs: {
    word: 'Cost differs',
    means: 'What providers take over the window is not what was booked.',
    ours: 'Booked here',
    theirs: 'Asked there',
  },
}
export const classWords = (found: FoundClass): Words => classes[found]
export const classChoices = (Object.keys(classes) as FoundClass[]).map((value) => ({
  value,
  label: classes[value].word,
}))

export function providerWord(provider: string | null): string {
  const known = providers.find((each) => each === provider)
  return known ? providerNames[known] : formatWords(provider ?? 'ours')
}

type Healing = NonNullable<DifferenceRow['healing']>
const healings: Record<Healing, { tone: Tone; word: string }> = {
  open: { tone: 'warn', word: 'To take in' },
  queued: { tone: 'info', word: 'Waits' },
  admitted: { tone: 'info', word: 'Taken in' },
  processed: { tone: 'ok', word: 'Booked' },
  failed: { tone: 'bad', word: 'Not booked' },
}
export function HealingMark({ healing }: { healing: Healing }) {
  return <State tone={healings[healing].tone}>{healings[healing].word}</State>
}

export const unitWords: Record<Unit, string> = { seconds: 'Time', segments: 'SMS', micros: 'Cost', cents: 'Charges' }

/** «1 h 05 m», «3 SMS», «$0.0079». */
export function formatAmount(unit: Unit, amount: number): string {
  const size = Math.abs(amount)
  const text = {
    seconds: () => formatDuration(size),
    segments: () => `${formatNumber(size)} SMS`,
    micros: () => formatMicros(size),
    cents: () => formatCents(size),
  }[unit]()
  return amount < 0 ? `−${text}` : text
}

/** As `formatAmount`; where that leaves out seconds, with all of them: «2 h 13 m (8,000 s)». */
export const formatExact = (unit: Unit, amount: number): string =>
  unit === 'seconds' && Math.abs(amount) >= 3600
    ? `${formatAmount(unit, amount)} (${amount < 0 ? '−' : ''}${formatNumber(Math.abs(amount))} s)`
    : formatAmount(unit, amount)

/** Ours less theirs, with its sign: «+3 SMS», «−1 m 04 s». */
export const formatApart = (unit: Unit, delta: number): string =>
  delta > 0 ? `+${formatAmount(unit, delta)}` : formatAmount(unit, delta)

const stamp = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
export const formatStamp = (at: string): string => stamp.format(Date.parse(at))
export const formatWindow = (run: Pick<ReconciliationRun, 'windowFrom' | 'windowTo'>): string =>
  `${formatStamp(run.windowFrom)} – ${formatStamp(run.windowTo)}`
