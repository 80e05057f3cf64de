import { useSyncExternalStore } from 'react'

function ticker(milliseconds: number) {
  const listeners = new Set<() => void>()
  let now = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = () => {
    now = Date.now()
    for (const listener of listeners) listener()
  }
  return {
    subscribe(listener: () => void) {
      listeners.add(listener)
      if (!timer) {
        now = Date.now()
        timer = setInterval(tick, milliseconds)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) {
          clearInterval(timer)
          timer = undefined
        }
      }
    },
    read: () => now,
  }
}

const second = ticker(1000)
const halfMinute = ticker(30_000)

/** One clock for the whole page, so that a thousand ages cost one timer. */
export function useNow(precision: 'second' | 'half-minute' = 'half-minute'): number {
  const clock = precision === 'second' ? second : halfMinute
  return useSyncExternalStore(clock.subscribe, clock.read, clock.read)
}
