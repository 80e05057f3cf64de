/** What is charged for can be looked into, and told again, for its period of a month and 90 days more: no key goes sooner. */
export const leastKeyDays = 31 + 90

/** The whole of a large table is looked through once in so many nights. */
const nights = 28
/** Up to so many pages (of 8 kB) are looked through every night. */
const manyPages = 20_000

/** The pages to look through in the night of `now`: from the first one to before the last, so that whoever goes on for `nights` nights sees all. */
export function pagesTonight({ pages, now }: { pages: number; now: Date }): { from: number; to: number } {
  if (pages <= manyPages) return { from: 0, to: pages }
  const night = Math.floor(now.getTime() / 86_400_000) % nights
  return { from: Math.floor((pages * night) / nights), to: Math.floor((pages * (night + 1)) / nights) }
}
