import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Account,
  isClosed,
  monthPeriod,
  monthStart,
  type Period,
  periodAfter,
  placeUsage,
  rollAccount,
} from './period.ts'

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

const hour = 3_600_000
const day = 24 * hour
const periodFrom = (start: string, end: string): Period => ({ start: new Date(start), end: new Date(end) })

test('the next period begins where the last one ended, and a zone that moves changes its end alone', () => {
  fc.assert(
    fc.property(zone, zone, moment, (before, after, at) => {
      const { end } = monthPeriod(before, at)
      const next = periodAfter(after, end)
      expect(next.start).toEqual(end)
      expect(monthPeriod(after, next.end).start).toEqual(next.end)
      const days = (next.end.getTime() - next.start.getTime()) / day
      expect(days).toBeGreaterThan(26)
      expect(days).toBeLessThan(34)
      if (before === after) expect(next).toEqual(monthPeriod(before, end))
    }),
  )
})

test('a customer that moves west is not given a second allowance for the hours in between', () => {
  const auckland = periodFrom('2026-09-30T11:00:00Z', '2026-10-31T11:00:00Z')
  const at = (now: string) =>
    rollAccount({ over: [], open: auckland }, { zone: 'America/Los_Angeles', now: new Date(now) })

  expect(at('2026-10-31T12:00:00Z').open).toEqual(periodFrom('2026-10-31T11:00:00Z', '2026-12-01T08:00:00Z'))
  expect(at('2026-11-01T07:10:00Z').over).toEqual([auckland])
})

test('three days after its end a period is closed, not a moment sooner', () => {
  const march = periodFrom('2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z')

  expect(isClosed(march, new Date('2026-03-31T12:00:00Z'))).toBe(false)
  expect(isClosed(march, new Date('2026-04-03T23:59:59.999Z'))).toBe(false)
  expect(isClosed(march, new Date('2026-04-04T00:00:00Z'))).toBe(true)
})

// whole hours from UTC, so that hours are enough to find where a month begins
const hourlyZones = ['UTC', 'America/New_York', 'America/Los_Angeles', 'Pacific/Auckland', 'Africa/Cairo'] as const
const monthIn = Object.fromEntries(
  hourlyZones.map((zone) => [zone, new Intl.DateTimeFormat('en-CA', { timeZone: zone, month: '2-digit' })]),
)

/** Where a period ends, found by walking through the hours: the first month that begins two days or more after `start`. */
function walkToEnd(zone: string, start: number): number {
  let at = start + 2 * day
  const month = (at: number) => monthIn[zone]?.format(at)
  while (month(at) === month(at - hour)) at += hour
  return at
}

type Action =
  | { kind: 'use'; hoursAgo: number; quantity: number }
  | { kind: 'correct'; which: number; quantity: number }
  | { kind: 'wait'; hours: number }
  | { kind: 'move'; zone: (typeof hourlyZones)[number] }
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('use' as const),
    hoursAgo: fc.oneof(fc.integer({ min: -2, max: 5 }), fc.integer({ min: 0, max: 2000 })),
    quantity: fc.nat(900),
  }),
  fc.record({ kind: fc.constant('correct' as const), which: fc.nat(20), quantity: fc.nat(900) }),
  fc.record({
    kind: fc.constant('wait' as const),
    hours: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 2000 })),
  }),
  fc.record({ kind: fc.constant('move' as const), zone: fc.constantFrom(...hourlyZones) }),
)

/** Counters as the database keeps them: the open one, and one for each period that is over. */
function keepCounters(zone: string, opened: number, actions: readonly Action[]) {
  let present = zone
  let now = opened
  let account: Account = { over: [], open: monthPeriod(zone, new Date(opened)) }
  const counters = new Map<number, number>()
  const booked: { at: number; period: number; quantity: number }[] = []
  const move = (period: Period, quantity: number) => {
    const counter = (counters.get(period.start.getTime()) ?? 0) + quantity
    expect(counter).toBeGreaterThanOrEqual(0)
    counters.set(period.start.getTime(), counter)
  }
  const zones = [{ from: Number.NEGATIVE_INFINITY, zone }]
  for (const one of actions) {
    if (one.kind === 'wait') now += one.hours * hour
    if (one.kind === 'move') {
      present = one.zone
      zones.push({ from: now, zone: present })
    }
    if (one.kind !== 'use' && one.kind !== 'correct') continue
    account = rollAccount(account, { zone: present, now: new Date(now) })
    const known = one.kind === 'correct' ? booked[one.which] : undefined
    if (one.kind === 'correct' && known === undefined) continue
    const at = known?.period ?? Math.min(now, now - (one.kind === 'use' ? one.hoursAgo * hour : 0))
    const { period, standing } = placeUsage(account, { zone: present, at: new Date(at) })
    if (standing === 'unrecorded')
      account = { ...account, over: [...account.over, period].sort((a, b) => a.start.getTime() - b.start.getTime()) }
    move(period, one.quantity - (known?.quantity ?? 0))
    if (known !== undefined) known.quantity = one.quantity
    else booked.push({ at, period: period.start.getTime(), quantity: one.quantity })
  }
  return { account, counters, booked, zones, now }
}

test('whatever comes late, is corrected or moves: each figure counts in the one period it belongs to (brute force)', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...hourlyZones),
      fc.integer({ min: 0, max: 8000 }).map((hours) => Date.UTC(2026, 0, 1) + hours * hour),
      fc.array(action, { maxLength: 40 }),
      (zone, opened, actions) => {
        const { account, counters, booked, zones } = keepCounters(zone, opened, actions)
        const periods = [...account.over, account.open].map(
          ({ start, end }) => [start.getTime(), end.getTime()] as const,
        )

        for (const { at, period } of booked) {
          const holding = periods.filter(([start, end]) => start <= at && at < end)
          expect(holding.map(([start]) => start)).toEqual([period])
        }
        for (const [start] of periods) {
          const due = booked.filter(({ period }) => period === start).reduce((sum, { quantity }) => sum + quantity, 0)
          expect(counters.get(start) ?? 0).toBe(due)
        }
        const first = monthPeriod(zone, new Date(opened)).start.getTime()
        const chain = periods.filter(([start]) => start >= first)
        expect(chain[0]?.[0]).toBe(first)
        for (const [index, [start, end]] of chain.slice(1).entries()) {
          expect(start).toBe(chain[index]?.[1])
          // the zone that the customer had when somebody first looked after the last one had ended
          expect(zones.map(({ zone }) => walkToEnd(zone, start))).toContain(end)
        }
      },
    ),
  )
})
