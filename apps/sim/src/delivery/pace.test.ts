import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

const ticks = async (count: number) => {
  for (let left = count; left > 0; left--) await Promise.resolve()
}
const signal = new AbortController().signal

test('work begins in order, no faster than the pace and no more at once than allowed', async () => {
  const turns: number[] = []
  // the later a turn, the sooner its timer fires: what a busy machine does to timers that are all due
  const until = async (turn: number) => {
    turns.push(turn)
    await ticks(40 - turns.length)
  }
  const inTurn = createPace({ perSecond: 200, atOnce: 2, until })
  const begun: number[] = []
  let running = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      inTurn(signal, async () => {
        begun.push(index)
        running += 1
        most = Math.max(most, running)
        await ticks(100)
        running -= 1
      }),
    ),
  )
  expect(begun).toEqual(Array.from({ length: 20 }, (_, index) => index))
  expect(most).toBe(2)
  expect(turns.slice(1).every((turn, index) => turn - (turns[index] ?? 0) >= 5)).toBe(true)
})

test('work that fails gives its place back', async () => {
  const inTurn = createPace({ perSecond: 1_000, atOnce: 1 })
  await expect(inTurn(signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(inTurn(signal, async () => 'yes')).resolves.toBe('yes')
})

test('who is stopped while he waits keeps nobody behind him', async () => {
  const stopping = new AbortController()
  const inTurn = createPace({ perSecond: 1, atOnce: 2, until: async (_turn, signal) => signal.throwIfAborted() })
  stopping.abort()
  await expect(inTurn(stopping.signal, async () => 'no')).rejects.toThrow()
  await expect(inTurn(signal, async () => 'yes')).resolves.toBe('yes')
})
