import type { CauseRow, SourceRow } from '../app/contract.ts'
import { State, type Tone } from '../ui/pill.tsx'
import { providerNames } from './words.tsx'

export type SourceStanding = 'paused' | 'behind' | 'no_secret' | 'silent' | 'receiving'

const standings: Record<SourceStanding, { tone: Tone; word: string }> = {
  paused: { tone: 'warn', word: 'Paused' },
  behind: { tone: 'bad', word: 'Behind' },
  no_secret: { tone: 'neutral', word: 'No secret' },
  silent: { tone: 'neutral', word: 'Silent' },
  receiving: { tone: 'ok', word: 'Receiving' },
}
export const sourceStandings = Object.keys(standings) as SourceStanding[]
export const standingChoices = sourceStandings.map((value) => ({ value, label: standings[value].word }))

const behindAfterSeconds = 60

/** What is to be known of a source first. */
export function standingOf(row: SourceRow): SourceStanding {
  if (row.pauses.length > 0) return 'paused'
  if (row.lagSeconds > behindAfterSeconds) return 'behind'
  if (!row.isConfigured) return 'no_secret'
  return row.lastSeenAt === null ? 'silent' : 'receiving'
}

export function StandingMark({ row }: { row: SourceRow }) {
  const { tone, word } = standings[standingOf(row)]
  return <State tone={tone}>{word}</State>
}

export const sourceName = ({ provider, door }: Pick<SourceRow, 'provider' | 'door'>): string =>
  door === null ? providerNames[provider] : `${providerNames[provider]}: ${door}`
export const sourceKey = ({ provider, door }: Pick<SourceRow, 'provider' | 'door'>): string =>
  door === null ? provider : `${provider}/${door}`

export type CauseClass = CauseRow['class']
const classes: Record<CauseClass, { tone: Tone; word: string }> = {
  bug: { tone: 'bad', word: 'Bug of ours' },
  data: { tone: 'bad', word: 'Data' },
  provider: { tone: 'warn', word: 'Provider' },
  transient: { tone: 'info', word: 'Transient' },
}
export const causeClasses = Object.keys(classes) as CauseClass[]
export const classChoices = causeClasses.map((value) => ({ value, label: classes[value].word }))

export function ClassMark({ of }: { of: CauseClass }) {
  return <State tone={classes[of].tone}>{classes[of].word}</State>
}
