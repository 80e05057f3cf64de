import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

test('work begins in order, no faster than the pace and no more at once than allowed', async () => {
  const inTurn = createPace({ perSecond: 200, atOnce: 2 })
  const signal = new AbortController().signal
  const begun: number[] = []
  let running = 0
  let most = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      inTurn(signal, async () => {
        begun.push(index)
        running += 1
        most = Math.max(most, running)
        await sleep(3)
        running -= 1
      }),
    ),
  )
  expect(begun).toEqual([...begun].sort((one, other) => one - other))
  expect(most).toBeLessThanOrEqual(2)
  expect(performance.now() - began).toBeGreaterThanOrEqual(90)
})

test('work that fails gives its place back', async () => {
  const inTurn = createPace({ perSecond: 1_000, atOnce: 1 })
  const signal = new AbortController().signal
  await expect(inTurn(signal, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(inTurn(signal, async () => 'yes')).resolves.toBe('yes')
})
