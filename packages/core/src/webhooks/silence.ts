import { offsetAt } from '../usage/period.ts'

/** What came of a source in an hour, and in the same hour of each of the weeks before. */
export type HourOfWeek = { heard: number; before: readonly number[] }

/** Fewer weeks say nothing of a pattern. */
const weeksNeeded = 3
/** A source that sends fewer in an hour may well send none. */
const usualAtLeast = 10

/** What is usual in this hour of the week: the middle of what was, the lower one of two; undefined while nobody can know. */
export function usualOf(before: readonly number[]): number | undefined {
  const known = before.filter((heard) => heard > 0).toSorted((a, b) => a - b)
  return known.length < weeksNeeded ? undefined : known[Math.floor((known.length - 1) / 2)]
}

/** Whether a source says nothing at an hour at which it always says much. */
export function isSilent({ heard, before }: HourOfWeek): boolean {
  return heard === 0 && (usualOf(before) ?? 0) >= usualAtLeast
}

/**
 * By how many milliseconds the hour that had the same time on the wall lay elsewhere at `past` than by UTC: none, and what the zones of
 * our customers say whose clocks were changed since. Who begins at nine begins an hour later by UTC when summer is over.
 */
export function wallShifts({ zones, now, past }: { zones: readonly string[]; now: Date; past: Date }): number[] {
  return [...new Set([0, ...zones.map((zone) => offsetAt(zone, now) - offsetAt(zone, past))])]
}

const hourMs = 3_600_000
const hoursLookedBack = 24

/** The ends of the hours to look at: the last one, those before it back to the last look, and the one that was the last then. None older than a day. */
export function hoursSince({ now, lookedAt }: { now: Date; lookedAt: Date | undefined }): Date[] {
  const oldest = now.getTime() - hoursLookedBack * hourMs
  const looked = lookedAt?.getTime() ?? oldest
  const ends = Array.from({ length: hoursLookedBack }, (_, hours) => now.getTime() - hours * hourMs)
  const after = ends.filter((end, hours) => hours === 0 || end > looked)
  return [...after, ...(looked > oldest && looked < now.getTime() ? [looked] : [])].map((end) => new Date(end))
}
