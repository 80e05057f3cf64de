import { maxAttempts, maxTransientAttempts } from '@trunkline/core/webhooks/retry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { listCauses } from './causes.ts'
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

test('what only the database’s own trouble befalls is tried for a day and is then dead, with its cause and what is to be done', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  const [waiting] = await world.owner`select id from webhook_queue where state = 'received'`
  const error = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
  const fail = () => recordFailure(world.ctx(), waiting?.id, error)
  await world.owner`update webhook_queue set attempts = ${maxAttempts} where id = ${waiting?.id}`
  expect(await fail()).toBe('failed')
  await world.owner`update webhook_queue set attempts = ${maxTransientAttempts - 1} where id = ${waiting?.id}`
  expect(await fail()).toBe('dead')

  const { items } = await listCauses(world.ctx())
  expect(items.find(({ class: of }) => of === 'transient')).toMatchObject({
    states: { dead: 1 },
    next: expect.stringContaining('replay what died'),
  })
})

test('two that meet one hopeless webhook at once count one attempt of it', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  const [waiting] = await world.owner`select id, attempts from webhook_queue where state = 'received'`
  const error = Object.assign(new Error('violates check constraint'), { code: '23514' })
  const saw = { attempts: Number(waiting?.attempts) }

  const states = await Promise.all([1, 2, 3].map(() => recordFailure(world.ctx(), waiting?.id, error, saw)))

  expect(states).toEqual(['dead', 'dead', 'dead'])
  const [after] = await world.owner`select state, attempts from webhook_queue where id = ${waiting?.id}`
  expect(after).toMatchObject({ state: 'dead', attempts: 1 })
  const kept = await world.owner`select outcome from webhook_attempts where webhook_id = ${waiting?.id}`
  expect(kept).toHaveLength(1)
})
