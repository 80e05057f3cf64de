import { wireId } from '@trunkline/core/platform/wire-id'
import { monthPeriod } from '@trunkline/core/usage/period'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { updateCustomer } from '../customers/update.ts'
import { createCustomer } from '../onboarding/create-customer.ts'
import { openWorld, randomNumber, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { processBatch } from '../webhooks/process.ts'
import { checkUsage } from './check.ts'
import { loadUsageStatus } from './load-status.ts'
import { rollPeriods } from './open-periods.ts'
import { settleHold } from './settle.ts'

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
      call_reserved_seconds::int as reserved, call_credit_seconds::int as credit, rollover_seconds::int as rollover
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

test('a customer whose month cannot be opened keeps nobody else from his', async () => {
  const last = new Date(Date.now() - 40 * 86_400_000)
  const [first, broken, second] = [
    await customerIn('UTC', last),
    await customerIn('UTC', last),
    await customerIn('UTC', last),
  ]
  await world.owner`update customers set timezone = 'Mars/Olympus' where id = ${broken.id}`

  await expect(rollPeriods(world.ctx())).rejects.toThrow(
    /^1 of \d+ counters were not brought up to date: Invalid time zone/,
  )

  const { start } = monthPeriod('UTC', new Date())
  const starts = [await limitsOf(first.id), await limitsOf(broken.id), await limitsOf(second.id)].map(
    (row) => row?.period_start,
  )
  await world.owner`update customers set timezone = 'UTC' where id = ${broken.id}`
  expect(starts.map((one) => one?.getTime() === start.getTime())).toEqual([true, false, true])
  await rollPeriods(world.ctx())
  expect((await limitsOf(broken.id))?.period_start).toEqual(start)
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

const march = new Date('2025-03-15T12:00:00Z')
const endOfMarch = Date.parse('2025-04-01T00:00:00Z')
const hour = 3_600_000
const at = (ms: number) => world.ctx({ now: new Date(ms) })
/** Processes everything that waits, as if it were `ms`. */
const processAt = async (ms: number) => {
  while ((await processBatch(at(ms), { limit: 100 })).claimed > 0);
}
const overOf = async (id: string) => {
  const rows = await world.owner`
    select period_start, period_end, call_used_seconds::int as used from usage_periods where customer_id = ${id} order by period_start`
  return rows.map(({ period_start, period_end, used }) => [period_start.toISOString(), period_end.toISOString(), used])
}
const ledgerOf = async (id: string) => {
  const rows = await world.owner`
    select kind, quantity::int, period_start from usage_entries where customer_id = ${id} order by id`
  return rows.map(
    ({ kind, quantity, period_start }) => `${kind} ${quantity} ${period_start.toISOString().slice(0, 10)}`,
  )
}

test('a call of the new month is counted though nobody has rolled yet, and rolling takes nothing of it away', async () => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  await world.retell(retellCall({ to: phoneNumber, seconds: 60, endedAt: endOfMarch + 1000 }).ended)

  await processAt(endOfMarch + 2000)
  await rollPeriods(at(endOfMarch + 3000))

  expect(await limitsOf(id)).toMatchObject({ used: 60, period_start: new Date(endOfMarch) })
  expect(await overOf(id)).toEqual([['2025-03-01T00:00:00.000Z', '2025-04-01T00:00:00.000Z', 0]])
  expect(await ledgerOf(id)).toEqual(['usage 60 2025-04-01'])
})

test('who has used everything may call again at the first moment of the new month, not a moment sooner', async () => {
  const { id } = await customerIn('UTC', march)
  await world.owner`update usage_limits set call_used_seconds = 9600 where customer_id = ${id}`
  const askAt = (ms: number) => checkUsage(at(ms), { customerId: id, kind: 'call', quantity: 60 })

  expect(await askAt(endOfMarch - 1)).toMatchObject({ allowed: false, reason: 'hard_stop' })
  expect(await loadUsageStatus(at(endOfMarch), { customerId: id })).toMatchObject({
    periodStart: '2025-04-01T00:00:00.000Z',
    calls: { usedSeconds: 0, state: 'ok' },
  })
  expect(await askAt(endOfMarch)).toMatchObject({ allowed: true })
  expect(await limitsOf(id)).toMatchObject({ used: 0, period_start: new Date(endOfMarch) })
})

test.each([
  ['in the three days after', endOfMarch + 71 * hour, 'revision -540 2025-03-01'],
  ['once it is closed', endOfMarch + 72 * hour, 'adjustment -540 2025-03-01'],
])('a correction of last month %s moves last month, never the new one', async (_, now, entry) => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  const sid = `CA${id.replaceAll('-', '')}`
  const when = endOfMarch - hour
  await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 600, at: when }))
  await processAt(endOfMarch - 1)
  await rollPeriods(at(endOfMarch))

  await world.retell(retellCall({ to: phoneNumber, seconds: 60, sid, endedAt: when }).ended)
  await processAt(now)

  expect(await limitsOf(id)).toMatchObject({ used: 0, period_start: new Date(endOfMarch) })
  expect(await overOf(id)).toEqual([['2025-03-01T00:00:00.000Z', '2025-04-01T00:00:00.000Z', 60]])
  expect(await ledgerOf(id)).toEqual(['usage 600 2025-03-01', entry])
})

test('a call that is reported months late goes to its own month, and where none is on record one is put there', async () => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  const report = (day: string) =>
    world.retell(retellCall({ to: phoneNumber, seconds: 60, endedAt: Date.parse(`${day}T12:00:00Z`) }).ended)
  await rollPeriods(at(Date.parse('2025-06-02T00:00:00Z')))

  for (const day of ['2025-04-10', '2025-01-10', '2025-01-20', '2025-06-01']) await report(day)
  await processAt(Date.parse('2025-06-02T12:00:00Z'))

  expect(await limitsOf(id)).toMatchObject({ used: 60, period_start: new Date('2025-06-01T00:00:00Z') })
  expect(await overOf(id)).toEqual([
    ['2025-01-01T00:00:00.000Z', '2025-02-01T00:00:00.000Z', 120],
    ['2025-03-01T00:00:00.000Z', '2025-04-01T00:00:00.000Z', 0],
    ['2025-04-01T00:00:00.000Z', '2025-05-01T00:00:00.000Z', 60],
    ['2025-05-01T00:00:00.000Z', '2025-06-01T00:00:00.000Z', 0],
  ])
  expect((await ledgerOf(id)).sort()).toEqual([
    'adjustment 60 2025-01-01',
    'adjustment 60 2025-01-01',
    'adjustment 60 2025-04-01',
    'usage 60 2025-06-01',
  ])
})

test('a provider whose clock is ahead of ours opens no month before its time', async () => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  await world.retell(retellCall({ to: phoneNumber, seconds: 60, endedAt: endOfMarch + hour }).ended)

  await processAt(endOfMarch - hour)

  expect(await limitsOf(id)).toMatchObject({ used: 60, period_start: new Date('2025-03-01T00:00:00Z') })
})

test('a customer that moves west is given no second allowance for the hours in between', async () => {
  const { id } = await customerIn('Pacific/Auckland', new Date('2025-10-15T00:00:00Z'))
  await updateCustomer(at(Date.parse('2025-10-20T00:00:00Z')), {
    customerId: id,
    change: { timezone: 'America/Los_Angeles' },
  })
  await rollPeriods(at(Date.parse('2025-10-31T12:00:00Z')))
  await world.owner`update usage_limits set call_used_seconds = 9000 where customer_id = ${id}`

  await rollPeriods(at(Date.parse('2025-11-01T07:10:00Z')))

  expect(await limitsOf(id)).toMatchObject({
    used: 9000,
    period_start: new Date('2025-10-31T11:00:00Z'),
    period_end: new Date('2025-12-01T08:00:00Z'),
  })
})

test('however metering, asking, settling and rolling race over the edge of a month, every period adds up (K-14)', async () => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  await world.owner`update usage_limits set call_cap_seconds = 100000 where customer_id = ${id}`
  const holds = await Promise.all(
    Array.from({ length: 6 }, () => checkUsage(at(endOfMarch - hour), { customerId: id, kind: 'call', quantity: 50 })),
  )
  const sids = Array.from({ length: 4 }, (_, call) => `CAedge${call}${id.replaceAll('-', '')}`)
  for (const sid of sids)
    await world.twilio(
      'status',
      twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 100, at: endOfMarch - hour }),
    )
  await processAt(endOfMarch - 1000)
  // corrections of the old month, late calls of it, and calls of the new one
  for (const sid of sids)
    await world.retell(retellCall({ to: phoneNumber, seconds: 30, sid, endedAt: endOfMarch - hour }).ended)
  for (const late of [-5000, -4000, 1000, 2000, 3000, 4000])
    await world.retell(retellCall({ to: phoneNumber, seconds: 7, endedAt: endOfMarch + late }).ended)

  const now = endOfMarch + 10_000
  await Promise.all([
    rollPeriods(at(now)),
    ...Array.from({ length: 3 }, () => processBatch(at(now), { limit: 2 })),
    ...holds.map(({ holdId }, index) =>
      settleHold(at(now), {
        holdId: wireId('hold').parse(holdId),
        quantity: index % 2 === 0 ? 11 : undefined,
        ownedBy: null,
      }),
    ),
    ...Array.from({ length: 4 }, () => checkUsage(at(now), { customerId: id, kind: 'call', quantity: 5 })),
    ...Array.from({ length: 2 }, () => processBatch(at(now), { limit: 2 })),
    rollPeriods(at(now)),
  ])
  await processAt(now)

  expect(await overOf(id)).toEqual([['2025-03-01T00:00:00.000Z', '2025-04-01T00:00:00.000Z', 4 * 30 + 2 * 7]])
  const limits = await limitsOf(id)
  expect(limits).toMatchObject({ period_start: new Date(endOfMarch), used: 4 * 7 + 3 * 11, reserved: 4 * 5 })
  const sums = await world.owner`
    select period_start, sum(quantity)::int as seconds from usage_entries where customer_id = ${id} group by 1 order by 1`
  expect(sums.map(({ seconds }) => seconds)).toEqual([4 * 30 + 2 * 7, 4 * 7 + 3 * 11])
})

test('whoever rolls, the new period announces its levels anew (K-13, K-14)', async () => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  const spendAt = async (ms: number) => {
    await world.retell(retellCall({ to: phoneNumber, seconds: 7300, endedAt: ms }).ended)
    await processAt(ms)
  }
  await spendAt(endOfMarch - 1000)
  await spendAt(endOfMarch + 1000)

  expect(await limitsOf(id)).toMatchObject({ used: 7300, texts: 0 })
  const crossings =
    await world.owner`select level, period_start from usage_crossings where customer_id = ${id} order by id`
  expect(crossings).toEqual([
    { level: 80, period_start: new Date('2025-03-01T00:00:00Z') },
    { level: 80, period_start: new Date(endOfMarch) },
  ])
  const alerts = await world.owner`select count(*)::int as rows from ops_alerts where customer_id = ${id}`
  expect(alerts).toEqual([{ rows: 2 }])
})

test('a late figure of a month that is over announces nothing: nothing can be stopped any more', async () => {
  const { id, phoneNumber } = await customerIn('UTC', march)
  await world.retell(retellCall({ to: phoneNumber, seconds: 9100, endedAt: endOfMarch - 1000 }).ended)

  await processAt(endOfMarch + 1000)

  expect(await world.owner`select level from usage_crossings where customer_id = ${id}`).toEqual([])
})
