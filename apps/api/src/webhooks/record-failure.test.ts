import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { recordFailure } from './record-failure.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('a technical fault while a forged delivery is replayed does not release it: nothing is charged', async () => {
  const { phoneNumber, id } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 3600 }).ended, { key: 'key_of_a_stranger_0123456789' })
  const [forged] = await world.owner`select id, state from webhook_queue where state = 'quarantined'`

  await recordFailure(world.ctx(), forged?.id, Object.assign(new Error('gone'), { code: '57P01' }))
  await world.owner`update webhook_queue set next_attempt_at = now()`
  await world.process()

  const [after] = await world.owner`select state from webhook_queue where id = ${forged?.id}`
  expect(after?.state).toBe('quarantined')
  const [limits] = await world.owner`select call_used_seconds::int as used from usage_limits where customer_id = ${id}`
  expect(limits?.used).toBe(0)
})
