import { monthPeriod } from '@trunkline/core/usage/period'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCustomer } from '../onboarding/create-customer.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { rollPeriods } from './roll-periods.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function customerIn(timezone: string, openedAt: Date) {
  const phoneNumber = randomNumber()
  const id = await createCustomer(world.ctx({ now: openedAt }), {
    businessName: 'Harbor Plumbing',
    tier: 'core',
    timezone,
    country: 'US',
    phoneNumber,
  })
  return { id, phoneNumber }
}
const limitsOf = async (id: string) => {
  const [row] = await world.owner`
    select period_start, period_end, call_used_seconds::int as used, sms_used::int as texts, limit_revision, force_pause,
      call_credit_seconds::int as credit, rollover_seconds::int as rollover
    from usage_limits where customer_id = ${id}`
  return row
}

test('a period ends at midnight of the customer’s own wall clock', async () => {
  const openedAt = new Date('2026-03-15T12:00:00Z')
  const zones = ['America/New_York', 'Asia/Kolkata', 'UTC']
  const [newYork, kolkata, utc] = await Promise.all(zones.map((zone) => customerIn(zone, openedAt)))

  await rollPeriods(world.ctx({ now: new Date('2026-03-31T18:29:59Z') }))
  expect((await limitsOf(kolkata?.id ?? ''))?.period_end).toEqual(new Date('2026-03-31T18:30:00Z'))
  await rollPeriods(world.ctx({ now: new Date('2026-03-31T18:30:00Z') }))

  expect((await limitsOf(kolkata?.id ?? ''))?.period_start).toEqual(new Date('2026-03-31T18:30:00Z'))
  expect((await limitsOf(utc?.id ?? ''))?.period_start).toEqual(new Date('2026-03-01T00:00:00Z'))
  // New York changed its clock within the month
  expect((await limitsOf(newYork?.id ?? ''))?.period_start).toEqual(new Date('2026-03-01T05:00:00Z'))
  expect((await limitsOf(newYork?.id ?? ''))?.period_end).toEqual(new Date('2026-04-01T04:00:00Z'))
})

test('two that roll at the same moment, while calls end, lose no second (K-14)', async () => {
  const last = new Date(Date.now() - 40 * 86_400_000)
  const { id, phoneNumber } = await customerIn('UTC', last)
  for (const call of [1, 2, 3].map(() => retellCall({ to: phoneNumber, seconds: 100 }))) await world.retell(call.ended)
  await world.process()
  expect(await limitsOf(id)).toMatchObject({ used: 300 })
  const later = Array.from({ length: 6 }, () => retellCall({ to: phoneNumber, seconds: 7 }))
  for (const call of later) await world.retell(call.ended)

  await Promise.all([
    rollPeriods(world.ctx()),
    world.process(1),
    rollPeriods(world.ctx()),
    world.process(1),
    rollPeriods(world.ctx()),
  ])
  await rollPeriods(world.ctx())

  const limits = await limitsOf(id)
  const present = monthPeriod('UTC', new Date())
  expect(limits).toMatchObject({ period_start: present.start, period_end: present.end })
  const booked = await world.owner`
    select period_start, sum(quantity)::int as seconds from usage_entries where customer_id = ${id} group by period_start order by period_start`
  const inPeriod = (start: Date) => booked.find((row) => row.period_start.getTime() === start.getTime())?.seconds ?? 0
  expect(limits?.used).toBe(inPeriod(present.start))
  expect(booked.reduce((sum, { seconds }) => sum + seconds, 0)).toBe(300 + 6 * 7)
})

test('a second racer who comes after the first call of the new period takes nothing away (K-14)', async () => {
  const { id, phoneNumber } = await customerIn('UTC', new Date(Date.now() - 40 * 86_400_000))
  await world.retell(retellCall({ to: phoneNumber, seconds: 50 }).ended)
  const waiting = () => world.owner`
    select count(*)::int as backends from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const racers: Promise<void>[] = []

  await world.owner.begin(async (held) => {
    await held`select 1 from usage_limits where customer_id = ${id} for update`
    // they will go on in the order in which they began to wait
    for (const [place, race] of [
      () => rollPeriods(world.ctx()),
      () => world.process(),
      () => rollPeriods(world.ctx()),
    ].entries()) {
      racers.push(race())
      await expect.poll(waiting).toEqual([{ backends: place + 1 }])
    }
  })
  await Promise.all(racers)

  expect(await limitsOf(id)).toMatchObject({ used: 50 })
})

test('rolling again changes nothing', async () => {
  const { id, phoneNumber } = await customerIn('UTC', new Date())
  await world.retell(retellCall({ to: phoneNumber, seconds: 100 }).ended)
  await world.process()
  const before = await limitsOf(id)

  await rollPeriods(world.ctx())

  expect(await limitsOf(id)).toEqual(before)
})

test('after months of downtime the present period is open, not the next one', async () => {
  const { id } = await customerIn('America/New_York', new Date('2025-01-15T12:00:00Z'))

  await rollPeriods(world.ctx({ now: new Date('2025-07-04T12:00:00Z') }))

  expect(await limitsOf(id)).toMatchObject({
    period_start: new Date('2025-07-01T04:00:00Z'),
    period_end: new Date('2025-08-01T04:00:00Z'),
    used: 0,
  })
})

test('a new period announces its levels anew (K-13, K-14)', async () => {
  const { id, phoneNumber } = await customerIn('UTC', new Date(Date.now() - 40 * 86_400_000))
  const spend = async () => {
    await world.retell(retellCall({ to: phoneNumber, seconds: 7300 }).ended)
    await world.process()
  }
  await spend()
  await rollPeriods(world.ctx())
  expect(await limitsOf(id)).toMatchObject({ used: 0, texts: 0 })

  await spend()

  const crossings = await world.owner`select level from usage_crossings where customer_id = ${id} order by id`
  expect(crossings).toEqual([{ level: 80 }, { level: 80 }])
  const alerts = await world.owner`select count(*)::int as rows from ops_alerts where customer_id = ${id}`
  expect(alerts).toEqual([{ rows: 2 }])
})
