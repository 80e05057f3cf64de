import { once } from 'node:events'
import { connect } from 'node:net'
import { openDrizzle } from '@trunkline/db/connect'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { buildApp } from './app.ts'
import { contentPolicy } from './platform/static.ts'
import { openWorld, randomNumber, retellCall, type World } from './testing/world.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'TRACE'
type Request = { headers?: Record<string, string>; payload?: string | object }
const call = (method: Method, url: string, request: Request = {}) => world.app.inject({ method, url, ...request })
const signed = () => ({ authorization: `Bearer ${operator}` })

/** The one shape of every refusal. */
const envelope = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[a-z_]+$/),
    message: z.string().min(3),
    fields: z.record(z.string(), z.string()).optional(),
    requestId: z.string().optional(),
  }),
})

describe('refusals', () => {
  const json = { 'content-type': 'application/json' }
  test.each<[number, string, Parameters<typeof call>]>([
    [404, 'not_found', ['GET', '/nothing']],
    [404, 'not_found', ['GET', '/api/nothing']],
    [404, 'not_found', ['POST', '/api/nothing']],
    [404, 'not_found', ['POST', '/admin/nothing']],
    [404, 'not_found', ['GET', '/admin/assets/nothing.js']],
    [404, 'not_found', ['POST', '/webhooks/nobody']],
    [405, 'method_not_allowed', ['PUT', '/api/sessions']],
    [405, 'method_not_allowed', ['GET', '/api/auth/login']],
    [405, 'method_not_allowed', ['DELETE', '/api/admin/customers/cus_1']],
    [405, 'method_not_allowed', ['GET', '/webhooks/retell']],
    [405, 'method_not_allowed', ['PUT', '/webhooks/twilio/sms']],
    [405, 'method_not_allowed', ['POST', '/api/health']],
    [405, 'method_not_allowed', ['GET', '/webhooks/standard/calendar']],
    [405, 'method_not_allowed', ['OPTIONS', '/api/admin/customers']],
    [405, 'method_not_allowed', ['TRACE', '/api/admin/customers']],
    [405, 'method_not_allowed', ['PUT', '/trpc/alerts.list']],
    [405, 'method_not_allowed', ['TRACE', '/trpc/alerts.list']],
    [
      415,
      'unsupported_media_type',
      ['POST', '/api/auth/login', { headers: { 'content-type': 'text/xml' }, payload: '<a/>' }],
    ],
    [
      415,
      'unsupported_media_type',
      ['POST', '/trpc/sessions.login', { headers: { 'content-type': 'text/xml' }, payload: '<a/>' }],
    ],
    [
      415,
      'unsupported_media_type',
      ['POST', '/api/auth/login', { headers: { 'content-type': 'text/plain' }, payload: '{}' }],
    ],
    [
      413,
      'too_large',
      ['POST', '/api/auth/login', { payload: { email: 'a@b.example', password: 'x'.repeat(2_000_000) } }],
    ],
    [400, 'invalid', ['POST', '/api/auth/login', { headers: json, payload: '{' }]],
    [400, 'invalid', ['POST', '/api/auth/login', { headers: json, payload: '[]' }]],
    [400, 'invalid', ['POST', '/api/auth/login', { headers: json, payload: '"x"' }]],
    [400, 'invalid', ['GET', '/api/%zz']],
    [401, 'unauthenticated', ['GET', '/api/admin/customers']],
    [401, 'unauthenticated', ['GET', '/api/health/detailed']],
  ])('%i %s: %j', async (status, code, request) => {
    const answer = await call(...request)

    expect([answer.statusCode, envelope.parse(answer.json()).error.code]).toEqual([status, code])
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
  })

  test('a procedure that is asked in another type than it reads is refused, and not broken', async () => {
    const answer = await call('POST', '/trpc/sessions.login', {
      headers: { 'content-type': 'text/plain' },
      payload: '{}',
    })

    expect([answer.statusCode, answer.json().error.data.refusal]).toEqual([415, 'invalid'])
  })

  test('a wrong method is told which ones there are', async () => {
    expect((await call('PUT', '/api/sessions')).headers.allow).toBe('GET, DELETE')
    expect((await call('GET', '/webhooks/retell')).headers.allow).toBe('POST')
  })

  test.each<[string, string[]]>([
    ['/api/admin/customers?limit=201', ['limit']],
    ['/api/admin/customers?limit=0', ['limit']],
    ['/api/admin/customers?limit=many', ['limit']],
    ['/api/admin/customers?tier=gold', ['tier']],
    ['/api/admin/customers?cursor=no-cursor', ['cursor']],
    ['/api/admin/webhook-queue?cursor=no-cursor', ['cursor']],
    ...['unknown-phones', 'error-logs', 'customers'].map((list): [string, string[]] => [
      `/api/admin/${list}?cursor=${Buffer.from(`${'-'.repeat(36)}2026-03-02T10:00:00.000Z`).toString('base64url')}`,
      ['cursor'],
    ]),
    // another list's
    ...['unknown-phones', 'error-logs'].map((list): [string, string[]] => [
      `/api/admin/${list}?cursor=${Buffer.from('0191d3a0-7c3e-7c6f-8a4b-2d1e0f9c8b7aBright').toString('base64url')}`,
      ['cursor'],
    ]),
    ['/api/admin/webhook-queue?state=asleep', ['state']],
    ['/api/admin/webhook-queue?from=yesterday&to=2026-13-01', ['from', 'to']],
    ['/api/admin/webhook-queue/whk_1', ['id']],
    ['/api/admin/ops-alerts?severity=urgent', ['severity']],
    ['/api/usage/status?customerId=1', ['customerId']],
    ['/api/usage/status', ['customerId']],
  ])('%s names the fields that do not fit', async (url, fields) => {
    const answer = await call('GET', url, { headers: signed() })

    expect(answer.statusCode).toBe(400)
    expect(Object.keys(envelope.parse(answer.json()).error.fields ?? {}).sort()).toEqual(fields)
  })

  test.each([
    ['/api/usage/check', { kind: 'sms', quantity: 1, toNumber: '+14155550101' }, 'toNumber'],
    ['/api/usage/holds/hld_ID/settle', { seconds: 42 }, 'seconds'],
    ['/api/usage/holds/hld_ID/settle', { quantity: 42, callId: 'call_1' }, 'callId'],
    ['/api/admin/usage/credits', { meter: 'call_seconds', quantity: 60, reason: 'sorry', key: 'x' }, 'key'],
    ['/api/admin/usage/adjustments', { meter: 'call_seconds', quantity: 60, reason: 'sorry', key: 'x' }, 'key'],
    ['/api/admin/usage/pause', { reason: 'sorry', until: '2026-03-02T10:00:00Z' }, 'until'],
    ['/api/compliance/check', { channel: 'sms', to: '+14155550101', kind: 'marketing' }, 'kind'],
    ['/api/admin/api-keys', { name: 'one customer’s', scopes: ['usage:ask'], customer: 'cus_ID' }, 'customer'],
    ['/api/admin/api-keys/key_ID/rotate', { overlap: 0 }, 'overlap'],
    ['/api/admin/webhook-sources/pause', { provider: 'twilio', source: 'sms', reason: 'a bad night' }, 'source'],
    ['/api/admin/webhook-sources/resume', { provider: 'twilio', source: 'sms', reason: 'is over' }, 'source'],
    ['/api/admin/webhook-secrets', { provider: 'standard', door: 'x', secrets: 'whsec_x' }, 'secrets'],
    ['/api/admin/webhook-secrets/whs_ID/rotate', { overlap: 0 }, 'overlap'],
    ['/api/admin/webhook-quarantine/reverify', { source: 'twilio' }, 'source'],
    ['/api/admin/webhook-queue/replays/rpl_ID/run', { hash: '0'.repeat(64), stopAbove: 1 }, 'stopAbove'],
  ])('what %s does not know it refuses, and does nothing else instead', async (path, body, unknown) => {
    const { id } = await world.customer()
    const wire = id.replaceAll('-', '')
    const ofCustomer = /usage.[a-z]+$|compliance/.test(path) ? { customerId: `cus_${wire}` } : {}
    const answer = await call('POST', path.replace('ID', wire), {
      headers: { authorization: `Bearer ${await world.signIn('admin')}` },
      payload: { ...ofCustomer, ...body },
    })

    expect([answer.statusCode, answer.json().error.fields]).toEqual([400, { [unknown]: 'is not known' }])
    expect(await world.owner`select from usage_holds where customer_id = ${id}`).toHaveLength(0)
  })

  test.each<[Method, string, object, string]>([
    ['POST', '/api/admin/customers', { businessName: 'x', tier: 'basic', timeZone: 'Europe/Berlin' }, 'timeZone'],
    [
      'POST',
      '/api/admin/agents',
      { customerId: 'cus_ID', phoneNumber: '+14155550101', provider: 'retell', agent: 'a' },
      'agent',
    ],
    ['POST', '/api/alerts', { type: 'a', severity: 'low', title: 'a', message: 'a', resource: 'b' }, 'resource'],
    [
      'POST',
      '/api/admin/webhook-queue/replays',
      { filter: { json: { path: ['a'], is: 'b', than: 'c' } } },
      'filter.json.than',
    ],
    ['POST', '/admin/reconciliation-runs/trigger', { provider: 'twilio' }, 'provider'],
    ['GET', '/api/admin/ops-alerts?acknowleged=false', {}, 'acknowleged'],
    ['GET', '/api/admin/webhook-queue?states=failed', {}, 'states'],
    // it would answer the first page again, for ever
    ['GET', '/api/admin/error-logs?limit=100&offset=100', {}, 'offset'],
    ['GET', '/api/admin/customers?constructor=1', {}, 'constructor'],
  ])('%s %s does not pass over what it does not know', async (method, path, body, unknown) => {
    const { id } = await world.customer()
    const wire = id.replaceAll('-', '')
    const payload = JSON.parse(JSON.stringify(body).replace('cus_ID', `cus_${wire}`))
    const answer = await call(method, path.replace('ID', wire), {
      headers: { authorization: `Bearer ${await world.signIn('admin')}` },
      ...(method !== 'GET' && { payload }),
    })

    expect([answer.statusCode, answer.json().error?.fields]).toEqual([400, { [unknown]: 'is not known' }])
  })

  test('who pages by numbers is answered the first page', async () => {
    const headers = { authorization: `Bearer ${await world.signIn('viewer')}` }

    const answer = await call('GET', '/api/admin/error-logs?resolved=false&limit=100&offset=0', { headers })

    expect([answer.statusCode, answer.json().nextCursor]).toEqual([200, null])
  })

  test('who may not ask hears that first; who tells what to do may say more than is read', async () => {
    const more = { nothing: 'of ours' }
    expect((await call('GET', '/api/admin/customers?nothing=1')).statusCode).toBe(401)
    expect(
      (await call('POST', '/api/errors', { payload: { type: 'TypeError', message: 'x', page: '/', ...more } }))
        .statusCode,
    ).toBe(200)
    const someone = {
      email: 'more@a.example',
      password: 'a long password 1',
      firstName: 'A',
      lastName: 'B',
      businessName: 'C',
    }
    expect((await call('POST', '/api/auth/register', { payload: { ...someone, ...more } })).statusCode).toBe(201)
    expect((await call('POST', '/api/auth/login', { payload: someone })).statusCode).toBe(200)
    const { id } = await world.customer()
    const headers = { authorization: `Bearer ${await world.signIn('operator')}` }
    const url = `/api/admin/customers/cus_${id.replaceAll('-', '')}`
    const read = (await call('GET', url, { headers })).json()
    const changed = await call('PATCH', url, { headers, payload: { ...read, businessName: 'Harbour Plumbing' } })
    expect([changed.statusCode, changed.json().businessName]).toEqual([200, 'Harbour Plumbing'])
  })

  test('a body with many faults names them all, in a sentence and by field, and changes nothing', async () => {
    const payload = {
      businessName: ' ',
      tier: 'gold',
      timezone: 'Mars',
      country: 'us',
      phoneNumber: '123',
      ownerEmail: 'x',
    }
    const before = await world.owner`select count(*)::int as rows from customers`

    const answer = await call('POST', '/api/admin/customers', { headers: signed(), payload })

    const { error } = envelope.parse(answer.json())
    expect(Object.keys(error.fields ?? {}).sort()).toEqual(Object.keys(payload).sort())
    expect(error.message).toMatch(/^Some input is not valid: /)
    expect(error.message).toContain('timezone must be an IANA time zone, such as America/New_York')
    expect(await world.owner`select count(*)::int as rows from customers`).toEqual(before)
  })

  test.each([
    '/api/admin/customers?q=%00',
    '/api/admin/webhook-queue?q=%00',
    '/api/admin/call-events?phone=%00',
    `/api/admin/unknown-phones?cursor=${Buffer.from(`${'0'.repeat(36)}no time`).toString('base64url')}`,
    `/api/admin/customers?cursor=${Buffer.from(`${'0'.repeat(36)}\0`).toString('base64url')}`,
  ])('%s is the caller’s fault, not ours', async (url) => {
    const { statusCode } = await call('GET', url, { headers: signed() })

    expect(statusCode).toBe(400)
  })

  test('text that no column can hold is refused', async () => {
    const answer = await call('POST', '/api/admin/customers', {
      headers: signed(),
      payload: { businessName: 'a\0b', tier: 'core' },
    })

    expect([answer.statusCode, envelope.parse(answer.json()).error.code]).toEqual([400, 'invalid'])
  })

  test('a fault of ours tells the request’s id and nothing else (C-13, K-5)', async () => {
    await world.owner`alter table tier_snapshots rename to tier_snapshots_away`
    try {
      const payload = { businessName: 'x', tier: 'core' }
      for (const answer of [
        await call('POST', '/api/admin/customers', { headers: signed(), payload }),
        await call('POST', '/trpc/customers.create', { headers: signed(), payload }),
      ]) {
        expect(answer.statusCode).toBe(500)
        expect(answer.body).not.toMatch(/tier_snapshots|select|relation|postgres/i)
        expect(answer.body).toContain(String(answer.headers['x-request-id']))
      }
    } finally {
      await world.owner`alter table tier_snapshots_away rename to tier_snapshots`
    }
    expect(world.logged.some((line) => line.includes('"level":"error"') && line.includes('tier_snapshots'))).toBe(true)
  })

  test('tRPC says the same: its code, and the fields', async () => {
    const answer = await call('POST', '/trpc/usage.check', { headers: signed(), payload: { kind: 'fax', quantity: 0 } })

    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.data).toMatchObject({
      code: 'BAD_REQUEST',
      refusal: 'invalid',
      fields: { customerId: expect.any(String), kind: expect.any(String), quantity: expect.any(String) },
    })
    expect((await call('GET', '/trpc/nothing.at.all')).statusCode).toBe(404)
    expect((await call('GET', '/trpc/sessions.logout', { headers: signed() })).statusCode).toBe(405)
    expect((await call('POST', '/trpc/insights.overview', { headers: signed(), payload: {} })).statusCode).toBe(405)
  })
})

test('HEAD says what GET says, and nothing more', async () => {
  const headers = { authorization: `Bearer ${operator}` }
  for (const path of [
    '/api/admin/customers',
    '/api/usage/status',
    '/api/nothing',
    '/api/errors',
    '/webhooks/retell',
    '/webhooks/standard/x',
  ])
    for (const asked of [{}, { headers }]) {
      const [head, get] = [await call('HEAD', path, asked), await call('GET', path, asked)]
      expect([path, head.statusCode, head.headers['content-type'], head.body]).toEqual([
        path,
        get.statusCode,
        get.headers['content-type'],
        '',
      ])
    }
})

describe('another site', () => {
  const foreign = ['https://evil.example', 'null', 'https://hooks.trunkline.example.evil.example', 'garbage']
  const own = ['https://hooks.trunkline.example', 'http://localhost:80']
  const withCookie = (origin?: string) => ({
    cookie: `trunkline_session=${operator}`,
    ...(origin === undefined ? {} : { origin }),
  })
  const change = (headers: Record<string, string>) =>
    call('POST', '/api/admin/customers', { headers, payload: { businessName: 'From where?', tier: 'core' } })

  test.each(foreign)('cannot act with a visitor’s cookie: %s (C-13)', async (origin) => {
    for (const answer of [
      await change(withCookie(origin)),
      await call('POST', '/trpc/sessions.logout', { headers: withCookie(origin), payload: {} }),
      await call('DELETE', '/api/sessions', { headers: withCookie(origin) }),
    ])
      expect([answer.statusCode, envelope.parse(answer.json()).error.code]).toEqual([403, 'forbidden'])
  })

  test.each(own)('our own pages can: %s', async (origin) => {
    const host = new URL(origin).host
    const answer = await change({ ...withCookie(origin), ...(host === 'localhost' ? { host: 'localhost' } : {}) })

    expect(answer.statusCode).toBe(200)
  })

  test('a bearer token is nobody’s cookie: it counts from anywhere, and before a cookie', async () => {
    expect((await change({ ...signed(), origin: 'https://evil.example' })).statusCode).toBe(200)
    const viewer = await world.signIn('viewer')
    expect(
      (await change({ authorization: `Bearer ${viewer}`, cookie: `trunkline_session=${operator}` })).statusCode,
    ).toBe(403)
  })

  test('a header that is no bearer token leaves the cookie what it is (C-13)', async () => {
    const disguised = { ...withCookie('https://evil.example'), authorization: 'Basic eDp5' }
    expect((await change(disguised)).statusCode).toBe(403)
    expect((await change({ ...withCookie('https://evil.example'), authorization: 'Bearer' })).statusCode).toBe(403)
    expect(
      (await change({ ...withCookie('https://hooks.trunkline.example'), authorization: 'Basic eDp5' })).statusCode,
    ).toBe(200)
  })

  test('reading is allowed to whoever has the cookie, but no other site may read the answer', async () => {
    const answer = await call('GET', '/api/auth/me', { headers: withCookie('https://evil.example') })

    expect(answer.statusCode).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
  })
})

test('every answer carries the headers that keep a browser safe', async () => {
  for (const url of ['/api/health', '/api/docs', '/admin', '/api/nothing', '/metrics']) {
    const { headers } = await call('GET', url)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': expect.stringMatching(/SAMEORIGIN|DENY/),
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{16}$/),
    })
    expect(headers['x-powered-by']).toBeUndefined()
  }
})

test('no other site is ever told that it may ask: no preflight is answered, no origin allowed (K-29)', async () => {
  for (const url of [
    '/api/auth/login',
    '/trpc/sessions.me',
    '/api/admin/customers',
    '/webhooks/retell',
    '/api/errors',
  ]) {
    const preflight = await world.app.inject({
      method: 'OPTIONS',
      url,
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    })
    const asked = await call('GET', url, { headers: { origin: 'https://evil.example' } })
    for (const { headers } of [preflight, asked])
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
  }
})

test('where a request comes from is its own address, unless a declared proxy says otherwise (K-29)', async () => {
  const addressOf = async (app: World['app'], remoteAddress: string, forwarded: string) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/admin/customers',
      remoteAddress,
      headers: {
        ...signed(),
        'x-forwarded-for': forwarded,
        'x-real-ip': '198.51.100.7',
        forwarded: 'for=198.51.100.7',
      },
      payload: { businessName: 'From where?', tier: 'core' },
    })
    expect(answer.statusCode).toBe(200)
    const [entry] =
      await world.owner`select address from audit_log where request_id = ${String(answer.headers['x-request-id'])} limit 1`
    return entry?.address
  }
  expect(await addressOf(world.app, '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1')

  const { app } = await buildApp({
    ...world,
    env: { ...world.env, TRUSTED_PROXIES: ['10.0.0.0/8'] },
    log: world.ctx().log,
    ctx: (actor, request) => ({ ...world.ctx(), actor, requestId: request.id, address: request.address }),
  })
  try {
    expect(await addressOf(app, '10.1.2.3', '203.0.113.9')).toBe('203.0.113.9')
    // what the proxy did not see itself is whatever the sender wrote
    expect(await addressOf(app, '10.1.2.3', '1.1.1.1, 203.0.113.9')).toBe('203.0.113.9')
    expect(await addressOf(app, '192.0.2.1', '203.0.113.9')).toBe('192.0.2.1')
  } finally {
    await app.close()
  }
})

test('a page runs its own scripts alone: a policy with a nonce for each answer, and nothing inline without it', async () => {
  const nonces = [contentPolicy('one'), contentPolicy('two')]
  for (const policy of nonces) {
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/)
    expect(policy).toMatch(/default-src 'self'.*object-src 'none'.*base-uri 'none'.*frame-ancestors 'none'/)
  }
  const pages = [await call('GET', '/admin'), await call('GET', '/admin/customers')]
  const built = pages.filter(({ statusCode }) => statusCode === 200)
  const used = built.map(({ headers }) => /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1])
  expect(new Set(used).size).toBe(built.length)
  for (const [index, { body, headers }] of built.entries()) {
    expect(headers['content-security-policy']).toBe(contentPolicy(used[index] ?? ''))
    const inline = [...body.matchAll(/<(?:script|style)\b([^>]*)>/g)].map(([, attributes]) => attributes ?? '')
    expect(
      inline.filter((attributes) => !attributes.includes(' src=') && !attributes.includes(`nonce="${used[index]}"`)),
    ).toEqual([])
    expect(body).not.toMatch(/\son\w+="|javascript:/)
  }
})

test('behind http the cookie goes over http, behind https over https alone; no script reads it', async () => {
  const { app } = await buildApp({
    ...world,
    env: { ...world.env, PUBLIC_URL: 'http://127.0.0.1:3000' },
    log: world.ctx().log,
    ctx: (actor, request) => ({ ...world.ctx(), actor, requestId: request.id, address: request.address }),
  })
  try {
    const cookies = async (door: World['app']) =>
      String(
        (
          await door.inject({
            method: 'POST',
            url: '/api/auth/logout',
            headers: { authorization: `Bearer ${await world.signIn()}` },
            payload: {},
          })
        ).headers['set-cookie'],
      )
    expect(await cookies(world.app)).toMatch(/HttpOnly; Secure; SameSite=Lax/)
    expect(await cookies(app)).toMatch(/HttpOnly; SameSite=Lax/)
  } finally {
    await app.close()
  }
})

test('while the database is away, whoever asks hears 503 and when to come back, at every door', async () => {
  const { db, pool } = openDrizzle('postgres://nobody@127.0.0.1:1/away', { max: 1, name: 'away' })
  const { app } = await buildApp({
    ...world,
    log: world.ctx().log,
    ctx: (actor, request) => ({ ...world.ctx(), db, actor, requestId: request.id, address: request.address }),
  })
  const headers = signed()
  for (const request of [
    { method: 'GET' as const, url: '/api/auth/me', headers },
    { method: 'GET' as const, url: '/trpc/sessions.me', headers },
    { method: 'GET' as const, url: '/api/health/detailed', headers },
  ]) {
    const answer = await app.inject(request)
    expect([request.url, answer.statusCode, answer.headers['retry-after']]).toEqual([request.url, 503, '1'])
    expect(answer.body).toMatch(/unavailable/)
    expect(answer.body).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|select/)
  }
  const stream = await app.inject({ url: '/trpc/live.watch', headers: { ...headers, accept: 'text/event-stream' } })
  expect(stream.body).toMatch(/SERVICE_UNAVAILABLE/)
  await app.close()
  await pool.end({ timeout: 1 })
})

test('a request cannot choose its own id', async () => {
  const { headers } = await call('GET', '/api/health', { headers: { 'x-request-id': 'mine', 'request-id': 'mine' } })

  expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{16}$/)
})

describe('the documentation', () => {
  type Operation = {
    operationId: string
    summary?: string
    parameters?: { in: string; name: string; required?: boolean; schema?: object }[]
    requestBody?: { content: Record<string, { schema: object }> }
    responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
    security?: Record<string, string[]>[]
  }
  type Document = {
    openapi: string
    info: { title: string; version: string }
    paths: Record<string, Record<string, Operation>>
    components: { schemas: Record<string, object>; securitySchemes: Record<string, object> }
  }
  let document: Document
  let operations: [string, string, Operation][]
  beforeAll(async () => {
    document = (await call('GET', '/api/openapi.json')).json()
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
        method.toUpperCase(),
        path,
        operation,
      ]),
    )
  })

  test('it is OpenAPI 3.1: every operation has a name of its own, its parameters and its answers', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: 'Trunkline', version: expect.any(String) })
    const names = operations.map(([, , { operationId }]) => operationId)
    expect(new Set(names).size).toBe(names.length)
    for (const [method, path, operation] of operations) {
      expect(path).toMatch(/^\/[\w{}/-]+(?:\.csv)?$/)
      expect(['GET', 'POST', 'PATCH', 'DELETE']).toContain(method)
      expect(operation.summary).toMatch(/\w/)
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect([path, declared.map(({ name }) => name).sort()]).toEqual([path, inPath.sort()])
      for (const parameter of declared) expect(parameter.required).toBe(true)
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2-5]\d\d$|^default$/)
        expect(response.description).toMatch(/\w/)
      }
      expect((operation.responses['200'] ?? operation.responses['201'])?.content).toBeDefined()
    }
  })

  test('every schema in it is a JSON schema, and every reference leads somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference]) => reference ?? '',
    )
    expect(references.length).toBeGreaterThan(0)
    for (const reference of references) {
      const target = reference
        .split('/')
        .slice(1)
        .reduce<unknown>((part, name) => (part as Record<string, unknown>)?.[name], document)
      expect([reference, typeof target]).toEqual([reference, 'object'])
    }
    for (const [, , { parameters = [], requestBody, responses }] of operations) {
      const bodies = [requestBody, ...Object.values(responses)].flatMap((part) => Object.values(part?.content ?? {}))
      for (const { schema } of [...bodies, ...parameters]) {
        if (schema === undefined || '$ref' in schema) continue
        expect(() => z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema)).not.toThrow()
      }
    }
  })

  test('every path that is promised and built is in it', () => {
    const promised = [
      'POST /webhooks/retell',
      'POST /webhooks/twilio/voice',
      'POST /webhooks/twilio/status',
      'POST /webhooks/twilio/sms',
      'POST /webhooks/twilio/sms-status',
      'POST /webhooks/telnyx',
      'POST /webhooks/stripe',
      'POST /webhooks/standard/{source}',
      'GET /api/admin/reconciliation-runs/{id}.csv',
      'GET /api/billing/invoice-preview.csv',
      'GET /api/health',
      'GET /api/health/detailed',
      'POST /api/auth/login',
      'POST /api/auth/login/code',
      'POST /api/auth/forgot-password',
      'POST /api/auth/reset-password',
      'GET /api/admin/api-keys',
      'POST /api/admin/api-keys',
      'POST /api/admin/api-keys/{id}/rotate',
      'POST /api/admin/api-keys/{id}/revoke',
      'GET /api/admin/staff',
      'POST /api/admin/staff',
      'POST /api/alerts',
      'POST /api/auth/logout',
      'POST /api/change-password',
      'GET /api/sessions',
      'DELETE /api/sessions',
      'DELETE /api/sessions/{id}',
      'GET /api/admin/webhook-queue',
      'GET /api/admin/webhook-queue/{id}',
      'POST /api/admin/webhook-queue/{id}/replay',
      'GET /api/admin/unknown-phones',
      'POST /api/admin/unknown-phones/{id}/resolve',
      'GET /api/admin/customers',
      'POST /api/admin/customers',
      'GET /api/admin/customers/{id}',
      'PATCH /api/admin/customers/{id}',
      'POST /api/admin/agents',
      'GET /api/admin/call-events',
      'GET /api/admin/sms-events',
      'GET /api/admin/ops-alerts',
      'POST /api/admin/ops-alerts/{id}/acknowledge',
      'GET /api/admin/error-logs',
      'POST /api/admin/error-logs/{id}/resolve',
      'POST /api/errors',
      'GET /api/usage/status',
      'POST /api/usage/check',
      'POST /api/usage/holds/{id}/settle',
    ]

    expect(operations.map(([method, path]) => `${method} ${path}`)).toEqual(expect.arrayContaining(promised))
  })

  test('everything in it answers, and says who may (C-14)', async () => {
    for (const [method, path, { security }] of operations) {
      const url = path.replaceAll(/\{\w+\}/g, 'x')
      const { statusCode } = await call(method as 'GET', url, method === 'GET' ? {} : { payload: {} })
      expect([method, path, statusCode]).not.toEqual([
        method,
        path,
        expect.toSatisfy((code) => [404, 405, 500, 501].includes(code)),
      ])
      if (security?.length) expect([method, path, statusCode]).toEqual([method, path, 401])
    }
  })

  test('what is answered is what it says', async () => {
    const admin = await world.signIn('admin')
    const { id, phoneNumber } = await world.customer()
    for (const to of [phoneNumber, randomNumber()]) {
      const known = retellCall({ to, seconds: 8000 })
      for (const event of [known.started, known.ended, known.analyzed]) await world.retell(event)
      await world.twilio('sms', {
        MessageSid: `SM${known.id.slice(-32)}`,
        From: '+14155550123',
        To: to,
        Body: 'x',
        SmsStatus: 'received',
      })
    }
    await world.process()
    const customer = `cus_${id.replaceAll('-', '')}`
    const run = await world.rest('POST', '/api/admin/reconciliation-runs/trigger', { token: admin })
    let answered = 0
    for (const [method, path, operation] of operations) {
      if (method !== 'GET' || !path.startsWith('/api/') || path.includes('{')) continue
      const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
      const query = {
        ...span,
        customerId: customer,
        bytes: '90',
        events: '24',
        audit: '24',
        meter: 'call_seconds',
        grain: 'day',
        tier: 'pro',
        list: 'webhooks',
        runId: run.body.id,
      }
      const names = (operation.parameters ?? []).filter(
        (parameter) => parameter.required || parameter.name === 'customerId',
      )
      const search = new URLSearchParams(
        names.map(({ name }): [string, string] => [name, query[name as keyof typeof query] ?? '']),
      )
      const answer = await call('GET', `${path}?${search}`, { headers: { authorization: `Bearer ${admin}` } })
      const schema = operation.responses['200']?.content?.['application/json']?.schema
      expect([path, answer.statusCode]).toEqual([path, 200])
      // a file is no JSON
      if (schema === undefined) continue
      const { error } = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(answer.json())
      expect([path, error]).toEqual([path, undefined])
      answered++
    }
    expect(answered).toBeGreaterThan(10)
    const refused = await call('GET', '/api/admin/customers')
    const error = z.fromJSONSchema(document.components.schemas.Error as z.core.JSONSchema.JSONSchema)
    expect(error.safeParse(refused.json()).success).toBe(true)
  })

  test('its page loads from this server alone, under a policy of its own', async () => {
    const page = await call('GET', '/api/docs')

    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(/default-src 'self'/)
    expect(page.headers['content-security-policy']).not.toMatch(/https?:|script-src/)
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '')
    expect(loaded.length).toBeGreaterThan(2)
    for (const address of loaded) {
      expect(address).toMatch(/^\/api\/docs\//)
      expect((await call('GET', address)).statusCode).toBe(200)
    }
    expect((await call('GET', '/api/docs/assets/package.json')).statusCode).toBe(404)
    expect((await call('GET', '/api/docs/assets/..%2f..%2fpackage.json')).statusCode).not.toBe(200)
  })
})

test('health says how it stands, without figures to strangers', async () => {
  expect((await call('GET', '/api/health')).json()).toEqual({
    status: 'ok',
    checks: { database: 'ok', inbox: 'ok', spool: 'ok' },
  })
  const detailed = await call('GET', '/api/health/detailed', { headers: signed() })
  expect(detailed.json()).toMatchObject({
    status: expect.any(String),
    checks: { inbox: { waiting: 0 } },
    uptimeSeconds: expect.any(Number),
  })
  const asked = { name: 'a service', scopes: ['operations:read'] }
  const created = await world.rest('POST', '/api/admin/api-keys', { token: await world.signIn('admin'), body: asked })
  for (const token of [await world.signIn('viewer'), created.body.key])
    expect((await world.rest('GET', '/api/health/detailed', { token })).status).toBe(403)
})

test('a list is asked for a number as people write it, also with a plus that the address makes a blank', async () => {
  const { phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 60 })
  await world.retell(call.ended)
  const text = { MessageSid: `SM${call.id.slice(-32)}`, From: '+14155550123', To: phoneNumber, Body: 'x' }
  await world.twilio('sms', { ...text, SmsStatus: 'received' })
  await world.process()
  const [, area = '', exchange = '', line = ''] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phoneNumber) ?? []

  for (const [list, count] of Object.entries({ 'webhook-queue': 2, 'call-events': 1, 'sms-events': 1 }))
    for (const spelling of [
      phoneNumber,
      encodeURIComponent(phoneNumber),
      phoneNumber.slice(1),
      `(${area}) ${exchange}-${line}`,
    ]) {
      const { body } = await world.rest('GET', `/api/admin/${list}?phone=${spelling}`, { token: operator })
      expect([list, spelling, body.items.length]).toEqual([list, spelling, count])
    }
})

test.each(['operator', 'viewer'] as const)(
  'a %s finds an unknown number by itself, however it is written',
  async (role) => {
    const number = randomNumber()
    await world.retell(retellCall({ to: number, seconds: 60 }).ended)
    await world.process()
    const token = await world.signIn(role)

    for (const spelling of [number, encodeURIComponent(number), number.slice(1)]) {
      const { body } = await world.rest('GET', `/api/admin/unknown-phones?phone=${spelling}`, { token })
      expect([spelling, body.items.length]).toEqual([spelling, 1])
    }
  },
)

test.each(['bearer', 'BEARER', 'Bearer '])(
  'a token counts behind the word «%s», as the standard has it',
  async (word) => {
    const answer = await call('GET', '/api/auth/me', { headers: { authorization: `${word} ${operator}` } })

    expect(answer.statusCode).toBe(200)
  },
)

test.each(['webhook-queue', 'call-events', 'sms-events', 'audit-log'])(
  'of %s everything is from before there were computers, and nothing up to then',
  async (list) => {
    const headers = { authorization: `Bearer ${await world.signIn('admin')}` }
    const since = await call('GET', `/api/admin/${list}?from=0001-01-01T00:00:00Z`, { headers })
    const until = await call('GET', `/api/admin/${list}?to=1969-07-20T20:17:40Z`, { headers })

    expect([since.statusCode, until.statusCode]).toEqual([200, 200])
    expect(until.json().items).toEqual([])
  },
)

test('metrics are Prometheus’ text, and hold no number and no secret', async () => {
  const { body } = await call('GET', '/metrics')

  expect(body).toMatch(/^trunkline_webhooks_received_total\{provider="retell",outcome="stored"\} \d+$/m)
  expect(body).toMatch(/^trunkline_inbox_waiting \d+$/m)
  expect(body).not.toMatch(/\+1\d{10}|key_world|world_twilio/)
})

test('a door says the same however its address is written, and who is gone in the midst of his words is no bug', async () => {
  const { app } = await buildApp({
    ...world,
    log: world.ctx().log,
    ctx: (actor, request) => ({ ...world.ctx(), actor, requestId: request.id, address: request.address }),
  })
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const body = JSON.stringify({ event: 'call_ended', call: { call_id: 'call_unsigned' } })
  const told = async (path: string, payload: string | Uint8Array<ArrayBuffer>) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: payload })
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
  }

  for (const payload of [body, '', new Uint8Array(5 * 1024 * 1024 + 1)]) {
    const asGiven = await told('/webhooks/retell', payload)
    expect(asGiven.status).toBe(payload.length > 1000 ? 413 : 401)
    for (const other of ['/webhooks/%72etell', '/webhooks/retell?a=1'])
      expect(await told(other, payload)).toEqual(asGiven)
  }
  const leaving = connect(Number(port), '127.0.0.1')
  leaving.write('POST /webhooks/retell HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{"half":')
  const [request] = await once(app.server, 'request')
  leaving.destroy()
  await new Promise((resolve) => request.once('close', resolve))
  await app.close()

  await world.faults.flush()
  expect(world.logged.filter((line) => line.includes('request failed'))).toEqual([])
})

test('who sends half a request and then nothing is told so and cut off, others are served meanwhile', async () => {
  const { app } = world
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  expect(app.server).toMatchObject({ requestTimeout: 30_000, headersTimeout: 15_000, maxConnections: 2000 })
  const cut = (said: string) =>
    new Promise<string>((resolve, reject) => {
      let heard = ''
      connect(Number(port), '127.0.0.1')
        .setEncoding('utf8')
        .on('data', (text) => {
          heard += text
        })
        .once('close', () => resolve(heard))
        .once('error', reject)
        .write(said)
    })
  const head = 'POST /webhooks/retell HTTP/1.1\r\nhost: a\r\n'

  const slow = [cut(`${head}content-length: 100\r\n\r\n{"half":`), cut(head)]
  expect((await fetch(`http://127.0.0.1:${port}/api/health`)).status).toBe(200)
  Object.assign(app.server, { requestTimeout: 100, headersTimeout: 100 })
  const [inBody, inHead] = await Promise.all(slow)

  expect(inBody).toMatch(/^HTTP\/1.1 408 /)
  expect(inHead).toMatch(/^HTTP\/1.1 408 /)
})
