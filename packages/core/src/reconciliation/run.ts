import { differenceClasses } from './difference.ts'

/** `stale`: nobody has carried it on for too long; another may begin. */
export const runStates = ['running', 'matched', 'differences', 'failed', 'stale'] as const
export type RunState = (typeof runStates)[number]

/** How a run stands in the words of the first customers, whatever it found. */
export const runStatuses = {
  running: ['running'],
  completed: ['matched', 'differences'],
  failed: ['failed', 'stale'],
} as const
export type RunStatus = keyof typeof runStatuses
export const runStatusNames = Object.keys(runStatuses) as [RunStatus, ...RunStatus[]]

export const runTriggers = ['scheduled', 'manual'] as const
export type RunTrigger = (typeof runTriggers)[number]

/** In this order; a run that is taken up again goes on with the one it was in. */
export const runPhases = ['ledger', 'listing', 'comparing', 'money', 'done'] as const

/** 0: ledger, counters and lines among themselves. 1: each call and message against its provider. 2: money. */
export const runLevels = [0, 1, 2] as const
export type RunLevel = (typeof runLevels)[number]

/** What a difference is: the classes of one call or message, and those of sums. */
export const foundClasses = [
  ...differenceClasses,
  'counter_differs',
  'lines_differ',
  'rating_differs',
  'cost_differs',
] as const
export type FoundClass = (typeof foundClasses)[number]

/** What a difference is counted in. */
export const differenceUnits = ['seconds', 'segments', 'micros', 'cents'] as const
export type DifferenceUnit = (typeof differenceUnits)[number]

export const listedKinds = ['call', 'message'] as const
export type ListedKind = (typeof listedKinds)[number]

export const healStates = ['queued', 'admitted'] as const

/** One list of a provider's: how far it has been read. */
export type RunSource = {
  provider: string
  kind: ListedKind
  state: 'waiting' | 'reading' | 'read' | 'skipped'
  /** Where its next page begins. */
  cursor: string | null
  pages: number
  listed: number
  /** Why it is skipped. */
  reason: string | null
}

/** What one level came to. Sums of what was compared, in each unit that it has. */
export type LevelSums = {
  level: RunLevel
  checked: number
  differences: number
  flagged: number
  sums: { unit: DifferenceUnit; ours: number; theirs: number }[]
}

/** What ended as long ago has been told of by every provider, retries and all. */
export const settlingSeconds = 6 * 3600
/** Two nights overlap, so that what was late or rated later is looked at again. */
export const windowSeconds = 48 * 3600
export const longestWindowSeconds = 35 * 86_400
/** A run that gave no sign for so long by the database's clock is stale. */
export const staleAfterSeconds = 15 * 60
