import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../apps/api/src/testing/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('a call ends, the cap is crossed, a phone buzzes', async () => {
  const { phoneNumber, id } = await world.customer({ businessName: 'Harbor Plumbing', tier: 'core' })
  const call = retellCall({ to: phoneNumber, seconds: 9001 })

  for (const event of [call.analyzed, call.started, call.ended]) {
    expect(await world.retell(event)).toMatchObject({ status: 200, body: { received: true, duplicate: false } })
  }
  await world.process()
  await world.drainJobs()

  const token = await world.signIn('operator')
  const { body: status } = await world.rest('GET', `/api/usage/status?customerId=cus_${id.replaceAll('-', '')}`, {
    token,
  })
  expect(status.calls).toMatchObject({ usedSeconds: 9001, state: 'limit' })
  const { body: alerts } = await world.rest('GET', '/api/admin/ops-alerts', { token })
  expect(
    alerts.items.map(({ title, delivery }: { title: string; delivery: string }) => [title, delivery]).sort(),
  ).toEqual([
    ['Harbor Plumbing: 100 % of its call minutes used', 'sent'],
    ['Harbor Plumbing: 80 % of its call minutes used', 'superseded'],
  ])
  const texts = world.sent.filter(({ method }) => method === 'POST')
  expect(texts).toHaveLength(1)
  expect(texts[0]?.body.get('To')).toBe('+15005550199')
  expect(texts[0]?.body.get('Body')).toContain('Harbor Plumbing: 100 %')
})
