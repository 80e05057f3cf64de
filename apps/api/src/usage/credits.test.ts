import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '../platform/context.ts'
import { openWorld, type World } from '../testing/world.ts'
import { changeTier } from './change-tier.ts'
import { checkUsage } from './check.ts'
import { grantCredit } from './grant-credit.ts'
import { meterUsage } from './meter.ts'
import { openPeriods } from './open-periods.ts'
import { pauseCustomer, resumeCustomer } from './pause.ts'

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
