import { expect, test } from 'vitest'
import { openGate } from './gate.ts'

test('through a gate go so many at once, so many wait in order, and the rest are refused', async () => {
  const through = openGate({ atOnce: 2, waiting: 3, refusal: 'too many' })
  const began: number[] = []
  const doors = Array.from({ length: 6 }, () => Promise.withResolvers<void>())
  const all = doors.map(({ promise }, place) =>
    through(async () => {
      began.push(place)
      await promise
      if (place === 1) throw new Error('stumbled')
      return place
    }).catch((error: Error) => error.message),
  )

  expect(await all[5]).toBe('too many')
  expect(began).toEqual([0, 1])
  doors[1]?.resolve()
  expect(await all[1]).toBe('stumbled')
  await expect.poll(() => began).toEqual([0, 1, 2])
  for (const { resolve } of doors) resolve()
  expect(await Promise.all(all)).toEqual([0, 'stumbled', 2, 3, 4, 'too many'])
  expect(began).toEqual([0, 1, 2, 3, 4])
  expect(await through(async () => 'empty again')).toBe('empty again')
})
