import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crossedLevels, keptLevels, levels, reaches, recoveredLevels, thresholds } from './threshold.ts'

const crossedThresholds = ({ before, after, base }: { before: number; after: number; base: number }) =>
  crossedLevels({ before: { used: before, base, grace: 0 }, after: { used: after, base, grace: 0 } })

const base = fc.integer({ min: 0, max: 200_000 })
const increments = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 30 })

test('however usage arrives, no level is announced twice and none that was reached is missed', () => {
  fc.assert(
    fc.property(base, increments, (base, steps) => {
      let used = 0
      const announced = steps.flatMap((step) => {
        const before = used
        used += step
        return crossedThresholds({ before, after: used, base })
      })
      expect(announced).toEqual(thresholds.filter((percent) => reaches(used, base, percent)))
    }),
  )
})

test('one big step announces what many small ones would (K-11)', () => {
  fc.assert(
    fc.property(base, increments, (base, steps) => {
      const after = steps.reduce((sum, step) => sum + step, 0)
      let used = 0
      const small = steps.flatMap((step) => {
        used += step
        return crossedThresholds({ before: used - step, after: used, base })
      })
      expect(crossedThresholds({ before: 0, after, base })).toEqual(small)
    }),
  )
})

test('a level counts from its exact figure on', () => {
  expect(crossedThresholds({ before: 0, after: 7199, base: 9000 })).toEqual([])
  expect(crossedThresholds({ before: 7199, after: 7200, base: 9000 })).toEqual([80])
  expect(crossedThresholds({ before: 7200, after: 8999, base: 9000 })).toEqual([])
  expect(crossedThresholds({ before: 8999, after: 9000, base: 9000 })).toEqual([100])
  expect(crossedThresholds({ before: 0, after: 9000, base: 9000 })).toEqual([80, 100])
  expect(crossedThresholds({ before: 9000, after: 99_000, base: 9000 })).toEqual([])
})

test('a correction downwards announces nothing', () => {
  fc.assert(
    fc.property(base, fc.nat(100_000), fc.nat(100_000), (base, used, less) => {
      expect(crossedThresholds({ before: used + less, after: used, base })).toEqual([])
    }),
  )
})

test('where nothing is included the first unit reaches every level', () => {
  expect(crossedThresholds({ before: 0, after: 0, base: 0 })).toEqual([])
  expect(crossedThresholds({ before: 0, after: 1, base: 0 })).toEqual([80, 100])
  expect(crossedThresholds({ before: 1, after: 2, base: 0 })).toEqual([])
})

const standing = fc.record({
  used: fc.integer({ min: 0, max: 300 }),
  base: fc.integer({ min: 0, max: 200 }),
  grace: fc.integer({ min: 0, max: 20 }),
})

test('whatever changes, used or base or grace, a level is crossed, kept or recovered, never two of these (K-12)', () => {
  fc.assert(
    fc.property(standing, standing, (before, after) => {
      const step = { before, after }
      const told = [...crossedLevels(step), ...keptLevels(step), ...recoveredLevels(step)]
      expect(new Set(told).size).toBe(told.length)
      const nothing = { used: 0, base: 1, grace: 0 }
      expect(new Set([...crossedLevels(step), ...keptLevels(step)])).toEqual(
        new Set(crossedLevels({ before: nothing, after })),
      )
      expect(levels).toEqual(expect.arrayContaining(told))
    }),
  )
})

test('the stop is a level of its own where a grace lies between it and the limit', () => {
  const at = (used: number, grace: number) => ({ used, base: 100, grace })
  expect(crossedLevels({ before: at(99, 10), after: at(109, 10) })).toEqual([100])
  expect(crossedLevels({ before: at(109, 10), after: at(110, 10) })).toEqual([101])
  expect(crossedLevels({ before: at(99, 0), after: at(110, 0) })).toEqual([100])
})
