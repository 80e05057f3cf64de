import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSilent, usualOf } from './silence.ts'

const weeks = fc.array(fc.nat(1000), { maxLength: 6 })

test('whoever is heard is not silent, and whoever is new or seldom heard never is', () => {
  fc.assert(
    fc.property(weeks, fc.nat(5), (before, heard) => {
      const silent = isSilent({ heard, before })
      if (heard > 0 || before.filter((one) => one > 0).length < 3) expect(silent).toBe(false)
      if (before.every((one) => one < 10)) expect(silent).toBe(false)
      if (heard === 0 && before.length >= 3 && before.every((one) => one >= 10)) expect(silent).toBe(true)
    }),
  )
})

test('one quiet or loud week does not change what is usual, and the usual is something that was', () => {
  expect(usualOf([100, 110, 0, 90])).toBe(100)
  expect(usualOf([100, 110, 5000, 90])).toBe(100)
  fc.assert(
    fc.property(weeks, (before) => {
      const usual = usualOf(before)
      if (usual !== undefined) expect(before).toContain(usual)
    }),
  )
})
