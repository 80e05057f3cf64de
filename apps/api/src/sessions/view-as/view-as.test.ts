import { afterAll, beforeAll, expect, test } from 'vitest'
import { appRouter } from '../../router.ts'
import { openWorld, type World } from '../../testing/world.ts'

let world: World
let customer: { id: string; wireId: string }
beforeAll(async () => {
  world = await openWorld()
  const { id } = await world.customer({ businessName: 'Harbor Plumbing' })
  customer = { id, wireId: `cus_${id.replaceAll('-', '')}` }
})
afterAll(() => world.close())

const start = (token: string, body: object = { reason: 'their bill looks wrong' }, id = customer.wireId) =>
  world.rest('POST', `/api/admin/customers/${id}/view`, { token, body })
const me = async (token: string) => (await world.rest('GET', '/api/auth/me', { token })).body

test('an admin sees what the owner sees, with reason and end, and is himself again when he ends it (K-29)', async () => {
  const token = await world.signIn('admin')
  const { body } = await start(token)
  expect(body).toMatchObject({ businessName: 'Harbor Plumbing', reason: 'their bill looks wrong' })
  expect(Math.round((Date.parse(body.until) - Date.now()) / 60_000)).toBe(30)

  expect(await me(token)).toMatchObject({
    role: 'owner',
    customerId: customer.wireId,
    viewing: { businessName: 'Harbor Plumbing' },
  })
  expect((await world.rest('GET', '/api/usage/status', { token })).body.customerId).toBe(customer.wireId)
  const other = await world.customer()
  expect(
    (await world.rest('GET', `/api/usage/status?customerId=cus_${other.id.replaceAll('-', '')}`, { token })).status,
  ).toBe(404)
  for (const path of ['/api/admin/customers', '/api/admin/staff', '/api/admin/webhook-queue', '/api/health/detailed'])
    expect((await world.rest('GET', path, { token })).status).toBe(403)

  expect((await world.rest('DELETE', '/api/view', { token })).body).toEqual({ ended: true })
  expect(await me(token)).toMatchObject({ role: 'admin', customerId: null, viewing: null })
  const written = await world.owner`
    select action, customer_id, after from audit_log where action like 'sessions.%\_view' and actor like 'user:admin%' order by id`
  expect(written).toMatchObject([
    {
      action: 'sessions.start_view',
      customer_id: customer.id,
      after: { reason: 'their bill looks wrong', minutes: 30 },
    },
    { action: 'sessions.end_view', customer_id: customer.id },
  ])
})

test('who looks changes nothing: every mutation there is refuses him, but leaving', async () => {
  const token = await world.signIn('admin')
  await start(token)
  const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>)
  const mutations = procedures.filter(([, { _def }]) => _def.type === 'mutation').map(([path]) => path)
  expect(mutations.length).toBeGreaterThan(25)
  const before = await world.owner`select count(*)::int as rows from audit_log`
  const letIn: string[] = []
  for (const path of mutations.filter((path) => !['sessions.logout', 'views.end'].includes(path))) {
    const answer = await world.app.inject({
      method: 'POST',
      url: `/trpc/${path}`,
      headers: { authorization: `Bearer ${token}` },
      payload: {},
    })
    if (answer.statusCode !== 403 || !answer.body.includes('You only look at this customer')) letIn.push(path)
  }
  expect(letIn).toEqual([])
  expect(await world.owner`select count(*)::int as rows from audit_log`).toEqual(before)
  expect((await world.rest('POST', '/api/auth/logout', { token, body: {} })).status).toBe(200)
})

test('a view runs out by itself, and ends with the right to open one', async () => {
  const token = await world.signIn('admin')
  await start(token)
  await world.owner`update customer_views set expires_at = now() where ended_at is null`
  expect((await me(token)).role).toBe('admin')
  expect((await start(token)).status).toBe(200)
  await world.owner`update users set role = 'operator' where email = ${(await me(token)).email}`
  expect((await world.rest('GET', '/api/auth/me', { token })).status).toBe(401)
})

test('only an admin looks, with a reason, at a customer there is', async () => {
  const token = await world.signIn('admin')
  expect((await start(token, { reason: ' ' })).body.error.fields).toEqual({ reason: 'is too short' })
  expect((await start(token, undefined, `cus_${'0'.repeat(32)}`)).status).toBe(404)
  for (const role of ['operator', 'sales', 'viewer'] as const)
    expect((await start(await world.signIn(role))).status).toBe(403)
  expect((await start(await world.signIn('owner', customer.id))).status).toBe(403)
})

test('two who start on one session at the same moment leave one view', async () => {
  const token = await world.signIn('admin')
  const answers = await Promise.all([start(token), start(token)])
  expect(answers.filter(({ status }) => ![200, 403].includes(status))).toEqual([])
  const [{ open } = {}] = await world.owner`
    select count(*)::int as open from customer_views where ended_at is null and expires_at > now()
      and session_id = (select id from active_sessions order by id desc limit 1)`
  expect(open).toBe(1)
})
