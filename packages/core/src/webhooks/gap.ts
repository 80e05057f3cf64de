/** What a call or message is missing: a call its end or its analysis, a text what became of it. */
export const gapKinds = ['end', 'analysis', 'status'] as const
export type GapKind = (typeof gapKinds)[number]

/**
 * What came of asking the provider. `filled`: what it said was taken in. `unchanged`: it knows no more than we do. `unknown`: it does
 * not know the call or message. `unanswered`: it was not reached, or what it said could not be read.
 */
export const gapAnswers = ['filled', 'unchanged', 'unknown', 'unanswered'] as const
export type GapAnswer = (typeof gapAnswers)[number]

export const backfillStates = ['running', 'done', 'failed'] as const

const firstPauseSeconds = 900
const unansweredSeconds = 300
const mostAsks = 5

/** In how many seconds the provider is asked again, or null where it is not; `asks`: how often it has answered, this answer included. */
export function askAgainAfter({ answer, asks }: { answer: GapAnswer; asks: number }): number | null {
  if (answer === 'filled') return null
  if (answer === 'unanswered') return unansweredSeconds
  return asks >= mostAsks ? null : firstPauseSeconds * 4 ** (Math.max(1, asks) - 1)
}
