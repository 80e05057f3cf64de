import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { framesOf } from '@trunkline/core/errors/frame'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { openDrizzle } from '@trunkline/db/connect'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '../platform/context.ts'
import type { Fault } from '../platform/fault.ts'
import { openWorld, retellCall, twilioToken, type World } from '../testing/world.ts'
import { openSourceMaps } from './source-map.ts'
import { openErrors } from './track.ts'
import { trimErrors } from './trim.ts'

// as digits in it are taken for a count, it must be gone before
const spacedSecret = 'world cron secret 5d2f'
let world: World
let operator: string
const gone: string[] = []
beforeAll(async () => {
  world = await openWorld({ env: { CRON_SECRET: spacedSecret } })
  operator = await world.signIn('operator')
})
afterAll(() => world.close())
beforeEach(async () => {
  await world.faults.flush()
  // the alerts of the test before are told before they are taken away
  await world.drainJobs()
  await world.owner`truncate error_groups cascade`
  await world.owner`delete from alert_logs`
  await world.owner`delete from ops_alerts`
  await world.owner`delete from pgboss.job`
  world.sent.length = 0
})
afterEach(async () => {
  for (const table of gone.splice(0)) await world.owner.unsafe(`alter table ${table}_gone rename to ${table}`)
})

/** A bug of ours, as real as it gets: a table that the code counts on is not there. */
async function breakTable(table: string): Promise<void> {
  // what goes on behind the scene is not to break too
  await world.drainJobs()
  gone.push(table)
  await world.owner.unsafe(`alter table ${table} rename to ${table}_gone`)
}
const list = async (query = '', token = operator) =>
  (await world.rest('GET', `/api/admin/error-logs${query}`, { token })).body
const only = async () => {
  await world.faults.flush()
  const { items } = await list()
  expect(items).toHaveLength(1)
  return items[0]
}
const detail = async (id: string, token = operator) =>
  (await world.rest('GET', `/api/admin/error-logs/${id}`, { token })).body
const sumOf = (counts: { occurrences: number }[]) => counts.reduce((sum, { occurrences }) => sum + occurrences, 0)
const decide = (id: string, what: string, body: object = {}, token = operator) =>
  world.rest('POST', `/api/admin/error-logs/${id}/${what}`, { token, body })
const alerts = () => world.owner`select alert_type, severity, customer_id, title, message from ops_alerts order by id`
const track = (over: Partial<Fault> & { name?: string } = {}) => {
  const { name = 'deliver', ...fault } = over
  const error = Object.assign(new TypeError('x is undefined'), {
    stack: `TypeError: x\n    at ${name} (/srv/apps/api/src/alerts/deliver.ts:1:1)`,
  })
  world.faults.track({ error, source: 'api', where: 'alerts.list', ...fault })
}

test('a procedure that breaks is one error with one alert, however often it breaks: with stack, request and what was asked (K-23, K-24)', async () => {
  const { id: customerId } = await world.customer()
  await breakTable('agents')
  const ask = () =>
    world.rest('POST', '/api/admin/agents', {
      token: operator,
      body: {
        customerId: toWireId('customer', customerId),
        phoneNumber: '+13125550101',
        provider: 'retell',
        nickname: `password=hunter2hunter2 ${'x'.repeat(60)}`,
      },
    })

  const answers = [await ask(), await ask(), await ask()]
  await world.faults.flush()
  answers.push(await ask())
  const error = await only()
  await world.drainJobs()

  expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 500])
  expect(error).toMatchObject({ source: 'api', severity: 'high', state: 'open', occurrences: 4, type: 'PostgresError' })
  expect(error.culprit).toMatch(/apps\/api\/src\/customers\//)
  const { samples, ...found } = await detail(error.id)
  expect(samples).toHaveLength(4)
  expect(samples[0]).toMatchObject({ requestId: answers[3]?.body.error.requestId, place: 'agents.create' })
  expect(samples[0].actor).toMatch(/^user:operator-/)
  expect(samples[0].stack.some(({ isOurs }: { isOurs: boolean }) => isOurs)).toBe(true)
  expect(samples[0].input).toContain('retell')
  expect(JSON.stringify(samples)).not.toMatch(/3125550101|hunter2/)
  expect(found.hours.at(-1)).toBe(4)
  expect(await alerts()).toMatchObject([{ alert_type: 'error_new', severity: 'high' }])
  expect(found.alert).toMatchObject({ title: expect.stringContaining('New error: PostgresError') })
  expect(world.sent.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('what breaks before there is a context is logged, recorded, and answered with the request’s id', async () => {
  await breakTable('active_sessions')
  const before = world.logged.length
  const headers = { authorization: `Bearer ${operator}` }

  const rest = await world.app.inject({ url: '/api/admin/error-logs', headers })
  const rpc = await world.app.inject({ url: '/trpc/errors.list', headers })
  const plain = await world.app.inject({ url: '/api/health/detailed', headers })
  await world.faults.flush()
  await world.owner`alter table active_sessions_gone rename to active_sessions`
  gone.pop()

  const idOf = (answer: typeof rest) => answer.headers['x-request-id']
  expect([rest.statusCode, rpc.statusCode, plain.statusCode]).toEqual([500, 500, 500])
  expect(rest.json().error).toMatchObject({ code: 'internal', requestId: idOf(rest) })
  expect(rest.json().error.message).toContain(String(idOf(rest)))
  expect(rpc.json().error.data.requestId).toBe(idOf(rpc))
  expect(plain.json().error.requestId).toBe(idOf(plain))
  const { items } = await list()
  expect(sumOf(items)).toBe(3)
  for (const answer of [rest, rpc, plain])
    expect(
      world.logged.slice(before).some((line) => line.includes('failed') && line.includes(String(idOf(answer)))),
    ).toBe(true)
})

test('a job that fails is an error, and a webhook that cannot be processed leads to its webhook', async () => {
  const { phoneNumber } = await world.customer()
  await breakTable('usage_holds')
  await world.ctx().queue.send(world.ctx(), 'usage.expireHolds', {}, { attempts: 1 })
  await world.drainJobs()
  await breakTable('usage_keys')
  await world.retell(retellCall({ to: phoneNumber, seconds: 60 }).ended)
  await world.process()
  await world.faults.flush()

  const { items } = await list()
  expect(items).toMatchObject([{ source: 'worker' }, { source: 'job' }])
  const [webhook] = await world.owner`select id from webhook_queue where state <> 'processed'`
  expect((await detail(items[0].id)).samples).toMatchObject([{ webhookId: toWireId('webhook', webhook?.id) }])
  expect((await detail(items[1].id)).samples).toMatchObject([{ place: 'usage.expireHolds' }])
})

test('refusals are no errors, whatever their number', async () => {
  for (const path of ['/api/admin/error-logs/err_x', '/api/nothing', '/api/admin/error-logs?limit=0'])
    await world.rest('GET', path, { token: operator })
  await world.rest('GET', '/api/admin/error-logs')
  await world.faults.flush()

  expect((await list()).items).toEqual([])
})

test('an error inside a transaction that is rolled back stays recorded', async () => {
  await expect(
    inTransaction(world.ctx(), async (ctx) => {
      ctx.faults.track({ error: new Error('inside'), source: 'job', where: 'test' })
      await world.faults.flush()
      throw new Error('after all not')
    }),
  ).rejects.toThrow('after all not')

  expect(await only()).toMatchObject({ title: 'inside' })
})

test('eight processes that meet the same bug make one error, count every occurrence and raise one alert', async () => {
  const { id: customerId } = await world.customer()
  const trackers = Array.from({ length: 8 }, () =>
    openErrors({ ctx: () => world.ctx(), log: world.ctx().log, byItself: false }),
  )
  for (const tracker of trackers) {
    for (let times = 0; times < 5; times++) {
      const error = Object.assign(new Error(`call ${times}`), {
        stack: 'Error\n    at meter (/x/apps/api/src/usage/meter.ts:1:1)',
      })
      tracker.track({ error, source: 'job', where: 'x', customerId })
    }
  }

  await Promise.all(trackers.map((tracker) => tracker.flush()))

  const error = await only()
  expect(error).toMatchObject({ occurrences: 40, customers: 1 })
  const found = await detail(error.id)
  expect(found.hits).toMatchObject([{ occurrences: 40 }])
  expect(found.samples.length).toBeLessThanOrEqual(21)
  expect(await alerts()).toMatchObject([{ alert_type: 'error_new', customer_id: customerId }])
})

test('of ten thousand occurrences few are kept, all are counted or said to be dropped, and memory stays bounded', async () => {
  const droppedBefore = await metric('trunkline_errors_dropped_total')
  for (let times = 0; times < 10_000; times++) track()
  for (let bug = 0; bug < 300; bug++) track({ name: `bug${bug}x` })
  await world.faults.flush()

  const { items } = await list('?limit=200')
  const dropped = (await metric('trunkline_errors_dropped_total')) - droppedBefore
  expect(sumOf(items) + dropped).toBe(10_300)
  expect(dropped).toBeGreaterThan(0)
  expect(items.length).toBeLessThanOrEqual(200)
  const [kept] = await world.owner`select count(*)::int as samples from error_logs`
  expect(kept?.samples).toBeLessThanOrEqual(3 * items.length)
})
const metric = async (name: string) => {
  const { body } = await world.app.inject({ url: '/metrics' })
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1] ?? 0)
}

test('while the database is away errors wait, nobody who tracks one notices, and they are written when it is back', async () => {
  const { db, pool } = openDrizzle('postgres://nobody@127.0.0.1:1/away', { max: 1, name: 'away' })
  let isAway = true
  const tracker = openErrors({
    ctx: () => world.ctx(isAway ? { db } : {}),
    log: world.ctx().log,
    byItself: false,
  })
  tracker.track({ error: new Error('while away'), source: 'api', where: 'x' })
  await tracker.flush()
  expect((await list()).items).toEqual([])

  tracker.track({ error: new Error('while away'), source: 'api', where: 'x' })
  isAway = false
  await tracker.flush()

  expect(await only()).toMatchObject({ title: 'while away', occurrences: 2 })
  await pool.end({ timeout: 1 })
})

test('whatever is thrown can be tracked', async () => {
  const endless: Record<string, unknown> = {}
  endless.itself = endless
  for (const error of [undefined, null, 'text', 42, Symbol('x'), endless, { toString: 1 }, new Error('\0\uD800')])
    expect(() => track({ error, input: endless })).not.toThrow()

  await world.faults.flush()

  expect((await list()).items.length).toBeGreaterThan(3)
})

test('resolved: it is done, once; it happens again: it is open again and says so, once (K-23)', async () => {
  track()
  const { id } = await only()

  const answers = await Promise.all([1, 2, 3].map(() => decide(id, 'resolve', { notes: 'Mended in the morning' })))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
  expect(await detail(id)).toMatchObject({ state: 'resolved', resolved: { notes: 'Mended in the morning' } })
  expect((await list('?resolved=false')).items).toEqual([])
  expect(await list('?resolved=true')).toMatchObject({ items: [{ id }], unresolvedCount: 0 })
  const [audited] = await world.owner`
    select count(*)::int as rows from audit_log where action = 'errors.resolve' and subject = ${id}`
  expect(audited?.rows).toBe(1)

  track()
  await world.faults.flush()
  track()
  await world.faults.flush()

  expect(await detail(id)).toMatchObject({ state: 'open', returns: 1, occurrences: 3, resolved: null })
  expect((await alerts()).map(({ alert_type }) => alert_type)).toEqual(['error_new', 'error_regressed'])
})

test('ignored until it has happened three times more, it is quiet until then', async () => {
  track()
  const { id } = await only()
  const ignored = await decide(id, 'ignore', { occurrences: 3 })
  expect(ignored.body).toMatchObject({ state: 'ignored', ignored: { occurrences: 4, until: null } })

  for (const state of ['ignored', 'ignored', 'open']) {
    track()
    await world.faults.flush()
    expect(await detail(id)).toMatchObject({ state })
  }
  expect((await alerts()).map(({ alert_type }) => alert_type)).toEqual(['error_new', 'error_outgrown'])
})

test('ignored until another customer is hit, and until a moment', async () => {
  const [{ id: one }, { id: other }] = [await world.customer(), await world.customer()]
  track({ customerId: one })
  const { id } = await only()
  await decide(id, 'ignore', { customers: 1 })
  track({ customerId: one })
  await world.faults.flush()
  expect(await detail(id)).toMatchObject({ state: 'ignored', customers: 1 })

  track({ customerId: other })
  await world.faults.flush()
  expect(await detail(id)).toMatchObject({ state: 'open', customers: 2 })

  await decide(id, 'ignore', { until: new Date(Date.now() + 60_000).toISOString() })
  track()
  await world.faults.flush()
  expect(await detail(id)).toMatchObject({ state: 'ignored' })
  await world.owner`update error_groups set ignore_until = now() - interval '1 second'`
  track()
  await world.faults.flush()
  expect(await detail(id)).toMatchObject({ state: 'open' })
})

test.each([
  [{}, 'until'],
  [{ until: '2020-01-01T00:00:00Z' }, 'until'],
  [{ occurrences: 0 }, 'occurrences'],
  [{ customers: 1.5 }, 'customers'],
])('ignoring by %j is refused by name and changes nothing', async (bounds, field) => {
  track()
  const { id } = await only()

  const { status, body } = await decide(id, 'ignore', bounds)

  expect([status, Object.keys(body.error.fields)]).toEqual([400, [field]])
  expect(await detail(id)).toMatchObject({ state: 'open' })
})

test('a viewer reads errors without what was asked, and decides nothing', async () => {
  track({ input: { text: 'what was asked' } })
  const { id } = await only()
  const viewer = await world.signIn('viewer')

  expect((await detail(id)).samples[0].input).toContain('what was asked')
  expect((await detail(id, viewer)).samples[0].input).toBeNull()
  for (const what of ['resolve', 'ignore', 'reopen']) expect((await decide(id, what, {}, viewer)).status).toBe(403)
})

const report = (body: object, token?: string, remoteAddress = '198.51.100.7') =>
  world.app.inject({
    method: 'POST',
    url: '/api/errors',
    payload: body,
    remoteAddress,
    headers: { 'user-agent': 'Test/1', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  })
const fault = (over: object = {}) => ({ type: 'TypeError', message: 'x is undefined', page: '/admin/alerts', ...over })

test('a stranger may tell of an error; it is kept, masked, and wakes nobody (K-24)', async () => {
  const { statusCode, body } = await report(
    fault({
      message: `No line +13125550101, token=${twilioToken}, ${spacedSecret}`,
      release: 'Dk3',
      stack: 'render@https://x/a.js:1:2',
    }),
  )

  expect([statusCode, JSON.parse(body)]).toEqual([200, { received: true }])
  const error = await only()
  expect(error).toMatchObject({ source: 'web', severity: 'low', type: 'TypeError' })
  expect(error.title).toBe('No line <phone>, token=<secret>, <secret>')
  const found = await detail(error.id)
  expect(found.samples).toMatchObject([
    { place: '/admin/alerts', actor: 'anonymous', userAgent: 'Test/1', release: 'Dk3' },
  ])
  expect(JSON.stringify(found)).not.toMatch(/3125550101/)
  expect(JSON.stringify(found)).not.toContain(twilioToken)
  expect(await alerts()).toEqual([])
})

test('an owner’s broken page names his customer and raises one alert', async () => {
  const { id: customerId } = await world.customer()
  const owner = await world.signIn('owner', customerId)

  await report(fault(), owner)
  await report(fault(), owner)

  expect(await only()).toMatchObject({ severity: 'medium', customers: 1, occurrences: 2 })
  expect(await alerts()).toMatchObject([{ severity: 'medium', customer_id: customerId }])
})

test('one address may tell of thirty errors a minute, and others still may', async () => {
  const statuses: number[] = []
  for (let nth = 0; nth < 32; nth++) statuses.push((await report(fault(), undefined, '203.0.113.9')).statusCode)

  // the minute may turn in between
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(30)
  const over = await report(fault(), undefined, '203.0.113.9')
  if (over.statusCode === 429) expect(over.headers['retry-after']).toBe('60')
  expect((await report(fault(), undefined, '203.0.113.10')).statusCode).toBe(200)
})

test.each([
  ['message', { message: 'x'.repeat(2001) }],
  ['stack', { stack: 'x'.repeat(20_001) }],
  ['page', { page: '' }],
  ['type', { type: undefined }],
  ['release', { release: 7 }],
])('a report whose %s does not fit is refused by name', async (field, over) => {
  const { statusCode, body } = await report(fault(over), undefined, '192.0.2.1')

  expect([statusCode, Object.keys(JSON.parse(body).error.fields)]).toEqual([400, [field]])
  await world.faults.flush()
  expect((await list()).items).toEqual([])
})

test('a stack of the built admin is led back to our sources, and one of another build stays as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-maps-'))
  const map = { version: 3, sources: ['../../src/alerts/alerts-page.tsx'], names: ['AlertsPage'], mappings: ';UAEEA' }
  await writeFile(join(folder, 'index-Dk3.js.map'), JSON.stringify(map))
  const translate = openSourceMaps(folder)
  const frames = framesOf(
    'x@https://ops.example/admin/assets/index-Dk3.js:2:12\ny@https://ops.example/admin/assets/index-Old.js:1:1\nz@https://ops.example/admin/assets/..%2f..%2fx.js:1:1',
  )

  const [first, second, third] = await translate(frames, 0)

  expect(first).toMatchObject({
    call: 'AlertsPage',
    place: 'apps/admin/src/alerts/alerts-page.tsx',
    line: 3,
    column: 3,
  })
  expect(second).toEqual(frames[1])
  expect(third).toEqual(frames[2])
  await rm(folder, { recursive: true })
})

test('more than ten new errors within an hour are told by one alert more, not by one each (K-23)', async () => {
  for (let bug = 0; bug < 14; bug++) track({ name: `many${String.fromCharCode(97 + bug)}` })
  await world.faults.flush()

  const raised = (await alerts()).map(({ alert_type }) => alert_type)
  expect(raised.filter((type) => type === 'error_new')).toHaveLength(10)
  expect(raised.filter((type) => type === 'errors_many')).toHaveLength(1)
})

test('a bug that was not met before is written at once, and not with the next second: it may end the process', async () => {
  const never = 3_600_000
  const tracker = openErrors({ ctx: () => world.ctx(), log: world.ctx().log, everyMs: never })
  const once = (name: string) => {
    const stack = `TypeError: x\n    at ${name} (/srv/apps/api/src/alerts/deliver.ts:1:1)`
    tracker.track({ error: Object.assign(new TypeError('x'), { stack }), source: 'api', where: name })
  }
  const written = async () =>
    (await world.owner`select place from error_logs order by id`).map(({ place }) => String(place))

  once('first')
  await expect.poll(written).toEqual(['first'])
  once('first')
  for (const word of ['alpha', 'beta', 'gamma']) once(word)
  await expect.poll(written).toEqual(['first', 'first', 'alpha', 'beta', 'gamma'])
  once('beta')
  await world.faults.flush()
  expect(await written()).toHaveLength(5)
  await tracker.close()

  expect(await written()).toHaveLength(6)
})

test('the list is filtered and paged, and the counts show every hour', async () => {
  const { id: customerId } = await world.customer()
  track({ name: 'one', customerId })
  track({ name: 'two', source: 'job' })
  track({ name: 'three' })
  await world.faults.flush()

  expect((await list('?source=job')).items).toMatchObject([{ culprit: 'two in apps/api/src/alerts/deliver.ts' }])
  expect((await list(`?customerId=${toWireId('customer', customerId)}`)).items).toHaveLength(1)
  expect((await list('?q=THREE')).items).toHaveLength(1)
  expect((await list('?q=%25')).items).toEqual([])
  expect((await list('?severity=low')).items).toEqual([])
  expect((await list(`?to=${new Date(Date.now() - 60_000).toISOString()}`)).items).toEqual([])
  const first = await list('?limit=2')
  const second = await list(`?limit=2&cursor=${first.nextCursor}`)
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(3)
  expect((await world.rest('GET', '/api/admin/error-logs?cursor=x', { token: operator })).status).toBe(400)

  const to = new Date(Date.now() + 1000).toISOString()
  const from = new Date(Date.now() - 6 * 3_600_000).toISOString()
  const { body } = await world.rest('GET', `/api/admin/error-counts?from=${from}&to=${to}`, { token: operator })
  expect(body.points.length).toBeGreaterThanOrEqual(6)
  expect(sumOf(body.points)).toBe(3)
})

test('what is old is forgotten with all that hangs on it', async () => {
  track({ name: 'old' })
  track({ name: 'young' })
  await world.faults.flush()
  await world.owner`update error_groups set last_seen_at = now() - interval '91 days' where culprit like 'old%'`

  await trimErrors(world.ctx())

  expect((await list()).items).toMatchObject([{ culprit: expect.stringContaining('young') }])
  const [left] = await world.owner`select count(*)::int as samples from error_logs`
  expect(left?.samples).toBe(1)
})
