import { waitUntil } from '../time.ts'

/** Lets work begin at most so many times a second and run at most so many at once, in the order it is asked for. */
export function createPace(options: { perSecond: number; atOnce: number; until?: typeof waitUntil }) {
  const { perSecond, atOnce, until = waitUntil } = options
  const gapMs = 1000 / perSecond
  // timers that are due together may fire in any order
  let lastBegun: Promise<void> = Promise.resolve()
  const waiting: (() => void)[] = []
  let next = 0
  let free = atOnce

  async function takeSlot() {
    if (free > 0) {
      free -= 1
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    await promise
  }

  function returnSlot() {
    const first = waiting.shift()
    if (first) first()
    else free += 1
  }

  return async function inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>) {
    await takeSlot()
    try {
      const turn = Math.max(next, Date.now())
      next = turn + gapMs
      const before = lastBegun
      const begun = Promise.withResolvers<void>()
      lastBegun = begun.promise
      try {
        await before
        await until(turn, signal)
      } finally {
        begun.resolve()
      }
      return await work()
    } finally {
      returnSlot()
    }
  }
}
