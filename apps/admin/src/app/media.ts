/**
 * A media query, to be read and to be subscribed to.
 * @remarks A list that is read between a change and the next frame never tells of that change (Blink marks the answer
 * as given), so the list that tells is not the one that is read.
 */
export function mediaQuery(query: string): { matches: () => boolean; subscribe: (watcher: () => void) => () => void } {
  const telling = matchMedia(query)
  return {
    matches: () => matchMedia(query).matches,
    subscribe: (watcher) => {
      telling.addEventListener('change', watcher)
      return () => telling.removeEventListener('change', watcher)
    },
  }
}
