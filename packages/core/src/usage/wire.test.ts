import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toUsageEntry, toUsageMeter, usageEntry, usageMeter } from './wire.ts'

const units = fc.integer({ min: 0, max: 20_000 })
const allowance = fc.record({
  used: units,
  reserved: units,
  cap: units,
  credit: units,
  rollover: units,
  grace: fc.constantFrom(0, 600),
  paused: fc.boolean(),
})

test('a meter as screens show it adds up: what is used, held and left is the hard limit or beyond it', () => {
  fc.assert(
    fc.property(allowance, (allowance) => {
      const meter = usageMeter.parse(toUsageMeter(allowance))
      const hardLimit = meter.cap + meter.credit + allowance.grace
      expect(meter.remaining).toBe(Math.max(0, hardLimit - meter.used - meter.reserved))
      expect(meter.remaining).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('a ledger entry leaves with its wire id and its instants as text', () => {
  const at = new Date('2026-03-01T05:00:00Z')
  const entry = { id: '01890a5d-ac96-774b-bcce-b302099a8057', quantity: -2, occurredAt: at, createdAt: at }

  expect(usageEntry.parse(toUsageEntry({ ...entry, meter: 'call_seconds', kind: 'revision' }))).toEqual({
    id: 'use_01890a5dac96774bbcceb302099a8057',
    meter: 'call_seconds',
    kind: 'revision',
    quantity: -2,
    occurredAt: '2026-03-01T05:00:00.000Z',
    recordedAt: '2026-03-01T05:00:00.000Z',
  })
})
