import { setTimeout as wait } from 'node:timers/promises'
import type { Scope } from '@trunkline/core/sessions/scope'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../../testing/world.ts'

let world: World
let admin: string
let mine: { id: string; wireId: string }
beforeAll(async () => {
  world = await openWorld({ env: { CRON_SECRET: 'the runner knows this' } })
  admin = await world.signIn('admin')
  const { id } = await world.customer()
  mine = { id, wireId: `cus_${id.replaceAll('-', '')}` }
})
afterAll(() => world.close())

type Made = { id: string; key: string; prefix: string }
async function make(scopes: Scope[], over: object = {}): Promise<Made> {
  const { status, body } = await world.rest('POST', '/api/admin/api-keys', {
    token: admin,
    body: { name: 'Dialler', scopes, ...over },
  })
  expect([status, body.error]).toEqual([200, undefined])
  return body
}
const act = (id: string, verb: 'rotate' | 'revoke', body: object = {}) =>
  world.rest('POST', `/api/admin/api-keys/${id}/${verb}`, { token: admin, body })
const statusOf = async (key: string, customerId = mine.wireId) =>
  (await world.rest('GET', `/api/usage/status?customerId=${customerId}`, { token: key })).status
const report = { type: 'carrier.down', severity: 'HIGH', title: 'No calls', message: 'Nothing came for an hour' }

test('a key stands whole in one answer and nowhere else: not in the database, a list, the audit or the log (V-10)', async () => {
  const { key, prefix, id } = await make(['usage:read'])

  expect(key).toMatch(/^tk_[0-9a-z]{8}_[\w-]{43}$/)
  expect(key.startsWith(`${prefix}_`)).toBe(true)
  await statusOf(key)
  const secret = key.slice(prefix.length + 1)
  const { body } = await world.rest('GET', '/api/admin/api-keys', { token: admin })
  expect(body.items[0]).toMatchObject({ id, prefix, state: 'active', scopes: ['usage:read'], customerId: null })
  const tables =
    await world.owner`select row_to_json(k)::text as row from api_keys k union all select row_to_json(a)::text from audit_log a`
  expect([JSON.stringify(body), ...tables.map(({ row }) => row), ...world.logged].join('\n')).not.toContain(secret)
  const [made] =
    await world.owner`select actor, customer_id, after from audit_log where action = 'sessions.create_key' order by id desc limit 1`
  expect(made).toMatchObject({
    actor: expect.stringMatching(/^user:admin-/),
    after: { name: 'Dialler', scopes: 'usage:read' },
  })
})

test('only an admin decides about keys', async () => {
  for (const role of ['operator', 'sales', 'viewer'] as const) {
    const token = await world.signIn(role)
    expect((await world.rest('GET', '/api/admin/api-keys', { token })).status).toBe(403)
    expect(
      (await world.rest('POST', '/api/admin/api-keys', { token, body: { name: 'x', scopes: ['usage:read'] } })).status,
    ).toBe(403)
  }
  const { key } = await make(['operations:read', 'usage:read', 'usage:ask', 'alerts:raise', 'compliance:audit'])
  expect(
    (await world.rest('POST', '/api/admin/api-keys', { token: key, body: { name: 'x', scopes: ['usage:read'] } }))
      .status,
  ).toBe(403)
})

describe('a scope', () => {
  const doors = {
    'operations:read': (token: string) => world.rest('GET', '/api/admin/customers', { token }),
    'usage:read': (token: string) => world.rest('GET', `/api/usage/status?customerId=${mine.wireId}`, { token }),
    'usage:ask': (token: string) =>
      world.rest('POST', '/api/usage/check', { token, body: { customerId: mine.wireId, kind: 'sms', quantity: 1 } }),
    'alerts:raise': (token: string) => world.rest('POST', '/api/alerts', { token, body: report }),
    'compliance:audit': (token: string) => world.rest('GET', '/api/internal/compliance/audit', { token }),
  }

  test.each(Object.keys(doors) as Scope[])('%s opens its door and no other', async (scope) => {
    const { key } = await make([scope])
    for (const [other, ask] of Object.entries(doors)) {
      const { status } = await ask(key)
      if (other === scope) expect([other, status]).toEqual([other, expect.toBeOneOf([200, 501])])
      else expect([other, status]).toEqual([other, 403])
    }
    for (const path of ['/api/sessions', '/api/auth/me', '/api/admin/webhook-queue'])
      expect((await world.rest('GET', path, { token: key })).status).toBe(403)
  })

  test('that reaches across customers is not given to a key of one', async () => {
    const body = { name: 'x', scopes: ['usage:read', 'alerts:raise'], customerId: mine.wireId }
    const refused = await world.rest('POST', '/api/admin/api-keys', { token: admin, body })
    expect([refused.status, refused.body.error.fields]).toEqual([400, { scopes: 'reach across customers' }])
    const unknown = { ...body, scopes: ['usage:read'], customerId: `cus_${'0'.repeat(32)}` }
    expect((await world.rest('POST', '/api/admin/api-keys', { token: admin, body: unknown })).status).toBe(404)
    await expect(
      world.owner`update api_keys set scopes = array['all'] where id = (select id from api_keys limit 1)`,
    ).rejects.toMatchObject({ constraint_name: 'api_keys_scopes_are_known' })
  })
})

test('a key of one customer reads, asks and settles for it, and finds no other', async () => {
  const other = await world.customer()
  const { key } = await make(['usage:read', 'usage:ask'], { customerId: mine.wireId })
  const theirs = `cus_${other.id.replaceAll('-', '')}`

  expect(await statusOf(key)).toBe(200)
  expect(await statusOf(key, theirs)).toBe(404)
  const check = (customerId: string) =>
    world.rest('POST', '/api/usage/check', { token: key, body: { customerId, kind: 'call', quantity: 60 } })
  expect((await check(theirs)).status).toBe(404)
  const { body } = await check(mine.wireId)
  expect(body.allowed).toBe(true)
  const settle = (holdId: string) =>
    world.rest('POST', `/api/usage/holds/${holdId}/settle`, { token: key, body: { quantity: 30 } })
  expect((await settle(body.holdId)).body).toEqual({ settled: true, overrun: 0 })
  const everybodys = (await make(['usage:ask'])).key
  const { body: foreign } = await world.rest('POST', '/api/usage/check', {
    token: everybodys,
    body: { customerId: theirs, kind: 'call', quantity: 60 },
  })
  expect(foreign.allowed).toBe(true)
  expect((await settle(foreign.holdId)).status).toBe(404)
})

test('what is no good key opens nothing: unknown, changed, expired, of somebody who was disabled, or in a cookie', async () => {
  const { key, id } = await make(['usage:read'])
  const changed = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
  for (const no of [`tk_00000000_${'A'.repeat(43)}`, changed, key.toUpperCase(), key.slice(0, 20), `${key}x`])
    expect([no, await statusOf(no)]).toEqual([no, 401])
  const cookie = await world.app.inject({ url: '/api/usage/status', headers: { cookie: `trunkline_session=${key}` } })
  expect(cookie.statusCode).toBe(401)
  const uuid = await uuidOf(id)
  await world.owner`update users set is_active = false where id = (select created_by from api_keys where id = ${uuid})`
  expect(await statusOf(key)).toBe(401)
  await world.owner`update users set is_active = true where id = (select created_by from api_keys where id = ${uuid})`
  expect(await statusOf(key)).toBe(200)
  await world.owner`update api_keys set expires_at = now() where id = ${uuid}`
  expect(await statusOf(key)).toBe(401)
})

const uuidOf = async (wireId: string): Promise<string> =>
  (await world.owner`select id from api_keys where replace(id::text, '-', '') = ${wireId.slice(4)}`)[0]?.id

test('when it was used last is written once a minute', async () => {
  const { key, id } = await make(['usage:read'])
  const uuid = await uuidOf(id)
  const used = async () => (await world.owner`select last_used_at::text as at from api_keys where id = ${uuid}`)[0]?.at
  expect(await used()).toBeNull()
  await statusOf(key)
  const first = await used()
  await statusOf(key)
  expect(await used()).toBe(first)
  await world.owner`update api_keys set last_used_at = now() - interval '61 seconds' where id = ${uuid}`
  const old = await used()
  await statusOf(key)
  expect(await used()).not.toBe(old)
})

test('a key that is replaced stays good for the overlap, and is replaced once', async () => {
  const old = await make(['usage:read'])
  const both = await Promise.all([
    act(old.id, 'rotate', { overlapHours: 2 }),
    act(old.id, 'rotate', { overlapHours: 2 }),
  ])

  expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
  const { body: next } = both.find(({ status }) => status === 200) ?? {}
  expect([await statusOf(old.key), await statusOf(next.key)]).toEqual([200, 200])
  const uuid = await uuidOf(old.id)
  const [{ hours } = {}] =
    await world.owner`select round(extract(epoch from expires_at - now()) / 3600)::int as hours from api_keys where id = ${uuid}`
  expect(hours).toBe(2)
  expect((await world.rest('GET', '/api/admin/api-keys?state=replaced', { token: admin })).body.items).toMatchObject([
    { id: old.id },
  ])
  await world.owner`update api_keys set expires_at = now() where id = ${uuid}`
  expect([await statusOf(old.key), await statusOf(next.key)]).toEqual([401, 200])
  const at = await act(next.id, 'rotate', { overlapHours: 0 })
  expect([at.status, await statusOf(next.key), await statusOf(at.body.key)]).toEqual([200, 401, 200])
})

test('once a key is revoked nothing that comes afterwards gets in, however many use it at that moment', async () => {
  const { key, id } = await make(['usage:ask'])
  const ask = async () => {
    const began = performance.now()
    const { status } = await world.rest('POST', '/api/usage/check', {
      token: key,
      body: { customerId: mine.wireId, kind: 'sms', quantity: 1 },
    })
    return { began, status }
  }
  let revokedAt = Number.POSITIVE_INFINITY
  const uses: Promise<{ began: number; status: number }>[] = []
  const revoking = act(id, 'revoke').then(({ status }) => {
    revokedAt = performance.now()
    return status
  })
  while (revokedAt === Number.POSITIVE_INFINITY) {
    uses.push(ask())
    await wait(1)
  }
  uses.push(ask(), ask())
  const ended = await Promise.all(uses)

  expect(await revoking).toBe(200)
  expect(ended.filter(({ status }) => ![200, 401].includes(status))).toEqual([])
  expect(ended.filter(({ began, status }) => began >= revokedAt && status !== 401)).toEqual([])
  expect((await act(id, 'revoke')).status).toBe(409)
})

test('a key that was revoked takes its live stream along', async () => {
  const { key, id } = await make(['operations:read'])
  const answer = await world.app.inject({
    url: '/trpc/live.watch',
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream' },
    payloadAsStream: true,
  })
  const heard: string[] = []
  const ended = (async () => {
    for await (const chunk of answer.stream()) {
      heard.push(String(chunk))
      if (heard.length === 1) await act(id, 'revoke')
    }
  })()
  await ended
  expect(heard.join('')).toMatch(/UNAUTHORIZED/)
})

test('an alert that a program reports is raised once, however many report it at the same moment (K-23)', async () => {
  const { key } = await make(['alerts:raise'])
  const again = { ...report, type: 'carrier.slow', resourceId: 'trunk-7', metadata: { series: 'mine', calls: 3 } }
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.rest('POST', '/api/alerts', { token: key, body: again })),
  )

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
  expect(answers.filter(({ body }) => !body.suppressed)).toHaveLength(1)
  expect(new Set(answers.map(({ body }) => body.alertId)).size).toBe(1)
  const other = await world.rest('POST', '/api/alerts', { token: key, body: { ...again, resourceId: 'trunk-8' } })
  expect(other.body.suppressed).toBe(false)
  await world.owner`update ops_alerts set created_at = now() - interval '7 hours' where alert_type = 'carrier.slow'`
  expect((await world.rest('POST', '/api/alerts', { token: key, body: again })).body.suppressed).toBe(false)
  const bad = await world.rest('POST', '/api/alerts', { token: key, body: { ...again, severity: 'urgent', title: '' } })
  expect([bad.status, Object.keys(bad.body.error.fields).sort()]).toEqual([400, ['severity', 'title']])
})

describe('an internal door', () => {
  const runner = (headers: Record<string, string>) =>
    world.app.inject({ method: 'POST', url: '/api/internal/outreach-runner', headers, payload: {} })

  test('opens to the runner’s secret alone', async () => {
    expect((await runner({ 'x-cron-secret': 'the runner knows this' })).statusCode).toBe(501)
    for (const no of ['', 'the runner', 'the runner knows this ', 'THE RUNNER KNOWS THIS'])
      expect((await runner({ 'x-cron-secret': no })).statusCode).toBe(401)
    expect((await runner({ authorization: `Bearer ${admin}` })).statusCode).toBe(401)
    expect(
      (
        await world.app.inject({
          url: '/api/internal/compliance/audit',
          headers: { 'x-cron-secret': 'the runner knows this' },
        })
      ).statusCode,
    ).toBe(401)
  })

  test('is closed where no secret is set (K-29)', async () => {
    const secret = world.env.CRON_SECRET
    world.env.CRON_SECRET = undefined
    try {
      for (const no of ['', 'undefined', 'the runner knows this'])
        expect((await runner({ 'x-cron-secret': no })).statusCode).toBe(401)
    } finally {
      world.env.CRON_SECRET = secret
    }
  })
})
