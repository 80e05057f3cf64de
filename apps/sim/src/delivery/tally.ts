import type { Answer } from './send.ts'

/** What was sent and how it was answered. */
export type Tally = {
  requests: number
  accepted: number
  duplicates: number
  refused: number
  tooLarge: number
  failed: number
  unreachable: number
  timedOut: number
  retries: number
  bytes: number
}

export function openTally(): Tally {
  return {
    requests: 0,
    accepted: 0,
    duplicates: 0,
    refused: 0,
    tooLarge: 0,
    failed: 0,
    unreachable: 0,
    timedOut: 0,
    retries: 0,
    bytes: 0,
  }
}

export function countAnswer(tally: Tally, answer: Answer) {
  tally.requests += 1
  if (answer.kind === 'unreachable' || answer.kind === 'cut') tally.unreachable += 1
  else if (answer.kind === 'timed_out') tally.timedOut += 1
  else if (answer.status === 401 || answer.status === 403) tally.refused += 1
  else if (answer.status === 413) tally.tooLarge += 1
  else if (answer.status < 200 || answer.status >= 300) tally.failed += 1
  else if (/"duplicate"\s*:\s*true/.test(answer.body)) tally.duplicates += 1
  else tally.accepted += 1
}

export function describeTally(tally: Tally) {
  const counts: [number, string][] = [
    [tally.accepted, 'accepted'],
    [tally.duplicates, 'accepted as duplicates'],
    [tally.refused, 'refused as not genuine (401 or 403)'],
    [tally.tooLarge, 'refused as too large (413)'],
    [tally.failed, 'answered with another error'],
    [tally.timedOut, 'not answered in time'],
    [tally.unreachable, 'not delivered: no connection'],
    [tally.retries, 'of these were retries'],
  ]
  const lines = counts.filter(([count]) => count > 0).map(([count, what]) => `  ${String(count).padStart(6)} ${what}`)
  return [`${tally.requests} requests, ${(tally.bytes / 1024).toFixed(0)} kB`, ...lines].join('\n')
}
