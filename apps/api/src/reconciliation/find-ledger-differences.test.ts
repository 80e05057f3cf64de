import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCustomer } from '../onboarding/create-customer.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { findLedgerDifferences } from './find-ledger-differences.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('a counter that is not the sum of its ledger is found to the second, in either kind of period (K-26)', async () => {
  const phoneNumber = randomNumber()
  const id = await createCustomer(world.ctx(), {
    businessName: 'Harbor Plumbing',
    tier: 'core',
    timezone: 'UTC',
    country: 'US',
    phoneNumber,
  })
  await world.retell(retellCall({ to: phoneNumber, seconds: 100 }).ended)
  await world.process()
  expect(await findLedgerDifferences(world.ctx())).toEqual([])

  await world.owner`update usage_limits set call_used_seconds = call_used_seconds + 1 where customer_id = ${id}`
  const closed = new Date('2026-01-01T00:00:00Z')
  await world.owner`
    insert into usage_periods (customer_id, period_start, period_end, tier_snapshot_id, call_used_seconds, sms_used)
    select customer_id, ${closed}, ${new Date('2026-02-01T00:00:00Z')}, tier_snapshot_id, 0, 2
    from usage_limits where customer_id = ${id}`

  const found = await findLedgerDifferences(world.ctx())
  expect(found).toHaveLength(2)
  expect(found[0]).toEqual({ customerId: id, periodStart: closed, meter: 'sms_segments', ledger: 0, counter: 2 })
  expect(found[1]).toMatchObject({ customerId: id, meter: 'call_seconds', ledger: 100, counter: 101 })
})
