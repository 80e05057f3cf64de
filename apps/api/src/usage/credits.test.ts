import { wireId } from '@trunkline/core/platform/wire-id'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../platform/context.ts'
import { openWorld, type World } from '../testing/world.ts'
import { changeTier } from './change-tier.ts'
import { checkUsage } from './check.ts'
import { grantCredit } from './grant-credit.ts'
import { meterUsage } from './meter.ts'
import { openPeriods, rollPeriods } from './open-periods.ts'
import { pauseCustomer, resumeCustomer } from './pause.ts'
import { settleHold } from './settle.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const dayMs = 86_400_000
const inDays = (days: number) => new Date(Date.now() + days * dayMs)
let made = 0
const nextKey = () => `test:${++made}`

const check = (customerId: string, quantity: number, now = new Date()) =>
  checkUsage(world.ctx({ now }), { customerId, kind: 'call', quantity })
const grant = (customerId: string, quantity: number, over: Partial<Parameters<typeof grantCredit>[1]> = {}) =>
  grantCredit(world.ctx(), {
    customerId,
    meter: 'call_seconds',
    quantity,
    source: 'topup',
    sourceKey: nextKey(),
    priority: 50,
    ...over,
  })
const use = (customerId: string, quantity: number, now = new Date(), key = nextKey()) =>
  inTransaction(world.ctx({ now }), (ctx) =>
    meterUsage(ctx, [
      {
        meter: 'call_seconds',
        idemKey: `call:${key}`,
        customerId,
        quantity,
        occurredAt: now.toISOString(),
        eventId: customerId,
        webhookId: undefined,
      },
    ]),
  )
const limitsOf = async (id: string) => {
  const [row] = await world.owner`
    select call_used_seconds::int as used, call_reserved_seconds::int as reserved, call_credit_seconds::int as credit,
      rollover_seconds::int as rollover, call_cap_seconds::int as cap, limit_revision as revision, force_pause as paused
    from usage_limits where customer_id = ${id}`
  return row
}
const remainingOf = async (id: string) => {
  const rows = await world.owner`
    select remaining::int, ended_by from usage_credits where customer_id = ${id} order by id`
  return rows.map(({ remaining, ended_by }) => (ended_by === null ? remaining : ended_by))
}
/** A customer of 9,000 s and no grace. */
async function customer(): Promise<string> {
  const { id } = await world.customer()
  await world.owner`update usage_limits set grace_seconds = 0 where customer_id = ${id}`
  return id
}

test('a top-up that is delivered sixteen times at once is credited once, for ever (C-7)', async () => {
  const id = await customer()
  const sourceKey = nextKey()

  const answers = await Promise.all(Array.from({ length: 16 }, () => grant(id, 18_000, { sourceKey })))

  expect(answers.filter(({ granted }) => granted)).toHaveLength(1)
  expect(new Set(answers.map(({ creditId }) => creditId)).size).toBe(1)
  expect(await limitsOf(id)).toMatchObject({ credit: 18_000, revision: 2 })
  await expect(grant(id, 1, { sourceKey })).rejects.toMatchObject({ refusal: 'conflict' })
})

test('a credit lifts the stop at once, and what expired lifts it no more, to the millisecond (K-12)', async () => {
  const id = await customer()
  await use(id, 9000)
  expect(await check(id, 60)).toMatchObject({ allowed: false })
  const expiresAt = inDays(1)

  await grant(id, 600, { expiresAt })

  expect(await check(id, 60, new Date(expiresAt.getTime() - 1))).toMatchObject({ allowed: true })
  expect(await check(id, 60, expiresAt)).toMatchObject({ allowed: false })
})

test('pauses of two causes stand by themselves: paying lifts no pause of an operator', async () => {
  const id = await customer()
  const ctx = world.ctx()
  await pauseCustomer(ctx, { customerId: id, cause: 'payment', reason: 'Not paid' })
  await pauseCustomer(ctx, { customerId: id, cause: 'force', reason: 'Fraud' })

  expect(await resumeCustomer(ctx, { customerId: id, cause: 'payment', reason: 'Paid' })).toEqual({
    changed: true,
    isPaused: true,
  })
  expect(await check(id, 60)).toMatchObject({ allowed: false, reason: 'paused' })
  expect(await resumeCustomer(ctx, { customerId: id, cause: 'force', reason: 'Clear' })).toEqual({
    changed: true,
    isPaused: false,
  })
  expect(await check(id, 60)).toMatchObject({ allowed: true })
})

test('an upgrade holds at once and is prorated by the second; a downgrade waits for the period’s end', async () => {
  const id = await customer()
  await world.owner`update customers set created_at = '2025-01-01Z' where id = ${id}`
  const [period] = await world.owner`select period_start, period_end from usage_limits where customer_id = ${id}`
  const now = new Date((period?.period_start.getTime() + period?.period_end.getTime()) / 2)
  const ctx = world.ctx({ now })
  await use(id, 7200, now)

  const upgrade = await changeTier(ctx, { customerId: id, tier: 'pro', when: 'now', reason: 'Asked', sourceKey: id })
  const again = await changeTier(ctx, { customerId: id, tier: 'pro', when: 'now', reason: 'Asked', sourceKey: id })

  expect(upgrade).toMatchObject({ state: 'applied', creditCents: 7450, chargeCents: 12_450 })
  expect(again).toEqual(upgrade)
  expect(await limitsOf(id)).toMatchObject({ cap: 18_000, used: 7200 })
  const down = await changeTier(ctx, { customerId: id, tier: 'core', when: 'period_end', reason: 'Asked' })
  expect(down).toMatchObject({ state: 'pending', dueAt: period?.period_end })
  expect(await limitsOf(id)).toMatchObject({ cap: 18_000 })
  await inTransaction(world.ctx({ now: period?.period_end }), (ctx) => openPeriods(ctx, [id]))
  expect(await limitsOf(id)).toMatchObject({ cap: 9000, used: 0 })
  const [row] = await world.owner`select tier from customers where id = ${id}`
  expect(row?.tier).toBe('core')
})

test('what goes beyond the cap is spent from the grants in their order, and the rest comes along', async () => {
  const id = await customer()
  await grant(id, 1000, { priority: 50 })
  await grant(id, 300, { priority: 30 })
  await grant(id, 400, { priority: 50, expiresAt: inDays(20) })
  await use(id, 9500)
  const [period] = await world.owner`select period_end from usage_limits where customer_id = ${id}`

  const later = world.ctx({ now: period?.period_end })
  await inTransaction(later, (ctx) => openPeriods(ctx, [id]))

  const [first] =
    await world.owner`select remaining::int from usage_credits where customer_id = ${id} and quantity = 1000`
  expect(first?.remaining).toBe(1000)
  expect(await remainingOf(id)).toEqual([1000, 'spent', expect.anything()])
})

/** What must hold of every customer whatever happened: ledger, keys, hours and counters say one figure, and no grant is spent twice. */
async function expectExact(id: string): Promise<void> {
  const [row] = await world.owner`
    select (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${id}) as ledger,
      (select coalesce(sum(booked), 0)::int from usage_keys where customer_id = ${id}) as keys,
      (select coalesce(sum(quantity), 0)::int from usage_hours where customer_id = ${id}) as hours,
      (select call_used_seconds::int + coalesce((select sum(call_used_seconds)::int from usage_periods where customer_id = ${id}), 0)
        from usage_limits where customer_id = ${id}) as counters,
      (select coalesce(sum(quantity), 0)::int from usage_holds where customer_id = ${id} and state = 'open') as holds,
      (select call_reserved_seconds::int from usage_limits where customer_id = ${id}) as reserved`
  expect(row).toEqual({
    ledger: row?.counters,
    keys: row?.counters,
    hours: row?.counters,
    counters: row?.counters,
    holds: row?.reserved,
    reserved: row?.reserved,
  })
  const grants = await world.owner`
    select quantity::int, remaining::int, ended_by,
      (select coalesce(sum(burn.quantity), 0)::int from usage_burns as burn where burn.credit_id = credit.id) as burnt
    from usage_credits as credit where customer_id = ${id}`
  for (const { quantity, remaining, burnt, ended_by } of grants)
    if (ended_by === null || ended_by === 'spent') expect(remaining + burnt).toBe(quantity)
    else expect(burnt).toBeLessThanOrEqual(quantity)
  // a period that is over has spent of its grants what it used beyond its cap, and no more
  const overspent = await world.owner`
    select period.period_start from usage_periods as period
      join usage_burns as burn using (customer_id, period_start) join usage_credits as credit on credit.id = burn.credit_id
    where period.customer_id = ${id} and (credit.ended_by is null or credit.ended_by = 'spent')
    group by period.period_start, call_used_seconds, call_cap_seconds
    having sum(burn.quantity) > greatest(0, call_used_seconds - call_cap_seconds)`
  expect(overspent).toEqual([])
  const [credit] = await world.owner`
    select coalesce(sum(remaining), 0)::int + (
        select coalesce(sum(burn.quantity), 0)::int from usage_burns as burn join usage_limits as counter using (customer_id, period_start)
        where burn.customer_id = ${id}) as granted,
      (select call_credit_seconds::int + rollover_seconds::int from usage_limits where customer_id = ${id}) as counted
    from usage_credits where customer_id = ${id} and ended_at is null and meter = 'call_seconds'`
  expect(credit?.counted).toBe(credit?.granted)
}

test('a figure of a month that is over moves what that month spent of a grant, and what is left in the open one', async () => {
  const id = await customer()
  await grant(id, 1000)
  const [period] = await world.owner`select period_start, period_end from usage_limits where customer_id = ${id}`
  const within = new Date(period?.period_end.getTime() - 1000)
  await use(id, 9400, within, `late:${id}`)
  const later = new Date(period?.period_end.getTime() + 1000)
  await inTransaction(world.ctx({ now: later }), (ctx) => openPeriods(ctx, [id]))
  expect(await limitsOf(id)).toMatchObject({ used: 0, credit: 600 })

  const state = (quantity: number) =>
    inTransaction(world.ctx({ now: later }), (ctx) =>
      meterUsage(ctx, [
        {
          meter: 'call_seconds',
          idemKey: `call:late:${id}`,
          customerId: id,
          quantity,
          occurredAt: within.toISOString(),
          eventId: id,
          webhookId: undefined,
        },
      ]),
    )
  await state(9700)
  expect(await limitsOf(id)).toMatchObject({ used: 0, credit: 300 })
  await state(12_000)
  expect(await limitsOf(id)).toMatchObject({ credit: 0 })
  expect(await remainingOf(id)).toEqual(['spent'])
  await state(9100)

  expect(await limitsOf(id)).toMatchObject({ credit: 900 })
  await expectExact(id)
})

test('a correction names the entry it corrects, and after the grace of 72 hours it is an adjustment of its own period', async () => {
  const id = await customer()
  const [period] = await world.owner`select period_start, period_end from usage_limits where customer_id = ${id}`
  const occurred = new Date(period?.period_end.getTime() - 1000)
  const state = (quantity: number, hoursAfterEnd: number) =>
    inTransaction(world.ctx({ now: new Date(period?.period_end.getTime() + hoursAfterEnd * 3_600_000) }), (ctx) =>
      meterUsage(ctx, [
        {
          meter: 'call_seconds',
          idemKey: `call:graced:${id}`,
          customerId: id,
          quantity,
          occurredAt: occurred.toISOString(),
          eventId: id,
          webhookId: undefined,
        },
      ]),
    )

  for (const [quantity, hours] of [
    [60, -0.0002],
    [70, 71],
    [90, 72],
    [0, 100],
  ] as const)
    await state(quantity, hours)

  const entries = await world.owner`
    select id, kind, quantity::int, corrects_id, period_start from usage_entries where customer_id = ${id} order by id`
  expect(entries.map(({ kind, quantity }) => `${kind} ${quantity}`)).toEqual([
    'usage 60',
    'revision 10',
    'adjustment 20',
    'adjustment -90',
  ])
  expect(entries.map(({ corrects_id }) => corrects_id)).toEqual([null, ...entries.slice(0, 3).map((entry) => entry.id)])
  expect(new Set(entries.map(({ period_start }) => period_start.getTime())).size).toBe(1)
  await expectExact(id)
})

test('whatever is stated, granted, held and rolled, in any order and repeated: the ledger, its sums and the grants stay one (K-14, K-16)', async () => {
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constant('state'), fc.nat(1), fc.integer({ min: 0, max: 24_000 })) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('grant'), fc.nat(3), fc.integer({ min: 1, max: 4000 })) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('hold'), fc.nat(3), fc.integer({ min: 60, max: 600 })) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('pass'), fc.nat(3), fc.integer({ min: 5, max: 40 })) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('tier'), fc.nat(3), fc.nat(1)) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 16 }), async (acts) => {
      const id = await customer()
      const stated = new Map<string, number>()
      let now = Date.now()
      for (const [kind, which, figure] of acts) {
        const at = new Date(now)
        if (kind === 'state') {
          await use(id, figure, at, `${id}:${which}`)
          stated.set(`${which}`, figure)
        }
        if (kind === 'grant')
          await grantCredit(world.ctx({ now: at }), {
            customerId: id,
            meter: 'call_seconds',
            quantity: figure,
            source: 'topup',
            sourceKey: `${id}:${which}:${figure}`,
            priority: which,
            expiresAt: which === 0 ? null : new Date(now + which * 15 * dayMs),
          })
        if (kind === 'hold') await check(id, figure, at)
        if (kind === 'pass') {
          now += figure * dayMs
          await rollPeriods(world.ctx({ now: new Date(now) }))
        }
        if (kind === 'tier')
          await changeTier(world.ctx({ now: at }), {
            customerId: id,
            tier: figure === 0 ? 'core' : 'pro',
            when: which % 2 === 0 ? 'now' : 'period_end',
            reason: 'test',
          })
        const [limits] = await world.owner`
          select call_used_seconds::int as used, call_cap_seconds::int + call_credit_seconds::int + rollover_seconds::int as base, limit_revision, period_start
          from usage_limits where customer_id = ${id}`
        const levels = await world.owner`
          select level from usage_crossings where customer_id = ${id} and meter = 'call_seconds'
            and period_start = ${limits?.period_start} and limit_revision = ${limits?.limit_revision} and recovered_at is null`
        // a level that is reached stands as a crossing of the present revision
        for (const level of [80, 100])
          if (limits?.used > 0 && limits?.used * 100 >= limits?.base * level)
            expect(levels.map((one) => one.level)).toContain(level)
      }
      await expectExact(id)
      const [row] = await world.owner`
        select coalesce(sum(quantity), 0)::int as ledger from usage_entries where customer_id = ${id}`
      expect(row?.ledger).toBe([...stated.values()].reduce((sum, figure) => sum + figure, 0))
    }),
    { numRuns: 20 },
  )
})

test('tier changes, charges, grants, checks and settlements at the same moment lose and double nothing', async () => {
  const id = await customer()
  const holds = await Promise.all(Array.from({ length: 8 }, () => check(id, 60)))

  await Promise.all([
    ...holds.map(({ holdId }) =>
      settleHold(world.ctx(), { holdId: wireId('hold').parse(holdId), quantity: 50, ownedBy: null }),
    ),
    ...Array.from({ length: 8 }, () => use(id, 1000)),
    ...Array.from({ length: 4 }, () => grant(id, 100)),
    ...(['pro', 'core', 'elite', 'core'] as const).map((tier) =>
      changeTier(world.ctx(), { customerId: id, tier, when: 'now', reason: 'race' }),
    ),
    ...Array.from({ length: 8 }, () => check(id, 60)),
  ])

  expect(await limitsOf(id)).toMatchObject({ used: 8400, credit: 400 })
  const [money] = await world.owner`
    select count(*)::int as changes from usage_tier_changes where customer_id = ${id} and state = 'applied'`
  expect(money?.changes).toBeGreaterThan(0)
  await expectExact(id)
})

test('a credit that expires while many ask: nothing is promised beyond what is left, and what is spoken of it stays paid', async () => {
  const id = await customer()
  await use(id, 9000)
  const expiresAt = inDays(1)
  await grant(id, 600, { expiresAt })
  const before = new Date(expiresAt.getTime() - 1)
  const [kept] = [await check(id, 60, before)]

  const answers = await Promise.all([
    ...Array.from({ length: 12 }, () => check(id, 60, before)),
    ...Array.from({ length: 12 }, () => check(id, 60, expiresAt)),
    rollPeriods(world.ctx({ now: expiresAt })),
  ])

  const limits = await limitsOf(id)
  const promised = answers.filter((answer) => answer?.allowed).length
  expect(kept?.allowed).toBe(true)
  // what was promised before the end counts as spent of the credit, and no more of it is left
  expect(limits).toMatchObject({ used: 9000, reserved: 60 + promised * 60, credit: 60 + promised * 60 })
  expect(await check(id, 60, expiresAt)).toMatchObject({ allowed: false })
  await expectExact(id)
})

test('what a period does not use goes over as the tier says, for one period', async () => {
  const id = await customer()
  await world.owner`
    insert into tier_snapshots (id, tier, version, rank, monthly_price_cents, call_cap_seconds, sms_cap_segments, call_grace_seconds, call_rollover_seconds, effective_from)
    values (gen_random_uuid(), 'elite', 2, 3, 49700, 48000, 3000, 600, 6000, now() - interval '1 minute')`
  await changeTier(world.ctx(), { customerId: id, tier: 'elite', when: 'now', reason: 'test' })
  await use(id, 45_000)
  const endOf = async () =>
    (await world.owner`select period_end from usage_limits where customer_id = ${id}`)[0]?.period_end

  await rollPeriods(world.ctx({ now: await endOf() }))
  expect(await limitsOf(id)).toMatchObject({ used: 0, rollover: 3000, cap: 48_000 })
  await rollPeriods(world.ctx({ now: await endOf() }))

  expect(await limitsOf(id)).toMatchObject({ rollover: 6000 })
  await expectExact(id)
})

test('a level that a larger base leaves behind is told as recovered, and can be reached again (K-12)', async () => {
  const id = await customer()
  await use(id, 9000)
  await grant(id, 9000)
  const alerts = () => world.owner`
    select alert_type, metadata ->> 'level' as level, acknowledged_by from ops_alerts where customer_id = ${id} order by created_at, metadata ->> 'level' desc`

  expect((await alerts()).map(({ alert_type, acknowledged_by }) => [alert_type, acknowledged_by])).toEqual([
    ['usage_warning', 'system:usage'],
    ['usage_limit_reached', 'system:usage'],
    ['usage_recovered', null],
  ])
  await use(id, 9000)
  expect((await alerts()).slice(3).map(({ alert_type }) => alert_type)).toEqual([
    'usage_warning',
    'usage_limit_reached',
  ])
  const told = await world.owner`select kind from owner_notices where customer_id = ${id} order by kind`
  expect(told.map(({ kind }) => kind)).toEqual(['usage_blocked', 'usage_blocked', 'usage_renewed'])
})

test('a credit that expires with no traffic at all crosses the level it held off, once', async () => {
  const id = await customer()
  const expiresAt = inDays(1)
  await grant(id, 9000, { expiresAt })
  await use(id, 8000)

  await Promise.all([1, 2, 3].map(() => rollPeriods(world.ctx({ now: expiresAt }))))

  const crossings = await world.owner`select level, cause from usage_crossings where customer_id = ${id}`
  expect(crossings).toEqual([{ level: 80, cause: 'base' }])
})
