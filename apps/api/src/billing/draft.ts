import type { AlertDraft } from '../alerts/raise.ts'

export const dollars = (cents: number) => `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`

/** An alert that stands by itself. */
export function draft(of: Omit<AlertDraft, 'series' | 'rank'>): AlertDraft {
  return { ...of, series: of.dedupKey, rank: 0 }
}
