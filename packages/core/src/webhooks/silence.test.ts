import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hoursSince, isSilent, usualOf, wallShifts } from './silence.ts'

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

test('every moment since the last look lies in an hour that is looked at, and so does the hour that was looked at then; a day at most', () => {
  const hourMs = 3_600_000
  const now = new Date('2026-11-22T18:00:00Z')
  fc.assert(
    fc.property(fc.integer({ min: -60, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (minutesAgo, part) => {
      const lookedAt = new Date(now.getTime() - minutesAgo * 60_000)
      const ends = hoursSince({ now, lookedAt }).map((end) => end.getTime())
      const reach = Math.min(Math.max(0, now.getTime() - lookedAt.getTime()) + hourMs, 24 * hourMs)
      const moment = now.getTime() - 1 - Math.floor(part * (reach - 1))
      expect(ends.some((end) => end - hourMs <= moment && moment < end)).toBe(true)
      expect(Math.min(...ends)).toBeGreaterThan(now.getTime() - 24 * hourMs)
      expect(Math.max(...ends)).toBe(now.getTime())
    }),
  )
  expect(hoursSince({ now, lookedAt: undefined })).toHaveLength(24)
})

test('an hour a week ago is looked for where it stood on the wall, in each zone whose clock was changed, and by UTC', () => {
  const zones = ['America/New_York', 'Europe/Berlin', 'America/Phoenix', 'UTC']
  const minute = fc.integer({ min: Date.parse('2026-01-01') / 60_000, max: Date.parse('2027-12-31') / 60_000 })
  const onTheWall = (zone: string, at: Date) =>
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'short' }).format(at)
  fc.assert(
    fc.property(minute, fc.subarray(zones), fc.integer({ min: 1, max: 4 }), (at, zones, weeks) => {
      const now = new Date(at * 60_000)
      const past = new Date(now.getTime() - weeks * 168 * 3_600_000)
      const shifts = wallShifts({ zones, now, past })
      expect(shifts[0]).toBe(0)
      expect(new Set(shifts).size).toBe(shifts.length)
      for (const zone of zones) {
        // where the clock is changed between the two, the hour that is skipped or comes twice is another one
        const moved = shifts.map((shift) => new Date(past.getTime() + shift))
        const stands = moved.filter((one) => onTheWall(zone, one) === onTheWall(zone, now))
        const isAtTheChange = moved.some((one) => offsetOf(zone, one) !== offsetOf(zone, past))
        expect(stands.length > 0 || isAtTheChange).toBe(true)
      }
    }),
  )
})

const offsetOf = (zone: string, at: Date) =>
  new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).format(at).split('GMT')[1]
