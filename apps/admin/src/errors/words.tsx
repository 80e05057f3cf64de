import { type ErrorSource, errorSources } from '@trunkline/core/errors/fingerprint'
import type { ErrorRow } from '../app/contract.ts'
import { formatCount } from '../ui/format.ts'
import { State, type Tone } from '../ui/pill.tsx'

export { errorSources }

export const errorViews = ['open', 'ignored', 'resolved', 'all'] as const

const states: Record<ErrorRow['state'], { tone: Tone; word: string }> = {
  open: { tone: 'bad', word: 'Open' },
  resolved: { tone: 'ok', word: 'Resolved' },
  ignored: { tone: 'neutral', word: 'Ignored' },
}

export function ErrorState({ state }: { state: ErrorRow['state'] }) {
  return <State tone={states[state].tone}>{states[state].word}</State>
}

export const sourceNames: Record<ErrorSource, string> = {
  api: 'API',
  job: 'Job',
  worker: 'Worker',
  web: 'Browser',
}

export const sourceChoices = errorSources.map((value) => ({ value, label: sourceNames[value] }))

export const timesOf = (occurrences: number) => formatCount(occurrences, 'time')
