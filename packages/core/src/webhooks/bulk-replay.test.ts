import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failsTooOften } from './bulk-replay.ts'

test('a bulk replay is judged from twenty on, and one more failure never lets it go on', () => {
  const percent = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), percent, (done, part, stopAbovePercent) => {
      const failed = Math.min(part, done)
      const stops = failsTooOften({ done, failed, stopAbovePercent })
      if (done < 20) expect(stops).toBe(false)
      else expect(stops).toBe((failed / done) * 100 > stopAbovePercent)
      if (stops && failed < done) expect(failsTooOften({ done, failed: failed + 1, stopAbovePercent })).toBe(true)
    }),
  )
})
