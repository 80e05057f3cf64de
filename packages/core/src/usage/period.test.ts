import fc from 'fast-check'
import { expect, test } from 'vitest'
import { monthPeriod, monthStart } from './period.ts'

// New York changes its clock by an hour, Lord Howe by half an hour, Kolkata never; Asunción skipped the midnight that
// began October 2017, Havana has the midnight that begins November 2026 twice, Apia skipped a day
const zones = [
  'UTC',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/Asuncion',
  'America/Havana',
  'Pacific/Apia',
  'Africa/Cairo',
  'Asia/Kathmandu',
]
const zone = fc.constantFrom(...zones)
const instant = fc.integer({ min: Date.UTC(2005, 0), max: Date.UTC(2045, 0) }).map((at) => new Date(at))
// the hours around a month's beginning, where mistakes live
const nearTheEdge = fc
  .tuple(fc.integer({ min: 2005, max: 2044 }), fc.integer({ min: 0, max: 11 }), fc.integer({ min: -1500, max: 1500 }))
  .map(([year, month, minutes]) => new Date(Date.UTC(year, month, 1) + minutes * 60_000))
const moment = fc.oneof(instant, nearTheEdge)

const monthOf = (zone: string, at: Date) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit' }).format(at)
const wallClock = (zone: string, at: Date) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at)

test('every moment lies in its period: start ≤ t < end', () => {
  fc.assert(
    fc.property(zone, moment, (zone, at) => {
      const { start, end } = monthPeriod(zone, at)
      expect(start.getTime()).toBeLessThanOrEqual(at.getTime())
      expect(at.getTime()).toBeLessThan(end.getTime())
    }),
  )
})

test('periods follow each other without gap or overlap, and everything in one says the same', () => {
  fc.assert(
    fc.property(zone, moment, (zone, at) => {
      const period = monthPeriod(zone, at)
      expect(monthPeriod(zone, period.start)).toEqual(period)
      expect(monthPeriod(zone, new Date(period.end.getTime() - 1))).toEqual(period)
      expect(monthPeriod(zone, period.end).start).toEqual(period.end)
    }),
  )
})

test('a period is the calendar month of the customer’s own wall clock', () => {
  fc.assert(
    fc.property(zone, moment, (zone, at) => {
      const { start, end } = monthPeriod(zone, at)
      expect(monthOf(zone, start)).toBe(monthOf(zone, at))
      expect(monthOf(zone, new Date(end.getTime() - 1))).toBe(monthOf(zone, at))
      expect(monthOf(zone, new Date(start.getTime() - 1))).not.toBe(monthOf(zone, at))
      expect(monthOf(zone, end)).not.toBe(monthOf(zone, at))
    }),
  )
})

test.each([
  ['UTC', 2026, 3, '2026-03-01T00:00:00.000Z'],
  ['America/New_York', 2026, 3, '2026-03-01T05:00:00.000Z'],
  ['America/New_York', 2026, 4, '2026-04-01T04:00:00.000Z'],
  ['America/New_York', 2026, 11, '2026-11-01T04:00:00.000Z'],
  ['America/New_York', 2026, 13, '2027-01-01T05:00:00.000Z'],
  ['Australia/Lord_Howe', 2026, 4, '2026-03-31T13:00:00.000Z'],
  ['Australia/Lord_Howe', 2026, 5, '2026-04-30T13:30:00.000Z'],
  ['Asia/Kolkata', 2026, 1, '2025-12-31T18:30:00.000Z'],
  ['America/Asuncion', 2017, 10, '2017-10-01T04:00:00.000Z'],
  ['America/Havana', 2026, 11, '2026-11-01T04:00:00.000Z'],
])('in %s month %i-%i begins at one instant', (zone, year, month, instant) => {
  expect(monthStart(zone, year, month).toISOString()).toBe(instant)
})

test('a month begins at midnight wherever there is one', () => {
  for (const zone of zones) {
    for (let month = 1; month <= 12; month++) {
      expect(wallClock(zone, monthStart(zone, 2026, month))).toBe(`2026-${String(month).padStart(2, '0')}-01 00:00:00`)
    }
  }
})
